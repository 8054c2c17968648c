"""What is missing from a draft, or cannot be, said before it is frozen. Pure."""

from __future__ import annotations

from decimal import Decimal

from custody.contracts.rules.agreed import HUNDRED, AdjustmentLine, Agreed, Draft, Terms
from custody.contracts.rules.composing import counts, order_of
from custody.contracts.rules.periods import Period
from custody.contracts.rules.settlement import percent
from custody.contracts.rules.statement import USUAL, Formula
from custody.kernel.days import full_day
from custody.kernel.problems import Problem


def problems_of_draft(agreed: Agreed, period: Period, draft: Draft) -> list[Problem]:
    """What must be filled in before the figures mean anything; `where` names the form's field."""
    found: list[Problem] = []
    days = agreed.days(period)
    terms = agreed.at(days[1]) if days else agreed.original
    for at, price in enumerate(draft.prices):
        if price.price is not None and not price.source.strip():
            words = f"请写明{price.energy.label}实际单价的出处，如哪几张账单。"
            found.append(Problem("price_source", words, f"prices-{at}-source"))
    for at, base in enumerate(draft.bases):
        if base.quantity is not None and not base.source.strip():
            words = f"请写明{base.energy.label}年基准用量的依据，如能源基准的版本或合同附件。"
            found.append(Problem("base_source", words, f"bases-{at}-source"))
    seen: set[tuple[str, str]] = set()
    for at, line in enumerate(draft.adjustments):
        found += _problems_of_line(at, line, terms)
        order = order_of(agreed, line)
        if days and order is not None and not counts(agreed, line, terms, days[1]):
            day = full_day(order.effective_on)
            words = (
                f"{order.number}号变更单自{day}起生效，合同未约定溯及，不能用于{period.label}；"
                "请改选变更单，或删去此项调整，待生效后的期间再结算。"
            )
            found.append(Problem("not_yet", words, f"adjustments-{at}-order"))
        if (line.energy, line.driver) in seen and USUAL[line.driver] is not Formula.AGREED:
            words = f"{line.energy.label}的{line.driver.label}调整填了两次，请合并为一行。"
            found.append(Problem("twice", words, f"adjustments-{at}-driver"))
        seen.add((line.energy, line.driver))
    for at, deduction in enumerate(draft.deductions):
        if not deduction.reason.strip():
            words = f"请写明第{at + 1}项扣减的事由。"
            found.append(Problem("reason", words, f"deductions-{at}-reason"))
        if not deduction.basis.strip():
            words = "请写明扣减的依据，如合同条款或考核结果。"
            found.append(Problem("basis", words, f"deductions-{at}-basis"))
        if deduction.amount is None:
            found.append(Problem("amount", "请填写扣减金额。", f"deductions-{at}-amount"))
    if (draft.verified is None) != (draft.guaranteed is None):
        missing = "verified" if draft.verified is None else "guaranteed"
        words = "承诺节能量和核定节能量须同时填写；本期不结算节能量的，请都留空。"
        found.append(Problem("guarantee", words, missing))
    if draft.verified is not None:
        if not draft.verified_source.strip():
            words = "请写明核定节能量的出处，如核证报告的编号。"
            found.append(Problem("verified_source", words, "verified_source"))
        if not terms.get("guarantee_price"):
            words = "合同没有约定节能量结算单价，不能计算补偿和分享；请先补充合同。"
            found.append(Problem("guarantee_price", words, "verified"))
    if draft.prepaid and not draft.prepaid_source.strip():
        words = "请写明抵扣的是哪一笔预付款。"
        found.append(Problem("prepaid_source", words, "prepaid_source"))
    return found


def _problems_of_line(at: int, line: AdjustmentLine, terms: Terms) -> list[Problem]:
    formula = USUAL[line.driver]
    found = []
    if not isinstance(terms.get(f"energy:{line.energy}:quantity"), Decimal):
        words = f"合同的能源基准中没有{line.energy.label}，请改选能源品种。"
        found.append(Problem("energy", words, f"adjustments-{at}-energy"))
    if line.order is None:
        words = "请选择此项调整依据的变更单；没有变更单的，先在合同中办理。"
        found.append(Problem("order", words, f"adjustments-{at}-order"))
    needed = ("quantity",) if formula is Formula.AGREED else ("base", "now", "rate")
    for name in needed:
        if getattr(line, name) is None:
            words = f"按“{formula.label}”计算，请填写{_FIELDS[name]}。"
            found.append(Problem(name, words, f"adjustments-{at}-{name}"))
    if formula is not Formula.AGREED and line.base == 0:
        found.append(Problem("base", "基准值应大于0，请改正。", f"adjustments-{at}-base"))
    if formula is Formula.RATIO and line.rate is not None and line.rate > HUNDRED:
        words = f"相关用量占比应在0至100%之间，现为{percent(line.rate / HUNDRED)}，请改正。"
        found.append(Problem("rate", words, f"adjustments-{at}-rate"))
    return found


_FIELDS = {"quantity": "认定用量", "base": "基准值", "now": "当期值", "rate": "定额或占比"}
