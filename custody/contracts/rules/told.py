"""What was typed for a settlement, field by field in words: for the journal and for two versions."""

from __future__ import annotations

from collections.abc import Mapping

from custody.contracts.rules.agreed import AdjustmentLine, Draft
from custody.contracts.rules.settlement import number, yuan
from custody.contracts.rules.statement import USUAL, Formula

FIELDS: Mapping[str, str] = {
    "payable_on": "应付日期",
    "bases": "年基准用量",
    "prices": "当期实际单价",
    "adjustments": "用量调整",
    "deductions": "考核扣减",
    "guaranteed": "承诺节能量",
    "verified": "核定节能量",
    "verified_source": "核定节能量出处",
    "prepaid": "预付款抵扣",
    "prepaid_source": "预付款出处",
    "note": "备注",
}


def fields_of(draft: Draft) -> dict[str, str]:
    """By name of the field, in the order of FIELDS; the due day is the row's own."""
    prices = [
        f"{one.energy.label}{number(one.price)}元（{one.source or '未写出处'}）"
        for one in draft.prices
        if one.price is not None
    ]
    deductions = [
        f"{one.reason} {yuan(one.amount)}元（{one.basis}）"
        if one.amount is not None
        else one.reason
        for one in draft.deductions
    ]
    bases = [
        f"{one.energy.label}{number(one.quantity)}（{one.source or '未写依据'}）"
        for one in draft.bases
        if one.quantity is not None
    ]
    return {
        "bases": "；".join(bases),
        "prices": "；".join(prices),
        "adjustments": "；".join(_line(one) for one in draft.adjustments),
        "deductions": "；".join(deductions),
        "guaranteed": "" if draft.guaranteed is None else f"{number(draft.guaranteed)}吨标准煤",
        "verified": "" if draft.verified is None else f"{number(draft.verified)}吨标准煤",
        "verified_source": draft.verified_source,
        "prepaid": "" if draft.prepaid is None else f"{yuan(draft.prepaid)}元",
        "prepaid_source": draft.prepaid_source,
        "note": draft.note,
    }


def _line(line: AdjustmentLine) -> str:
    order = "" if line.order is None else f"（{line.order}号变更单）"
    head = f"{line.energy.label}·{line.driver.label}"
    if USUAL[line.driver] is Formula.AGREED:
        return f"{head} {_told(line.quantity)}{order}"
    return f"{head} {_told(line.base)}→{_told(line.now)}，{_told(line.rate)}{order}"


def _told(value: object) -> str:
    return "—" if value is None else number(value)  # type: ignore[arg-type]
