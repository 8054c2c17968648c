"""Rosters: one row one institution, its meters beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from custody.energy.rules.energies import TYPES, Energy, Payment
from custody.energy.rules.limits import Limits
from custody.energy.rules.rows import InstitutionRow, MeterRow
from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import METER_FIELDS, titles_of
from custody.energy.workbook.layout import Layout
from custody.energy.workbook.lines import Lines
from custody.energy.workbook.told import Reading
from custody.kernel import credit_code
from custody.kernel.cells import Cell, Fault, blank, words


@dataclass(frozen=True, slots=True)
class Taken:
    """What other regions have: of a code or a meter the region's name."""

    codes: Mapping[str, str] = field(default_factory=dict)
    meters: Mapping[tuple[Energy, str], str] = field(default_factory=dict)
    owners: Mapping[tuple[Energy, str], tuple[str, str]] = field(default_factory=dict)
    """Of the region itself: meter → (key, name) of its institution."""
    own: Mapping[str, tuple[Decimal | None, int | None]] = field(default_factory=dict)
    """Of the region itself: key → (floor area, people) as they are."""
    limits: Limits = field(default_factory=Limits.of)
    """The thresholds of its province."""


_TYPES = {**{label: code for code, label in TYPES.items()}, **{code: code for code in TYPES}}
_TYPES |= {"1": "01", "21": "021", "22": "022", "23": "023", "24": "024", "25": "025", "26": "026"}
_TYPES |= {"3": "03", "党政机关": "01", "医疗卫生": "024", "其他": "026"}
_YES = {"": True, "是": True, "纳入": True, "1": True, "√": True}
_NO = {"否": False, "不纳入": False, "0": False, "×": False}
_PAYMENTS = {one.label: one for one in Payment}
_BETWEEN = re.compile(r"[、,，;；\s]+")
_PAID = re.compile(r"(.+?)[(（](.+)[)）]")
MOST_AREA, MOST_PEOPLE = Decimal(10) ** 7, 500_000


def read_roster(layout: Layout, taken: Taken) -> Reading[InstitutionRow]:
    """Every line with something in it, every problem by its cell."""
    return _Reader(layout, taken).read()


