from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as Plain
from wtforms.validators import AnyOf, Length

from custody.contracts.rules.agreed import (
    ActualPrice,
    AdjustmentLine,
    BaseLine,
    DeductionLine,
    Draft,
)
from custody.contracts.rules.contract import Driver, Energy
from custody.contracts.rules.statement import USUAL
from custody.kernel.problems import Problem
from custody.web.formkit import Amount, Day, Form, Needed, clean, sensible, whole

LONGEST = 200


class Line(Plain):  # type: ignore[misc]
    """One line of a list; the form around it carries the token."""

    class Meta:
        locales: ClassVar[list[str]] = ["zh"]


class PriceLine(Line):
    energy = HiddenField(
        validators=[AnyOf(set(Energy), message="能源品种无法识别，请重新打开本页后再填写。")]
    )
    price = Amount("实际单价", 0, 10_000, places=4, unit="元")
    source = StringField("单价出处", [Length(max=LONGEST, message="单价出处不超过200字，请精简。")])


class BaseForm(Line):
    energy = HiddenField(
        validators=[AnyOf(set(Energy), message="能源品种无法识别，请重新打开本页后再填写。")]
    )
    quantity = Amount("年基准用量", 0, 10**12, places=4)
    source = StringField("依据", [Length(max=LONGEST, message="依据不超过200字，请精简。")])


class AdjustmentForm(Line):
    energy = SelectField("能源", choices={one.value: one.label for one in Energy})
    driver = SelectField(
        "调整因素",
        choices={"": "（不调整）", **{one.value: one.label for one in Driver if one in USUAL}},
    )
    order = SelectField("依据的变更单")
    base = Amount("基准值", places=4)
    now = Amount("当期值", places=4)
    rate = Amount("单位定额/占比", places=4)
    quantity = Amount("认定用量", -(10**12), places=4)


class DeductionForm(Line):
    reason = StringField("扣减事由", [Length(max=100, message="扣减事由不超过100字，请精简。")])
    basis = StringField("依据", [Length(max=LONGEST, message="依据不超过200字，请精简。")])
    amount = Amount("金额", unit="元")


