"""The columns of both sheets: ONE list each, for the template that goes out and the reader of what
comes back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from custody.energy.rules.energies import TYPES, Energy, Payment
from custody.energy.rules.states import Kind


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    title: str
    needed: bool = False
    """A file without this column cannot be read."""
    also: tuple[str, ...] = ()
    """Other titles it is known by."""
    width: float = 12
    hint: bool = False
    """There to help people; never read."""
    number: bool = False
    choices: tuple[str, ...] = ()


METER_FIELDS: Mapping[str, Energy] = {f"meters_{energy.value}": energy for energy in Energy}
ROSTER: tuple[Field, ...] = (
    Field("name", "单位名称", True, ("机构名称", "公共机构名称", "单位全称"), 30),
    Field("credit_code", "统一社会信用代码", False, ("信用代码", "社会信用代码"), 22),
    Field(
        "type_code", "单位性质", True, ("单位类型", "机构类型"), 14, choices=tuple(TYPES.values())
    ),
    Field("address", "地址", False, ("单位地址", "详细地址"), 30),
    Field("floor_area", "建筑面积", False, ("建筑面积(㎡)", "面积"), number=True),
    Field("people", "用能人数", False, ("人数",), 10, number=True),
    Field("in_custody", "是否纳入托管", False, ("是否纳入", "纳入托管"), 12, choices=("是", "否")),
    Field("excluded_because", "不纳入原因", False, ("不纳入说明", "未纳入原因"), 20),
    Field("payment", "计费方式", False, (), 14, choices=tuple(one.label for one in Payment)),
    *(
        Field(name, f"{energy.label}户号", False, (f"{energy.label}表号",), 18)
        for name, energy in METER_FIELDS.items()
    ),
)
BILLS: tuple[Field, ...] = (
    Field("institution", "单位名称", False, (), 28, hint=True),
    Field("energy", "能源品种", True, ("能源", "品种"), 12, choices=tuple(e.label for e in Energy)),
    Field("number", "户号", True, ("表号", "用户编号", "客户编号"), 18),
    Field("month", "月份", True, ("账期", "账单月份", "年月"), 12),
    Field("use", "用量", True, ("消费量", "本期用量", "用电量", "用能量"), 14, number=True),
    Field("unit", "计量单位", False, ("单位",), 10),
    Field("cost", "费用(元)", False, ("费用", "金额", "电费", "应收金额"), 14, number=True),
    Field("starts_on", "抄表起", False, ("起始日期", "起日"), 13),
    Field("ends_on", "抄表止", False, ("截止日期", "止日"), 13),
    Field("days", "天数", False, ("账单天数",), 8, number=True),
    Field("last_use", "上期用量", hint=True, number=True),
    Field("last_cost", "上期费用", hint=True, number=True),
)
FIELDS: Mapping[Kind, tuple[Field, ...]] = {Kind.ROSTER: ROSTER, Kind.BILLS: BILLS}
SHEETS: Mapping[Kind, str] = {Kind.ROSTER: "单位名录", Kind.BILLS: "能源账单"}
SCHEMAS: Mapping[Kind, str] = {
    Kind.ROSTER: "custody.energy.roster/1",
    Kind.BILLS: "custody.energy.bills/1",
}
"""Written into the file; another number is another layout."""


def plain_title(text: str) -> str:
    """A heading without gaps, stars and the difference of full and half width."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in wide if not sign.isspace() and sign not in "*:")


def names_by_title(kind: Kind) -> dict[str, str]:
    return {
        plain_title(title): field.name
        for field in FIELDS[kind]
        for title in (*field.also, field.title)
    }


def titles_of(kind: Kind) -> dict[str, str]:
    return {field.name: field.title for field in FIELDS[kind]}
