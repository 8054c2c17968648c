"""A settlement's inputs and statement as plain data: frozen, read back, and told from any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from custody.contracts.rules.agreed import Draft
from custody.contracts.rules.statement import READABLE, SCHEMA, Inputs, Statement

Plain = dict[str, Any]


def freeze(inputs: Inputs) -> Plain:
    return {"schema": SCHEMA, "inputs": _plain(inputs)}


def thaw(frozen: Mapping[str, Any]) -> Inputs:
    """The inputs again; ValueError for a schema this program does not know."""
    if frozen.get("schema") not in READABLE:
        raise ValueError(f"unknown schema: {frozen.get('schema')}")
    found = _read(Inputs, frozen["inputs"])
    assert isinstance(found, Inputs)
    return found


def keep(draft: Draft) -> Plain:
    """What was typed, as the row keeps it."""
    plain: Plain = _plain(draft)
    return plain


def kept(plain: Mapping[str, Any]) -> Draft:
    found = _read(Draft, plain)
    assert isinstance(found, Draft)
    return found


def told(statement: Statement) -> Plain:
    """The statement as it is kept and printed; its problems are not part of it."""
    plain: Plain = _plain(statement)
    plain.pop("problems")
    return plain


def read_statement(told_: Mapping[str, Any]) -> Statement:
    found = _read(Statement, told_)
    assert isinstance(found, Statement)
    return found


def digest(frozen: Mapping[str, Any]) -> str:
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.value if isinstance(value, Enum) else value


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        inner = next(one for one in get_args(kind) if one is not type(None))
        return None if value is None else _read(inner, value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], one) for name, one in value.items()})
    return kind(value) if value is not None else None
