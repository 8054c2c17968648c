"""What a period costs, term by term, each with its formula in numbers and its source.

F_t = Σ_e (Q_base,e + ΔQ_e,t) · P_e,t · (1 − d) + O_t − K_t, less what the guarantee and the sharing of
savings give back, less what was paid before. Rounding: every ΔQ to 0.01 units, every energy's line
to the fen, half up; totals are sums of lines and are never rounded again.

The formula of the fee and those of the adjustments are the programme's proposal for the model contract
GF-2026-2621, whose own text we have not seen; what counts is what the contract's annex says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from custody.contracts.rules.shares import rounded
from custody.contracts.rules.statement import (
    ONE,
    PER,
    ZERO,
    Adjustment,
    Deduction,
    Energy,
    Formula,
    Guarantee,
    Inputs,
    Kind,
    PriceMode,
    Service,
    Statement,
    Term,
)
from custody.kernel.problems import Problem


def settle(inputs: Inputs) -> Statement:
    """The statement. What cannot be is counted as nothing and stands in `problems`."""
    with localcontext() as exact:
        exact.prec = 60
        return _settle(inputs)


def _settle(inputs: Inputs) -> Statement:
    problems: list[Problem] = []
    terms = [_energy(energy, problems) for energy in inputs.energies]
    if not inputs.energies:
        problems.append(
            Problem("no_energy", "合同没有能源基准，请先在合同中填写能源品种、基准用量和单价。")
        )
    terms += [_service(service, problems) for service in inputs.services]
    earned = sum((term.amount for term in terms), ZERO)
    cut = [_deduction(line, problems) for line in inputs.deductions]
    terms += cut
    fee = earned + sum((term.amount for term in cut), ZERO)
    if fee < 0:
        problems.append(
            Problem(
                "deductions",
                f"考核扣减合计{yuan(earned - fee)}元，超过本期费用{yuan(earned)}元，"
                "请核对扣减金额；确需另行追偿的，不在本结算单中扣减。",
                "deductions",
            )
        )
    if inputs.guarantee:
        terms += _guarantee(inputs.guarantee, problems)
    left = sum((term.amount for term in terms), ZERO)
    if left < 0 <= fee:
        problems.append(
            Problem(
                "guarantee",
                f"节能量补偿和分享合计{yuan(fee - left)}元，超过本期费用{yuan(fee)}元，"
                "请核对核定节能量；确需补偿的，由双方另行结算。",
                "verified",
            )
        )
    if inputs.prepaid:
        terms.append(_prepaid(inputs, left, problems))
    payable = sum((term.amount for term in terms), ZERO)
    rate = _bounded(inputs.tax, "tax", "税率", problems)
    tax = rounded(max(fee, ZERO) * rate / (ONE + rate))
    words = f"{yuan(fee)}元÷（1＋{percent(rate)}）×{percent(rate)}" if rate else ""
    return Statement(tuple(terms), fee, payable, tax, words, tuple(problems))


def _bounded(value: Decimal, where: str, name: str, problems: list[Problem]) -> Decimal:
    if ZERO <= value <= ONE:
        return value
    problems.append(
        Problem(where, f"{name}应在0至100%之间，现为{percent(value)}，请在合同中改正。", where)
    )
    return min(max(value, ZERO), ONE)


# --- energies ------------------------------------------------------------------------------------


def _energy(energy: Energy, problems: list[Problem]) -> Term:
    discount = _bounded(energy.discount, "discount", "折让率", problems)
    deltas, notes, sources = [], [], [energy.source.words]
    if energy.share_words:
        notes.append(f"当期基准用量：{energy.share_words}。")
    for adjustment in energy.adjustments:
        delta, words = adjusted(energy, adjustment)
        notes.append(words)
        sources.append(adjustment.source.words)
        if delta:
            deltas.append(delta)
            if not adjustment.signed:
                problems.append(
                    Problem(
                        "unsigned",
                        f"{energy.name}的{adjustment.driver.label}调整没有双方已签的"
                        f"{adjustment.order or '变更单'}，"
                        "请先办理变更单签认，或删去此项调整。",
                        f"energy-{energy.code}",
                    )
                )
    quantity = energy.base + sum(deltas, ZERO)
    if quantity < 0:
        problems.append(
            Problem(
                "below_zero",
                f"{energy.name}调整后的用量为{number(quantity)}{energy.unit}，不能小于0，"
                "请核对调整量。",
                f"energy-{energy.code}",
            )
        )
    price, price_words = _price(energy, problems)
    notes.append(price_words)
    if energy.actual_source and energy.mode is not PriceMode.FIXED:
        sources.append(energy.actual_source.words)
    if discount and energy.discount_source:
        sources.append(energy.discount_source.words)
    amount = rounded(max(quantity, ZERO) * price * (ONE - discount))
    return Term(
        Kind.ENERGY,
        energy.name,
        f"{_sum_words(energy.base, sorted(deltas, reverse=True))} {energy.unit} × "
        f"{number(price)} 元/{energy.unit}" + (f" × (1 − {percent(discount)})" if discount else ""),
        amount,
        _once(sources),
        tuple(notes),
    )


def _sum_words(base: Decimal, deltas: Iterable[Decimal]) -> str:
    parts = [f"{'+' if delta > 0 else '−'} {number(abs(delta))}" for delta in deltas]
    return f"({number(base)} {' '.join(parts)})" if parts else number(base)


def _price(energy: Energy, problems: list[Problem]) -> tuple[Decimal, str]:
    """The period's unit price and why it is this one."""
    fixed = f"单价：合同单价{number(energy.price)}元/{energy.unit}（{energy.mode.label}）。"
    if energy.mode is PriceMode.FIXED:
        return max(energy.price, ZERO), fixed
    if energy.actual is None:
        problems.append(
            Problem(
                "no_price",
                f"{energy.name}按合同{energy.mode.label}，请填写当期账单的实际单价并说明出处。",
                f"actual-{energy.code}",
            )
        )
        return max(energy.price, ZERO), f"{fixed[:-1]}，当期实际单价尚未填写。"
    actual = max(energy.actual, ZERO)
    words = f"单价：当期账单实际单价{number(actual)}元/{energy.unit}"
    if energy.mode is PriceMode.CAPPED and energy.cap is None:
        problems.append(
            Problem("no_cap", f"{energy.name}按封顶联动结算，请先在合同中填写封顶单价。")
        )
    elif energy.mode is PriceMode.CAPPED and energy.cap is not None:
        if actual > energy.cap:
            return energy.cap, f"{words}，高于封顶价，按封顶价{number(energy.cap)}元结算。"
        return actual, f"{words}，未超过封顶价{number(energy.cap)}元（{energy.mode.label}）。"
    return actual, f"{words}（{energy.mode.label}，合同单价{number(energy.price)}元）。"


