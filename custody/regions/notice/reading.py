"""Pure: the files of a notice → one checked value, or problems that name file, row and column.

A notice is a folder: notice.toml (province, notice, batches, tasks), cities.csv, regions.csv and,
where the province has its own lifecycle, milestones.csv (read by the milestones domain).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from custody.kernel.problems import Problem, refuse_if
from custody.regions.notice.between import problems_between
from custody.regions.notice.lines import (
    MEANINGS,
    STAGES,
    BatchLine,
    CityLine,
    NoticeData,
    NoticeLine,
    ProvinceLine,
    RegionLine,
    TargetLine,
    TaskLine,
)
from custody.regions.rules import Comparison, Counting, problems_of_target

W = TypeVar("W", bound=StrEnum)


class _Reader:
    """Takes typed values out of a row and collects what is wrong with it."""

    def __init__(self, problems: list[Problem], where: str, row: Mapping[str, Any]) -> None:
        self.problems = problems
        self.where = where
        self.row = row

    def _wrong(self, name: str, wanted: str) -> None:
        where = f"{self.where} {name}（{MEANINGS[name]}）"
        self.problems.append(
            Problem("value", f"{where}：应填写{wanted}，请改正后重新载入。", where)
        )

    def words(self, name: str, *, optional: bool = False) -> str:
        value = self.row.get(name, "")
        if not isinstance(value, str) or (not value.strip() and not optional):
            self._wrong(name, "文字")
            return ""
        return value.strip()

    def number(self, name: str) -> int:
        try:
            return int(self.row.get(name, ""))
        except (TypeError, ValueError):
            self._wrong(name, "整数")
            return 0

    def decimal(self, name: str) -> float | None:
        text = str(self.row.get(name, "") or "").strip()
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            self._wrong(name, "数字或留空")
            return None

    def day(self, name: str) -> date:
        value = self.row.get(name)
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._wrong(name, "日期（如 2026-12-31）")
            return date.min

    def quantity(self, name: str) -> Decimal:
        try:
            found = Decimal(str(self.row.get(name, "")))
        except InvalidOperation:
            found = Decimal(0)
        if not found.is_finite() or found <= 0:
            self._wrong(name, "大于零的数")
        return found

    def one_of(self, name: str, kind: type[W]) -> W:
        """A word of the enum; its first one, and a problem, where there is no such word."""
        value = self.row.get(name)
        found = next((word for word in kind if word.value == value), None)
        if found is None:
            self._wrong(name, "、".join(kind) + " 之一")
        return found or next(iter(kind))

    def flag(self, name: str) -> bool:
        value = self.row.get(name)
        if isinstance(value, bool):
            return value
        self._wrong(name, "true 或 false")
        return False


def read(
    head: Mapping[str, Any],
    cities: Sequence[Mapping[str, str]],
    regions: Sequence[Mapping[str, str]],
) -> NoticeData:
    """The whole notice; raises Refused with every problem found in the three files."""
    problems: list[Problem] = []

    def reader(where: str, row: Mapping[str, Any]) -> _Reader:
        return _Reader(problems, where, row)

    r = reader("notice.toml [province]", head.get("province", {}))
    n = reader("notice.toml [notice]", head.get("notice", {}))
    province = ProvinceLine(
        r.words("code"), r.words("name"), r.words("short_name"), n.words("lead")
    )
    issuers = head.get("notice", {}).get("issuers", [])
    notice = NoticeLine(
        n.number("year"),
        n.words("title"),
        n.words("programme"),
        n.words("issued"),
        "\n".join(map(str, issuers)),
    )
    data = NoticeData(
        province=province,
        notice=notice,
        batches=tuple(
            _batch(reader(f"notice.toml [[batches]] 第{i}项", row))
            for i, row in enumerate(head.get("batches", []), 1)
        ),
        targets=tuple(
            _target(reader(f"notice.toml [[targets]] 第{i}项", row))
            for i, row in enumerate(head.get("targets", []), 1)
        ),
        tasks=tuple(
            _task(reader(f"notice.toml [[tasks]] 第{i}项", row))
            for i, row in enumerate(head.get("tasks", []), 1)
        ),
        cities=tuple(_city(reader(f"cities.csv 第{i}行", row)) for i, row in enumerate(cities, 2)),
        regions=tuple(
            _region(reader(f"regions.csv 第{i}行", row)) for i, row in enumerate(regions, 2)
        ),
    )
    problems += problems_between(data)
    refuse_if(problems)
    return data


def _batch(r: _Reader) -> BatchLine:
    line = BatchLine(
        r.number("number"),
        r.words("name"),
        r.words("short_name"),
        r.words("goal"),
        r.day("deadline"),
        r.words("gate"),
        r.words("entry_stage"),
        r.flag("pilot"),
    )
    if line.entry_stage and line.entry_stage not in STAGES:
        r.problems.append(
            Problem(
                "stage",
                f"{r.where} entry_stage（{MEANINGS['entry_stage']}）：应为 {'、'.join(STAGES)} 之一，请改正。",
                r.where,
            )
        )
    return line


def _task(r: _Reader) -> TaskLine:
    return TaskLine(
        r.number("number"),
        r.words("title"),
        r.day("deadline"),
        r.words("deadline_words"),
        r.words("departments"),
        "，".join(map(str, r.row.get("reporters", []))),
    )


def _target(r: _Reader) -> TargetLine:
    line = TargetLine(
        r.number("task"),
        r.words("key"),
        r.words("name"),
        r.words("unit"),
        r.quantity("quantity"),
        r.one_of("comparison", Comparison),
        r.one_of("counting", Counting),
        r.number("batch") if "batch" in r.row else None,
        r.words("basis"),
    )
    r.problems += [
        Problem(problem.code, f"{r.where} batch（批次）：{problem.message}", r.where)
        for problem in problems_of_target(line.counting, line.batch_number)
        if line.counting == r.row.get("counting")
    ]
    return line


def _city(r: _Reader) -> CityLine:
    return CityLine(
        r.words("code"), r.words("name"), r.words("short_name"), r.number("column"), r.number("row")
    )


def _region(r: _Reader) -> RegionLine:
    return RegionLine(
        r.number("seq"),
        r.words("code"),
        r.words("name"),
        r.words("short_name"),
        r.words("level"),
        r.words("city_code"),
        r.number("batch"),
        r.decimal("lon"),
        r.decimal("lat"),
        r.words("note", optional=True),
    )
