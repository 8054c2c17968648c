"""An event of the journal in words: what was done, which fields changed, from what to what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from custody.audit.rules.actions import ACTIONS, KINDS
from custody.audit.rules.fields import FIELDS, QUIET, UNITS
from custody.audit.rules.values import VALUES

NOTHING = "—"


class Recorded(Protocol):
    """What of an event the words need."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def changes(self) -> Mapping[str, Any]: ...


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change, in words."""

    field: str
    old: str
    new: str


def action_label(action: str) -> str:
    """提交审核, 确认销号 …; an action without words never shows its code."""
    return ACTIONS.get(action, "其他操作")


def kind_label(kind: str) -> str:
    return KINDS.get(kind, "其他")


def field_label(kind: str, field: str) -> str:
    """What a field of such an object is called. «M05:name» is a field of a template's item M05."""
    item, colon, rest = field.rpartition(":")
    if colon:
        return f"{item} {field_label('template', rest)}"
    if field.startswith("due_"):
        return f"第{field.removeprefix('due_')}批计划完成"
    return FIELDS.get(f"{kind}.{field}") or FIELDS.get(field, "其他内容")


def change_lines(
    event: Recorded, *, names: Mapping[str, str] | None = None, everything: bool = False
) -> list[Change]:
    """What the event changed, old → new, in words and in the order of the fields above.

    `names`: names of cities and regions by code, where the caller knows them. `everything`: also
    the bookkeeping fields.
    """
    order = list(FIELDS)
    lines = []
    for field in sorted(event.changes, key=lambda name: _rank(order, event.kind, name)):
        if field in QUIET and not everything:
            continue
        old, new = event.changes[field]
        if old in (None, "") and new in (None, ""):
            continue  # left empty
        lines.append(
            Change(
                field_label(event.kind, field),
                value_words(event.kind, field, old, year=event.at.year, names=names),
                value_words(event.kind, field, new, year=event.at.year, names=names),
            )
        )
    return lines


def _rank(order: list[str], kind: str, field: str) -> tuple[str, int, str]:
    item, _, name = field.rpartition(":")
    for known in (f"{kind}.{name}", name):
        if known in order:
            return item, order.index(known), name
    return item, len(order), name


def value_words(
    kind: str,
    field: str,
    value: object,
    *,
    year: int,
    names: Mapping[str, str] | None = None,
) -> str:
    """One value as a person would write it; dates without the year of the event."""
    if value is None or value in ("", [], {}):
        return NOTHING
    name = field.rpartition(":")[2]
    words = VALUES.get(f"{kind}.{name}") or VALUES.get(name)
    if words and str(value) in words:
        return words[str(value)]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(str(item) for item in value.values())
    if isinstance(value, list):
        return "、".join(_item_words(item) for item in value)
    if name in ("since", "until") and isinstance(value, int):
        return f"{value // 100}年{value % 100}月"
    if isinstance(value, (int, float)):
        plain = f"{value:,}" if name in ("institutions", "floor_area") else str(value)
        return f"第{plain}批" if name == "batch_number" else plain + UNITS.get(name, "")
    text = str(value)
    if _MOMENT.match(text):
        moment = datetime.fromisoformat(text)
        return f"{_day(moment.date(), year)} {moment:%H:%M}"
    if _DAY.fullmatch(text):
        return _day(date.fromisoformat(text), year)
    return (names or {}).get(text, text) if name in ("place", "city_code", "region_code") else text


def _item_words(item: object) -> str:
    return str(item.get("name", "")) if isinstance(item, Mapping) else str(item)


def _day(value: date, year: int) -> str:
    prefix = "" if value.year == year else f"{value.year}年"
    return f"{prefix}{value.month}月{value.day}日"


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a thing's history, in words."""

    event: Recorded
    label: str
    changes: Sequence[Change]


def told(events: Iterable[Recorded], *, but: str = "") -> list[Told]:
    """`but`: a field that says nothing to people."""
    return [
        Told(
            one, action_label(one.action), [line for line in change_lines(one) if line.field != but]
        )
        for one in events
    ]
