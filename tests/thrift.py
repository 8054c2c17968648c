"""What every test makes anew although it is the same in all of them, worked out once in a process.

An application compiles its addresses (0.05 s) and each template on first use (more than that for a
page); a password's hash is slow on purpose. Nothing here outlives a change of its source.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from custody.accounts import actions

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


def begin() -> None:
    Rule._compile_builder = _builder  # type: ignore[method-assign]
    actions._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def share_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _TEMPLATES
