from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import TextInput

from custody.energy.actions import bills, roster, years
from custody.energy.models.roster import YearFigures
from custody.energy.rules.energies import TYPES, Energy, Payment
from custody.kernel import credit_code
from custody.kernel.periods import Month
from custody.web.formkit import Amount, Day, Form, Needed, Whole, clean, sensible

MOST_AREA, MOST_PEOPLE = 10_000_000, 1_000_000
MOST_USE, MOST_COST = 10**11, 10**11
_MONTH = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D?", re.ASCII)


class MonthField(StringField):  # type: ignore[misc]
    """A month as it is typed: 2026-01, 2026年1月, 202601. Its data is «2026-01»; empty is «»."""

    widget = TextInput()

    def process_data(self, value: object) -> None:
        self.data = month_text(value) if isinstance(value, int) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""
        if self.data and (code := self.code) is not None:
            self.data = month_text(code)

    @property
    def code(self) -> int | None:
        """202601; None where nothing can be read."""
        found = _MONTH.fullmatch(unicodedata.normalize("NFKC", str(self.data or "")))
        year, number = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 2000 <= year <= 2100 or not 1 <= number <= 12:
            return None
        return Month(year, number).code

    def pre_validate(self, form: Form) -> None:
        if self.data and self.code is None:
            shown = self.data[:20]
            words = f"{self.label.text}“{shown}”无法识别，请按“2026-01”的样式填写。"
            raise ValidationError(words)


def month_text(code: int | None) -> str:
    """2026-01."""
    return str(Month.coded(code)) if code else ""


def trimmed(value: object) -> object:
    """A stored number without the zeros its column gives it: 9100, not 9100.0000."""
    if not isinstance(value, Decimal):
        return value
    text = f"{value:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


class Figure(Amount):
    """An amount shown with as many decimals as it has: 257488, not 257488.0000."""

    def _value(self) -> str:
        text: str = super()._value()
        return text if self.typed or "." not in text else text.rstrip("0").rstrip(".")


def _text(label: str, most: int, *needed: Needed, **kwargs: Any) -> StringField:
    long = Length(max=most, message=f"{label}不超过{most}个字，请精简。")
    return StringField(label, [*needed, long], filters=[clean], **kwargs)


def _checked(_form: Form, field: StringField) -> None:
    """Its check digit, so that a slip is told together with the others."""
    if field.data and (found := credit_code.problems_of(field.data)):
        raise ValidationError(found[0].message)


class InstitutionForm(Form):
    version = HiddenField()
    name = _text("单位名称", 100, Needed("请填写单位全称。"))
    credit_code = StringField("统一社会信用代码", [_checked])
    type_code = SelectField(
        "单位性质", [Needed("请选择单位性质。")], choices={"": "请选择", **TYPES}
    )
    address = _text("地址", 200)
    floor_area = Figure("建筑面积（平方米）", 0, MOST_AREA, unit="平方米")
    people = Whole("用能人数", 0, MOST_PEOPLE)
    in_custody = BooleanField("纳入托管范围", default=True)
    excluded_because = TextAreaField(
        "不纳入托管的原因",
        [Length(max=500, message="原因不超过500个字，请精简。")],
        filters=[clean],
    )

    @property
    def facts(self) -> roster.Facts:
        inside = bool(self.in_custody.data)
        return roster.Facts(
            name=" ".join(str(self.name.data or "").split()),
            credit_code=credit_code.normal(str(self.credit_code.data or "")),
            type_code=str(self.type_code.data or ""),
            address=str(self.address.data or "").strip(),
            floor_area=self.floor_area.data,
            people=self.people.data,
            in_custody=inside,
            excluded_because="" if inside else str(self.excluded_because.data or "").strip(),
        )


class CloseForm(Form):
    version = HiddenField()
    closed_on = Day("撤并日期", validators=[Needed("请填写撤并日期。"), sensible])
    reason = TextAreaField(
        "撤并情况",
        [
            Needed("请写明撤并、迁出或注销的情况，例如“并入市第一中学”。"),
            Length(max=500, message="撤并情况不超过500个字，请精简。"),
        ],
        filters=[clean],
    )


class MeterForm(Form):
    version = HiddenField()
    energy = SelectField(
        "能源品种",
        [Needed("请选择能源品种。")],
        choices={"": "请选择", **{one.value: f"{one.label}（{one.unit}）" for one in Energy}},
    )
    number = _text("户号", 40, Needed("请填写供应单位账单上的户号，开头的0也要填。"))
    payment = SelectField(
        "计量付费方式",
        choices={one.value: one.label for one in Payment},
        default=Payment.METERED_PAID.value,
    )
    since = MonthField("启用月份")
    until = MonthField("停用月份")
    note = _text("备注", 200)

    @property
    def account(self) -> roster.Account:
        number = unicodedata.normalize("NFKC", str(self.number.data or ""))
        return roster.Account(
            energy=Energy(self.energy.data),
            number="".join(number.split()),
            payment=Payment(self.payment.data),
            since=self.since.code,
            until=self.until.code,
            note=str(self.note.data or "").strip(),
        )


class BillForm(Form):
    number = HiddenField()
    use = Figure("用量", 0, MOST_USE, places=4, validators=[Needed("请填写用量；没有用的填0。")])
    cost = Amount("费用（元）", -MOST_COST, MOST_COST, unit="元")
    starts_on = Day("起始日期", validators=[sensible])
    ends_on = Day("截止日期", validators=[sensible])
    reason = TextAreaField(
        "更正原因", [Length(max=500, message="更正原因不超过500个字，请精简。")], filters=[clean]
    )

    @property
    def told(self) -> bills.Told:
        assert self.use.data is not None
        return bills.Told(self.use.data, self.cost.data, self.starts_on.data, self.ends_on.data)


def _use_field(energy: Energy) -> Figure:
    return Figure(f"{energy.label}年用量（{energy.unit}）", 0, MOST_USE, places=4)


class YearForm(Form):
    version = HiddenField()
    floor_area = Figure("年末建筑面积（平方米）", 0, MOST_AREA, unit="平方米")
    people = Whole("用能人数", 0, MOST_PEOPLE)
    electricity = _use_field(Energy.ELECTRICITY)
    gas = _use_field(Energy.GAS)
    water = _use_field(Energy.WATER)
    heat = _use_field(Energy.HEAT)
    lpg = _use_field(Energy.LPG)
    petrol = _use_field(Energy.PETROL)
    diesel = _use_field(Energy.DIESEL)
    coal = _use_field(Energy.COAL)
    pv = _use_field(Energy.PV)
    source = _text(
        "数据来源", 200, Needed("请填写数据来源，例如“2025年公共机构能源资源消费统计年报”。")
    )

    def show(self, energies: Sequence[Energy]) -> list[Any]:
        """The fields of these energies; the others are taken out of the form."""
        for one in Energy:
            if one not in energies:
                self._fields.pop(one.value, None)
        return [self[one.value] for one in energies]

    def fill(self, row: YearFigures) -> None:
        for name in ("floor_area", "people", "source"):
            self[name].data = getattr(row, name)
        for name, use in row.uses.items():
            if name in self._fields:
                self[name].data = Decimal(use)

    @property
    def reported(self) -> years.Reported:
        uses = {
            one: self[one.value].data
            for one in Energy
            if one.value in self._fields and self[one.value].data is not None
        }
        source = str(self.source.data or "").strip()
        return years.Reported(self.floor_area.data, self.people.data, uses, source)