class SettlementForm(Form):
    version = HiddenField()
    due_on = Day("应付日期", validators=[sensible])
    bases = FieldList(FormField(BaseForm))
    prices = FieldList(FormField(PriceLine))
    adjustments = FieldList(FormField(AdjustmentForm), max_entries=30)
    deductions = FieldList(FormField(DeductionForm), max_entries=30)
    guaranteed = Amount("承诺节能量（吨标准煤）", places=4)
    verified = Amount("核定节能量（吨标准煤）", places=4)
    verified_source = StringField("核定节能量出处", [Length(max=LONGEST)])
    prepaid = Amount("预付款抵扣（元）", unit="元")
    prepaid_source = StringField("预付款出处", [Length(max=LONGEST)])
    note = TextAreaField("备注", [Length(max=1000, message="备注不超过1000字，请精简。")])

    def offer(self, orders: Sequence[tuple[int, str]]) -> None:
        """The change orders a line may rest on."""
        choices = {"": "（未选择）", **{str(number): words for number, words in orders}}
        for line in self.adjustments:
            line.form.order.choices = choices

    @classmethod
    def of(cls, draft: Draft, *, version: int, due_on: date | None) -> SettlementForm:
        """The form as it is opened, with an empty line to add to."""
        form = cls(formdata=None)
        form.version.data, form.due_on.data = str(version), due_on
        for base in draft.bases:
            form.bases.append_entry(_plain(base))
        for price in draft.prices:
            form.prices.append_entry(_plain(price))
        for line in draft.adjustments:
            form.adjustments.append_entry(_plain(line))
        for deduction in draft.deductions:
            form.deductions.append_entry(_plain(deduction))
        for name in _SCALARS:
            form[name].data = getattr(draft, name)
        return form

    def add_empty(self, act: str) -> None:
        """Another line where a button asks for it."""
        lines = {"add_adjustment": self.adjustments, "add_deduction": self.deductions}.get(act)
        if lines is not None and len(lines) < lines.max_entries:
            lines.append_entry()

    @property
    def seen(self) -> int:
        return whole(self.version.data)

    @property
    def draft(self) -> Draft:
        """What was typed; lines that were left empty, and those that nobody can read, are none."""
        return Draft(
            prices=tuple(
                ActualPrice(Energy(line.energy.data), line.price.data, _text(line.source))
                for line in self._pricing
            ),
            adjustments=tuple(
                AdjustmentLine(
                    Energy(line.energy.data),
                    Driver(line.driver.data),
                    whole(line.order.data) if line.order.data else None,
                    *(getattr(line, name).data for name in ("base", "now", "rate", "quantity")),
                )
                for line in self._adjusting
            ),
            deductions=tuple(
                DeductionLine(_text(line.reason), _text(line.basis), line.amount.data)
                for line in self._deducting
            ),
            guaranteed=self.guaranteed.data,
            verified=self.verified.data,
            verified_source=_text(self.verified_source),
            prepaid=self.prepaid.data,
            prepaid_source=_text(self.prepaid_source),
            note=_text(self.note),
            bases=tuple(
                BaseLine(Energy(line.energy.data), line.quantity.data, _text(line.source))
                for line in self._basing
            ),
        )

    def take_saved(self, guaranteed: Decimal | None, verified: Decimal, source: str) -> None:
        """What the system reckons goes into the fields, where it can still be changed."""
        if self.guaranteed.data is None:
            self.guaranteed.data = guaranteed
        self.verified.data, self.verified_source.data = verified, source
        for field in (self.guaranteed, self.verified, self.verified_source):
            field.raw_data = None

    @property
    def _basing(self) -> list[Any]:
        return [line for line in _forms(self.bases) if line.energy.data in set(Energy)]

    @property
    def _pricing(self) -> list[Any]:
        return [line for line in _forms(self.prices) if line.energy.data in set(Energy)]

    @property
    def _adjusting(self) -> list[Any]:
        return [
            line
            for line in _forms(self.adjustments)
            if line.driver.data in USUAL and line.energy.data in set(Energy)
        ]

    @property
    def _deducting(self) -> list[Any]:
        return [
            line
            for line in _forms(self.deductions)
            if line.reason.data or line.basis.data or line.amount.data is not None
        ]

    def take(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems of lines go to the line's field; «energy-gas» to the first line about that energy."""
        rest = []
        for problem in problems:
            field = self._field(problem)
            if field is None:
                rest.append(problem)
            else:
                field.errors = [*field.errors, problem.message]
        return rest

    def _field(self, problem: Problem) -> Any:
        name, _, which = problem.where.partition("-")
        if name in ("bases", "prices", "adjustments", "deductions") and which:
            number, _, column = which.partition("-")
            lines = {
                "bases": self._basing,
                "prices": self._pricing,
                "adjustments": self._adjusting,
                "deductions": self._deducting,
            }[name]
            return lines[int(number)][column] if int(number) < len(lines) else None
        if name == "actual":
            return next((o.price for o in _forms(self.prices) if o.energy.data == which), None)
        if name == "energy":
            own = (line for line in self._adjusting if line.energy.data == which)
            return next((line.order for line in own), None)
        if problem.where == "deductions":
            return next((line.amount for line in self._deducting), None)
        return self._fields.get(problem.where) if problem.where else None

    @property
    def problems(self) -> list[tuple[str, str]]:
        found = []
        for field in self:
            lines = _forms(field) if isinstance(field, FieldList) else []
            for one in [part for line in lines for part in line] or [field]:
                if one.name != "csrf_token" and not isinstance(one, FieldList):
                    found += [(one.id, str(message)) for message in one.errors]
        return found


_SCALARS = ("guaranteed", "verified", "verified_source", "prepaid", "prepaid_source", "note")


def _forms(lines: FieldList) -> list[Any]:
    return [one.form for one in lines]


def _text(field: Any) -> str:
    return clean(field.data).strip()


def _plain(line: Any) -> Mapping[str, Any]:
    found = {name: getattr(line, name) for name in line.__slots__}
    if found.get("order") is not None:
        found["order"] = str(found["order"])
    return found


class ThawForm(Form):
    version = HiddenField()
    reason = TextAreaField(
        "退回理由",
        [Needed("请写明退回草稿的理由。"), Length(max=500, message="理由不超过500字，请精简。")],
    )


class SignForm(Form):
    digest = HiddenField()
    party_a = FileField("甲方签字件")
    party_b = FileField("乙方签字件")
    same = BooleanField("同一份文件由双方签署")
    signed_on = Day("签字日期", validators=[Needed("请填写签字日期。"), sensible])


class PayForm(Form):
    version = HiddenField()
    key = HiddenField()
    paid_on = Day("支付日期", validators=[Needed("请填写支付日期。"), sensible])
    amount = Amount(
        "支付金额（元）", Decimal("0.01"), unit="元", validators=[Needed("请填写支付金额。")]
    )
    voucher = FileField("支付凭证")


class ProfileForm(Form):
    """A field for each energy of the contract, made when it is known which these are."""

    seen = HiddenField()


def profile_form(energies: Sequence[Energy]) -> type[ProfileForm]:
    longest = Length(max=400, message="内容过长，请只填12个百分数。")
    fields = {one.value: StringField(f"{one.label}（%）", [longest]) for one in energies}
    return type("ProfileForm", (ProfileForm,), fields)