def change_of(energy: Energy, adjustment: Adjustment) -> Decimal | None:
    """By how much the driver has changed, as a share of 1; None where there is nothing to compare with.

    Of agreed quantities: the period's quantity against the period's base, however the period is cut.
    """
    if adjustment.formula is Formula.AGREED:
        base = energy.base if energy.whole is None else energy.whole
        quantity = adjustment.quantity if adjustment.whole is None else adjustment.whole
        return quantity / base if base else None
    return (adjustment.now - adjustment.base) / adjustment.base if adjustment.base else None


def adjusted(energy: Energy, adjustment: Adjustment) -> tuple[Decimal, str]:
    """(ΔQ, why) of one adjustment; 0 where the change does not pass the contract's trigger."""
    name = adjustment.driver.label
    change = change_of(energy, adjustment)
    if change is None and adjustment.formula is not Formula.AGREED:
        return ZERO, f"{name}调整：没有基准值，未调整。"
    if change is not None and abs(change) <= adjustment.trigger:
        return ZERO, (
            f"{name}调整：变化{_signed(change)}，未超过合同约定的触发阈值"
            f"±{percent(adjustment.trigger)}，不调整。"
        )
    if adjustment.formula is Formula.INTENSITY:
        delta = (adjustment.now - adjustment.base) * adjustment.rate * energy.share
        how = (
            f"({number(adjustment.now)} − {number(adjustment.base)}) × "
            f"{number(adjustment.rate)} {energy.unit}/{PER[adjustment.driver]} × {percent(energy.share, 4)}"
        )
    elif adjustment.formula is Formula.RATIO:
        delta = energy.base * adjustment.rate * (adjustment.now / adjustment.base - ONE)
        how = (
            f"{number(energy.base)} × {percent(adjustment.rate)} × "
            f"({number(adjustment.now)} ÷ {number(adjustment.base)} − 1)"
        )
    elif adjustment.whole is None or energy.whole is None:
        delta, how = adjustment.quantity, "按变更单认定"
    else:
        delta = adjustment.quantity
        how = (
            f"全期认定{number(adjustment.whole)} × "
            f"{number(energy.base)} ÷ 全期基准{number(energy.whole)}"
        )
    delta = rounded(delta)
    passed = (
        "" if change is None else f"变化{_signed(change)}，超过±{percent(adjustment.trigger)}，"
    )
    return delta, (
        f"{name}调整：{passed}ΔQ = {how} = {number(delta)} {energy.unit}"
        f"（{adjustment.order or '变更单未填'}）。"
    )


