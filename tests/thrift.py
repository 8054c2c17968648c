"""What every test makes anew although it is the same in all of them, worked out once in a process.

An application compiles its addresses (0.05 s) and each template on first use (more than that for a
page); an engine compiles each statement on first use; a password's hash is slow on purpose. Nothing
here outlives a change of its source.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

from custody.accounts import actions
from custody.infra import db

Builder = Callable[..., tuple[str, str]]


class _Compiled(BytecodeCache):
    """Templates by name and text, for all applications of this process."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _Compiled()
_BUILDERS: dict[tuple[Any, ...], Builder] = {}
_compile_builder = Rule._compile_builder


def _builder(rule: Rule, append_unknown: bool = True) -> Builder:
    """The function that makes a rule's addresses; it is bound to its rule by who asks."""
    defaults = tuple(sorted((rule.defaults or {}).items()))
    key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
    if key not in _BUILDERS:
        _BUILDERS[key] = _compile_builder(rule, append_unknown)
    return _BUILDERS[key]


class _Parsed(NamedTuple):
    """What a rule's text says, and what reading it leaves in the rule."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]


_RULES: dict[tuple[str, type[BaseConverter]], _Parsed] = {}
_parse_rule = Rule._parse_rule


def _parsed(rule: Rule, text: str) -> Iterator[RulePart]:
    # Converters stay with the first application's map; none of them asks it anything.
    assert rule.map is not None
    key = (text, rule.map.converters["int"])
    if key not in _RULES:
        before = len(rule._trace)
        parts = list(_parse_rule(rule, text))
        _RULES[key] = _Parsed(parts, rule._trace[before:], dict(rule._converters))
    else:
        rule._trace += _RULES[key].trace
        rule._converters.update(_RULES[key].converters)
        rule.arguments.update(_RULES[key].converters)
    return iter(_RULES[key].parts)


_DIALECTS = (SQLiteDialect_pysqlite, PGDialect_psycopg)
_STATEMENTS = {kind: LRUCache(5_000) for kind in _DIALECTS}
_TYPES: dict[type, Any] = {}


def _engine(url: str, **settings: Any) -> Engine:
    """An engine that finds the statements compiled which another one of its kind had compiled."""
    made = create_engine(url, **settings)
    kind = type(made.dialect)
    assert isinstance(made.dialect, _DIALECTS)
    made._compiled_cache = _STATEMENTS[kind]
    made.dialect._type_memos = _TYPES.setdefault(kind, made.dialect._type_memos)
    return made


def begin() -> None:
    Rule._compile_builder = _builder  # type: ignore[method-assign]
    Rule._parse_rule = _parsed  # type: ignore[method-assign]
    actions._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for dialect in _DIALECTS:
        # A compiled statement is kept under its engine's dialect; here all of a kind are the same.
        dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]
    db.create_engine = _engine


def spare_collector() -> None:
    """What imports and collected tests hold stays to the end: the garbage collector need not walk it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def share_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _TEMPLATES
