from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length, ValidationError

from custody.baselines.rules.adjusting import ASKS, Wanted, unit_words
from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month
from custody.mv.adjust import Driver
from custody.web.formkit import Amount, Form, Needed, clean


class OneMonth(SelectField):  # type: ignore[misc]
    """One of the months that are offered."""

    def pre_validate(self, form: Form) -> None:
        if str(self.data or "") not in [str(key) for key, *_ in self.iter_choices()]:
            raise ValidationError(f"{self.label.text}不在可选范围内，请从列表中选择。")


class AdjustmentForm(Form):
    """One driver's: the labels of its three numbers are set by `ask`."""

    key = HiddenField()
    version = HiddenField()
    before = Amount("变化前", places=4, validators=[Needed("请填写变化前的数值，没有的填0。")])
    after = Amount("变化后", places=4, validators=[Needed("请填写变化后的数值，没有的填0。")])
    rate = Amount("计算系数", places=4, validators=[Needed("请填写计算系数。")])
    trigger = Amount("合同约定的调整起点（%）", 0, 100, places=2, unit="%")
    from_month = OneMonth("生效月份", [Needed("请选择生效月份。")])
    until_month = OneMonth("终止月份")
    reason = TextAreaField(
        "变化的原因和依据",
        [
            Needed("请写明变化的原因和依据，例如验收文件、批复文号。"),
            Length(max=1000, message="原因和依据不超过1000字，请精简。"),
        ],
        filters=[clean],
    )

    def ask(self, driver: Driver, energy: Energy, months: Sequence[int]) -> None:
        ask = ASKS[driver]
        unit = unit_words(ask.unit, energy)
        self.before.label.text = f"变化前{ask.measure}（{unit}）"
        self.after.label.text = f"变化后{ask.measure}（{unit}）"
        self.rate.label.text = unit_words(ask.rate, energy)
        choices = [(str(code), Month.coded(code).label) for code in months]
        self.from_month.choices = [("", "请选择"), *choices]
        self.until_month.choices = [("", "长期有效"), *choices]

    def wanted(self, driver: Driver) -> Wanted:
        return Wanted(
            driver,
            Decimal(self.before.data or 0),
            Decimal(self.after.data or 0),
            Decimal(self.rate.data or 0),
            Decimal(self.trigger.data or 0),
            str(self.reason.data or ""),
            int(self.from_month.data),
            int(self.until_month.data) if self.until_month.data else None,
        )

    @staticmethod
    def shown(row: Any) -> dict[str, object]:
        """A stored adjustment as the form's fields."""
        return {
            "before": _plain(row.before),
            "after": _plain(row.after),
            "rate": _plain(row.rate),
            "trigger": _plain(row.trigger),
            "from_month": str(row.from_month),
            "until_month": str(row.until_month or ""),
            "reason": row.reason,
        }


def _plain(value: Decimal | None) -> Decimal | None:
    """1200.0000 → 1200."""
    return None if value is None else Decimal(f"{value.normalize():f}")


class ReturnForm(Form):
    version = HiddenField()
    returned_because = TextAreaField(
        "退回原因",
        [
            Needed("请写明退回的原因，登记人据此核改。"),
            Length(max=1000, message="退回原因不超过1000字，请精简。"),
        ],
        filters=[clean],
    )


class WithdrawForm(Form):
    version = HiddenField()
    withdrawn_because = TextAreaField(
        "撤回原因",
        [
            Needed("请写明撤回的原因。"),
            Length(max=1000, message="撤回原因不超过1000字，请精简。"),
        ],
        filters=[clean],
    )