# --- the other terms -----------------------------------------------------------------------------


def _service(service: Service, problems: list[Problem]) -> Term:
    if service.amount < 0:
        problems.append(Problem("service", "运维费不能小于0，请在合同中改正。", "service"))
    amount = rounded(max(service.amount, ZERO))
    return Term(Kind.SERVICE, "运行维护费", service.words, amount, (service.source.words,))


def _deduction(line: Deduction, problems: list[Problem]) -> Term:
    if line.amount < 0:
        problems.append(
            Problem("deduction", f"扣减“{line.reason}”的金额不能小于0，请改正。", "deductions")
        )
    amount = rounded(max(line.amount, ZERO))
    return Term(
        Kind.DEDUCTION,
        f"考核扣减：{line.reason}" if line.reason else "考核扣减",
        f"− {yuan(amount)} 元",
        -amount,
        (line.source.words,),
        (f"扣减依据：{line.basis}。",) if line.basis else (),
    )


def shortfall(guarantee: Guarantee) -> Decimal:
    """max(0, S_guar − S_ver) · P."""
    missing = max(guarantee.guaranteed - guarantee.verified, ZERO)
    return rounded(missing * max(guarantee.price, ZERO))


def shared(guarantee: Guarantee) -> Decimal:
    """max(0, S_ver − S_guar) · P · r of the purchaser."""
    beyond = max(guarantee.verified - guarantee.guaranteed, ZERO)
    share = min(max(guarantee.share, ZERO), ONE)
    return rounded(beyond * max(guarantee.price, ZERO) * share)


def _guarantee(found: Guarantee, problems: list[Problem]) -> list[Term]:
    _bounded(found.share, "share", "超额节能甲方分享比例", problems)
    short, beyond = shortfall(found), shared(found)
    saved = f"承诺{number(found.guaranteed)}{found.unit}，核定{number(found.verified)}{found.unit}"
    if found.verified < found.guaranteed:
        words = (
            f"− ({number(found.guaranteed)} − {number(found.verified)}) {found.unit} × "
            f"{number(found.price)} 元/{found.unit}"
        )
        label, kind, amount = "节能量不足补偿（乙方补偿甲方）", Kind.SHORTFALL, short
    elif beyond:
        words = (
            f"− ({number(found.verified)} − {number(found.guaranteed)}) {found.unit} × "
            f"{number(found.price)} 元/{found.unit} × {percent(found.share)}"
        )
        label, kind, amount = "超额节能分享（甲方所得）", Kind.SHARED, beyond
    else:
        return []
    return [Term(kind, label, words, -amount, (found.source.words,), (f"节能量：{saved}。",))]


def _prepaid(inputs: Inputs, left: Decimal, problems: list[Problem]) -> Term:
    amount = rounded(max(inputs.prepaid, ZERO))
    if inputs.prepaid < 0 or amount > max(left, ZERO):
        problems.append(
            Problem(
                "prepaid",
                f"预付款抵扣应在0至本期应付{yuan(max(left, ZERO))}元之间，请改正。",
                "prepaid",
            )
        )
    source = (inputs.prepaid_source.words,) if inputs.prepaid_source else ()
    return Term(Kind.PREPAID, "预付款抵扣", f"− {yuan(amount)} 元", -amount, source)


# --- numbers in words ----------------------------------------------------------------------------


def yuan(value: Decimal) -> str:
    return f"{value:,.2f}"


def number(value: Decimal) -> str:
    """1,236,000; 0.6812: no zeros behind, U+2212 before what is negative."""
    text = f"{abs(value):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 else text


def percent(share: Decimal, places: int = 2) -> str:
    """3.0%, 12.55%: a share of 1, with one decimal at least."""
    value = rounded(share * 100, Decimal(1).scaleb(-places))
    text = number(value)
    return f"{text}%" if "." in text else f"{text}.0%"


def _signed(share: Decimal) -> str:
    return ("+" if share > 0 else "") + percent(share)


def _once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
