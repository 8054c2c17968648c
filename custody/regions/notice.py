"""Pure: the files of a notice → one checked value, or problems that name file, row and column.

A notice is a folder: notice.toml (province, notice, batches, tasks), cities.csv, regions.csv and,
where the province has its own lifecycle, milestones.csv (read by the milestones domain).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from custody.kernel.problems import Problem, refuse_if
from custody.regions.rules import Comparison, Counting, problems_of_reporters, problems_of_target

STAGES = ("pre_tender", "tender", "platform", "pilot", "done")
"""The words for `entry_stage`; the lifecycle itself belongs to the milestones domain."""


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    code: str
    name: str
    short_name: str
    lead: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    year: int
    title: str
    programme: str
    issued: str
    issuers: str


@dataclass(frozen=True, slots=True)
class BatchLine:
    number: int
    name: str
    short_name: str
    goal: str
    deadline: date
    gate: str
    entry_stage: str
    pilot: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    number: int
    title: str
    deadline: date
    deadline_words: str
    departments: str
    reporters: str


@dataclass(frozen=True, slots=True)
class TargetLine:
    task_number: int
    key: str
    name: str
    unit: str
    quantity: Decimal
    comparison: Comparison
    counting: Counting
    batch_number: int | None
    basis: str


@dataclass(frozen=True, slots=True)
class CityLine:
    code: str
    name: str
    short_name: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class RegionLine:
    seq: int
    code: str
    name: str
    short_name: str
    level: str
    city_code: str
    batch_number: int
    lon: float | None
    lat: float | None
    note: str


@dataclass(frozen=True, slots=True)
class NoticeData:
    province: ProvinceLine
    notice: NoticeLine
    batches: tuple[BatchLine, ...]
    tasks: tuple[TaskLine, ...]
    cities: tuple[CityLine, ...]
    regions: tuple[RegionLine, ...]
    targets: tuple[TargetLine, ...] = ()


MEANINGS: Mapping[str, str] = {
    "code": "代码",
    "name": "名称",
    "short_name": "简称",
    "lead": "牵头单位",
    "year": "年度",
    "title": "标题",
    "programme": "工作名称",
    "issued": "印发时间",
    "number": "序号",
    "goal": "年度目标",
    "deadline": "期限",
    "deadline_words": "期限表述",
    "departments": "责任单位",
    "reporters": "填报单位",
    "task": "任务序号",
    "key": "代号",
    "unit": "计量单位",
    "quantity": "目标数量",
    "comparison": "比较方式",
    "counting": "统计方式",
    "basis": "依据",
    "gate": "对应关口",
    "entry_stage": "起始阶段",
    "pilot": "是否试点",
    "column": "方位图列",
    "row": "方位图行",
    "seq": "序号",
    "level": "行政区划类型",
    "city_code": "设区市代码",
    "batch": "批次",
    "lon": "经度",
    "lat": "纬度",
    "note": "备注",
}
"""What the columns and keys of a notice's files hold, as a problem names them."""


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
    problems += _problems_between(data)
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


def _problems_between(data: NoticeData) -> list[Problem]:
    found = [
        Problem("empty", f"{file} 中没有任何{what}，请补充后重新载入。", file)
        for file, what, rows in (
            ("cities.csv", "设区市", data.cities),
            ("regions.csv", "地区", data.regions),
            ("notice.toml", "批次", data.batches),
        )
        if not rows
    ]
    for file, codes in (
        ("cities.csv", [city.code for city in data.cities]),
        ("regions.csv", [region.code for region in data.regions]),
    ):
        for code, times in Counter(codes).items():
            if code and times > 1:
                found.append(
                    Problem("twice", f"{file}：代码 {code} 出现了{times}次，请保留一行。", file)
                )
    cities = {city.code for city in data.cities}
    batches = {batch.number for batch in data.batches}
    places = frozenset(cities | {region.code for region in data.regions})
    for task in data.tasks:
        found += [
            Problem(one.code, f"notice.toml：任务{task.number}的{one.message}", "notice.toml")
            for one in problems_of_reporters(task.reporters, places)
        ]
    found += _problems_of_targets(data, batches)
    for region in data.regions:
        if region.city_code and region.city_code not in cities:
            found.append(
                Problem(
                    "unknown_city",
                    f"regions.csv：{region.name}的设区市代码 {region.city_code} 不在 cities.csv 中，"
                    "请补充该市或改正代码。",
                    region.code,
                )
            )
        if region.batch_number not in batches:
            found.append(
                Problem(
                    "unknown_batch",
                    f"regions.csv：{region.name}的批次 {region.batch_number} 不在 notice.toml 中，"
                    "请改正批次。",
                    region.code,
                )
            )
    return found


def _problems_of_targets(data: NoticeData, batches: set[int]) -> list[Problem]:
    found = []
    tasks = {task.number for task in data.tasks}
    for line in data.targets:
        if line.task_number not in tasks:
            words = (
                f"notice.toml：目标“{line.name}”的任务 {line.task_number} 不存在，请改正任务序号。"
            )
            found.append(Problem("unknown_task", words, line.key))
        if line.batch_number is not None and line.batch_number not in batches:
            words = f"notice.toml：目标“{line.name}”的批次 {line.batch_number} 不存在，请改正批次。"
            found.append(Problem("unknown_batch", words, line.key))
    for (task_number, key), times in Counter((t.task_number, t.key) for t in data.targets).items():
        if times > 1:
            words = f"notice.toml：任务{task_number}的目标代号 {key} 出现了{times}次，请保留一项。"
            found.append(Problem("twice", words, key))
    return found
