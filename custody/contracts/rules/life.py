"""The life of a settlement: draft → frozen, to be signed → signed by both → paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from custody.contracts.rules.periods import Period
from custody.contracts.rules.rhythm import Rhythm
from custody.contracts.rules.settlement import yuan
from custody.kernel.periods import Month
from custody.kernel.problems import Problem


class Status(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    SIGNED = "signed"
    PAID = "paid"

    @property
    def label(self) -> str:
        return _STATUSES[self]


_STATUSES = {
    Status.DRAFT: "草稿",
    Status.FROZEN: "定稿待签",
    Status.SIGNED: "双方已签",
    Status.PAID: "已支付",
}


class Step(StrEnum):
    EDIT = "edit"
    FREEZE = "freeze"
    DISCARD = "discard"
    THAW = "thaw"
    SIGN = "sign"
    PAY = "pay"


STEPS: Mapping[tuple[Status, Step], Status] = {
    (Status.DRAFT, Step.EDIT): Status.DRAFT,
    (Status.DRAFT, Step.FREEZE): Status.FROZEN,
    (Status.DRAFT, Step.DISCARD): Status.DRAFT,
    (Status.FROZEN, Step.THAW): Status.DRAFT,
    (Status.FROZEN, Step.SIGN): Status.SIGNED,
    (Status.SIGNED, Step.PAY): Status.PAID,
}
"""A step that is not here does not exist: nothing leads out of 已支付. SIGN arrives when the second
side's scan is there, PAY when the whole sum is paid."""

_WHY_NOT = {
    (Status.DRAFT, Step.THAW): "结算单目前就是草稿，可直接修改。",
    (Status.DRAFT, Step.SIGN): "草稿不能签字，请先“定稿”，打印后送双方签字盖章。",
    (Status.DRAFT, Step.PAY): "草稿不能登记支付，请先定稿并由双方签字。",
    (Status.FROZEN, Step.EDIT): "结算单已定稿，内容不能再改；如需修改，请先“退回草稿”。",
    (Status.FROZEN, Step.FREEZE): "结算单已经定稿，无需重复定稿；请打印后送双方签字盖章。",
    (Status.FROZEN, Step.DISCARD): "结算单已定稿，不能删除；如需删除，请先“退回草稿”。",
    (Status.FROZEN, Step.PAY): "双方签字的结算单还没有上传齐，请先上传甲方、乙方签字件。",
}
_OVER = {
    Status.SIGNED: "结算单双方已签，内容不再变动；如需更正，请在下期结算单中调整。",
    Status.PAID: "结算单已支付完毕，不再变动；如需更正，请在下期结算单中调整。",
}


def problems_of_step(status: Status, step: Step) -> list[Problem]:
    if (status, step) in STEPS:
        return []
    return [Problem("step", _WHY_NOT.get((status, step)) or _OVER[status])]


def problems_of_period(
    period: Period,
    *,
    rhythm: Rhythm | None,
    days: tuple[date, date] | None,
    others: Iterable[Period],
    today: date,
) -> list[Problem]:
    """Why a settlement of the period cannot be drafted. `days`: of the period, inside the term."""
    where = "period"
    if days is None:
        words = f"{period.label}不在合同的托管期内，请核对合同的起算日和到期日。"
        return [Problem("outside", words, where)]
    if rhythm is None or not rhythm.accepts(period):
        return [Problem("cycle", "合同不按这样的周期结算，请按合同约定的周期选择期间。", where)]
    if period.first > today:
        return [Problem("future", f"{period.label}还没有开始，请到期后再结算。", where)]
    for other in others:
        if period.overlaps(other):
            same = "已有结算单" if period == other else f"与已有的{other.label}结算单重叠"
            words = f"{period.label}{same}，一份合同同一期间只能结算一次；请打开原结算单办理。"
            return [Problem("overlap", words, where)]
    return []


def problems_of_thaw(reason: str) -> list[Problem]:
    if reason.strip():
        return []
    return [Problem("reason", "请写明退回草稿的理由。", "reason")]


def problems_of_payment(
    *, day: date | None, amount: Decimal | None, left: Decimal, signed: date, today: date
) -> list[Problem]:
    """`left`: what is still to be paid; `signed`: the day both had signed."""
    found = []
    if day is not None and day > today:
        found.append(Problem("day", "支付日期不能晚于今天，请改正。", "paid_on"))
    if day is not None and day < signed:
        words = f"支付日期不能早于双方签字的{signed.month}月{signed.day}日，请核对。"
        found.append(Problem("day", words, "paid_on"))
    if amount is not None and amount <= 0:
        found.append(Problem("amount", "支付金额应大于0，请改正。", "amount"))
    if amount is not None and amount > left:
        words = f"支付金额超过未付的{yuan(left)}元，请核对；多付的款项不在本结算单登记。"
        found.append(Problem("amount", words, "amount"))
    return found


def due_on(last: date, pay_day: int | None) -> date | None:
    """The pay day of the month after the last settled day; None where the contract names none."""
    if pay_day is None:
        return None
    month = Month.of(last).plus(1)
    return date(month.year, month.number, min(max(pay_day, 1), month.last.day))