class _Reader(Lines):
    def __init__(self, layout: Layout, taken: Taken) -> None:
        super().__init__(layout.columns, titles_of(Kind.ROSTER))
        self.layout, self.taken = layout, taken
        self.rows: list[InstitutionRow] = []
        self.codes: dict[str, int] = {}
        self.names: dict[str, int] = {}
        self.meters: dict[tuple[Energy, str], int] = {}

    def read(self) -> Reading[InstitutionRow]:
        lines = 0
        for row in range(self.layout.first, len(self.layout.sheet.rows)):
            cells = {n: self.layout.sheet.at(row, at) for n, at in self.layout.columns.items()}
            told = {words(cell) for cell in cells.values() if not blank(cell)}
            filled = sum(not blank(cell) for cell in cells.values())
            if not told or (len(told) == 1 and (filled > 1 or blank(cells.get("name")))):
                continue  # blank, a stray cell, or a note merged across
            lines += 1
            self.line(row, cells)
        return Reading(self.rows, lines, self.problems, self.warnings)

    def line(self, row: int, cells: Mapping[str, Cell]) -> None:
        before = len(self.problems)
        name = self.text(row, "name", cells, 100)
        if not name and len(self.problems) == before:
            self.wrong(row, "name", "name_missing", "单位名称没有填写，请填写全称。")
        code = self.code(row, cells.get("credit_code"))
        kind = self.text(row, "type_code", cells, 40)
        type_code = _TYPES.get(kind, "")
        if not type_code:
            known = "、".join(TYPES.values())
            said = f"单位性质“{kind[:20]}”无法识别，应为{known}之一。"
            self.wrong(row, "type_code", "type", said)
        area = self.amount(row, "floor_area", cells.get("floor_area"), MOST_AREA)
        people = self.amount(row, "people", cells.get("people"), Decimal(MOST_PEOPLE))
        if people is not None and people != people.to_integral_value():
            self.wrong(row, "people", "whole", "用能人数应为整数，请改正。")
        included = {**_YES, **_NO}.get(self.text(row, "in_custody", cells, 10))
        because = self.text(row, "excluded_because", cells, 500)
        if included is None:
            self.wrong(row, "in_custody", "yes_no", "是否纳入托管请填写“是”或“否”。")
        elif not included and not because:
            self.wrong(row, "excluded_because", "because", "不纳入托管的单位请写明不纳入原因。")
        address = self.text(row, "address", cells, 200)
        meters = self.meters_of(row, cells, code, name)
        self.once(row, name, code)
        if len(self.problems) > before or included is None:
            return
        found = InstitutionRow(
            name=name,
            credit_code=code,
            type_code=type_code,
            address=address,
            floor_area=area,
            people=None if people is None else int(people),
            in_custody=included,
            excluded_because="" if included else because,
            meters=meters,
        )
        self.rows.append(found)
        if not code:
            self.doubt(row, "credit_code", "no_code", "没有统一社会信用代码，请尽快补充。", 1.0)
        self.moved(row, found)

    def text(self, row: int, name: str, cells: Mapping[str, Cell], most: int) -> str:
        cell = cells.get(name)
        if isinstance(cell, Fault):
            self.fault(row, name, cell)
            return ""
        text = "".join(sign for sign in words(cell).strip() if sign >= " ")
        if len(text) > most:
            self.wrong(row, name, "long", f"{self.titles[name]}超过{most}个字，请精简。")
        return text

    def code(self, row: int, cell: Cell) -> str:
        if isinstance(cell, Fault):
            self.wrong(
                row, "credit_code", "fault", f"信用代码是出错的公式（{cell.sign}），请重新填写。"
            )
            return ""
        if blank(cell):
            return ""
        text = words(cell)
        found = credit_code.problems_of(text)
        for problem in found:
            self.wrong(row, "credit_code", problem.code, problem.message)
        return "" if found else credit_code.normal(text)

    def amount(self, row: int, name: str, cell: Cell, most: Decimal) -> Decimal | None:
        title = self.titles[name]
        value = self.decimal(row, name, cell, ("平方米", "㎡", "m2", "人"))
        if value is None:
            return None
        if value < 0 or value >= most:
            said = "是负数" if value < 0 else "大得不合理"
            self.wrong(row, name, "absurd", f"{title}{said}，请核对数字和单位。")
            return None
        return round(value, 2)

    def is_owner(self, meter: tuple[Energy, str], code: str, name: str) -> bool:
        """Nobody has it yet, or this institution, also where it gains its code or the line lacks it."""
        owner, called = self.taken.owners.get(meter, (code or name, name))
        return owner == (code or name) or (called == name and (owner == name or not code))

    def meters_of(
        self, row: int, cells: Mapping[str, Cell], code: str, name_of: str
    ) -> tuple[MeterRow, ...]:
        said = self.text(row, "payment", cells, 20)
        usual = _PAYMENTS.get(said, Payment.METERED_PAID if "payment" in cells else None)
        if said and said not in _PAYMENTS:
            self.wrong(row, "payment", "payment", f"计费方式应为{'、'.join(_PAYMENTS)}之一。")
        found: list[MeterRow] = []
        for name, energy in METER_FIELDS.items():
            text = unicodedata.normalize("NFKC", self.text(row, name, cells, 1000))
            for piece in filter(None, _BETWEEN.split(text)):
                number, payment = self.number(row, name, piece, usual)
                meter = (energy, number)
                if not number:
                    continue
                if meter in self.meters:
                    first = self.meters[meter] + 1
                    said = f"{energy.label}户号“{number}”在第{first}行已经出现，请只保留一处。"
                    self.wrong(row, name, "meter_twice", said)
                    continue
                self.meters[meter] = row
                if other := self.taken.meters.get(meter):
                    said = f"{energy.label}户号“{number}”已登记在{other}，请核对归属。"
                    self.wrong(row, name, "meter_elsewhere", said)
                if not self.is_owner(meter, code, name_of):
                    called = self.taken.owners[meter][1]
                    said = f"{energy.label}户号“{number}”已登记在“{called}”名下，请核对户号。"
                    self.wrong(row, name, "meter_taken", said)
                found.append(MeterRow(energy, number, payment))
        return tuple(found)

    def number(
        self, row: int, name: str, piece: str, usual: Payment | None
    ) -> tuple[str, Payment | None]:
        payment = usual
        if parts := _PAID.fullmatch(piece):
            piece = parts[1]
            if parts[2] not in _PAYMENTS:
                said = f"户号后括号内应为{'、'.join(_PAYMENTS)}之一。"
                self.wrong(row, name, "payment", said)
            payment = _PAYMENTS.get(parts[2], usual)
        if "e+" in piece.lower():
            said = "户号成了科学计数，位数已丢失；请将单元格设为文本后重新填写。"
            self.wrong(row, name, "number_rounded", said)
            return "", payment
        if len(piece) > 40:
            self.wrong(row, name, "number_long", "户号超过40个字符；多个户号请用顿号分开。")
            return "", payment
        return piece, payment

    def once(self, row: int, name: str, code: str) -> None:
        if code and code in self.codes:
            first = self.codes[code] + 1
            said = f"信用代码与第{first}行相同，请核对；同一单位只填一行。"
            self.wrong(row, "credit_code", "code_twice", said)
        elif code:
            self.codes[code] = row
            if other := self.taken.codes.get(code):
                said = f"信用代码“{code}”已登记在{other}，请与该地区核对归属。"
                self.wrong(row, "credit_code", "code_elsewhere", said)
        elif name and name in self.names:
            said = f"单位名称与第{self.names[name] + 1}行相同且没有信用代码，请补充信用代码或删去重复行。"
            self.wrong(row, "name", "name_twice", said)
        if name:
            self.names.setdefault(name, row)

    def moved(self, row: int, found: InstitutionRow) -> None:
        own, limits = self.taken.own, self.taken.limits
        area, people = own.get(found.key) or own.get(found.name) or (None, None)
        pairs = (
            ("floor_area", area, found.floor_area, "area_change"),
            ("people", _decimal(people), _decimal(found.people), "people_change"),
        )
        for name, old, new, limit in pairs:
            if old and new is not None and abs(new - old) > limits.values[limit] / 100 * old:
                most = f"{limits.values[limit].normalize():f}"
                said = f"{self.titles[name]}与系统现有数相差超过{most}%，请核对。"
                self.doubt(row, name, "moved", said, 3.0)


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
