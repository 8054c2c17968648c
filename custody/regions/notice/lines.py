"""The lines of a notice's files, and what their columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.regions.rules import Comparison, Counting

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
