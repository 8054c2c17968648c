"""From the contract and what an officer typed to the inputs of a settlement. Pure.

Terms that a change order alters within the period are counted from their day on: the period is cut
there, and an energy whose price, discount or adjustments differ has a line for each stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from custody.contracts.rules import orders as orders_
from custody.contracts.rules import shares
from custody.contracts.rules.agreed import HUNDRED, AdjustmentLine, Agreed, Draft, Terms
from custody.contracts.rules.contract import Energy as EnergyCode
from custody.contracts.rules.periods import Period
from custody.contracts.rules.settlement import number, yuan
from custody.contracts.rules.statement import (
    ONE,
    USUAL,
    ZERO,
    Adjustment,
    Deduction,
    Energy,
    Formula,
    Guarantee,
    Inputs,
    PriceMode,
    Service,
    Source,
)


def inputs_of(agreed: Agreed, period: Period, draft: Draft) -> Inputs:
    """Everything the statement rests on. Of a period outside the term: nothing."""
    days = agreed.days(period)
    if days is None:
        return Inputs(str(period), period.label, ())
    pieces = _pieces(agreed, days, draft)
    last = agreed.at(days[1])
    return Inputs(
        str(period),
        _days_words(period, days),
        tuple(_energies(agreed, draft, pieces)),
        services=tuple(_services(agreed, pieces)),
        deductions=tuple(
            Deduction(line.reason, line.basis, line.amount or ZERO, _typed("考核扣减", draft))
            for line in draft.deductions
        ),
        tax=_share(last.get("tax_rate")),
        guarantee=_guarantee(agreed, last, draft, days[1]),
        prepaid=draft.prepaid or ZERO,
        prepaid_source=_typed(draft.prepaid_source or "预付款", draft) if draft.prepaid else None,
    )


def _days_words(period: Period, days: tuple[date, date]) -> str:
    if days == (period.first, period.last):
        return period.label
    return f"{period.label}（{_day(days[0])}至{_day(days[1])}）"


def _typed(what: str, draft: Draft) -> Source:
    return Source(what, who=draft.who, when=draft.when)


# --- stretches of the same terms -----------------------------------------------------------------


def _pieces(agreed: Agreed, days: tuple[date, date], draft: Draft) -> list[tuple[date, date]]:
    """The days cut where an order begins to count and where a year ends."""
    first, last = days
    cuts = {order.effective_on for order in agreed.orders if order.signed}
    starts = [first, *sorted(day for day in cuts if first < day <= last)]
    ends = [day - timedelta(days=1) for day in starts[1:]] + [last]
    return list(zip(starts, ends, strict=True))


def _energies(
    agreed: Agreed, draft: Draft, pieces: Sequence[tuple[date, date]]
) -> Iterable[Energy]:
    """A line for each energy and each stretch in which its price and adjustments are the same."""
    for code in EnergyCode:
        lines: list[tuple[Energy, date, date]] = []
        for first, last in _even(pieces, partial(_terms_of, agreed, code, draft)):
            energy = _energy(agreed, code, first, last, draft)
            if energy is None:
                continue
            if lines and _alike(lines[-1][0], energy):
                so_far, start, _ = lines[-1]
                lines[-1] = (_joined(so_far, energy), start, last)
            else:
                lines.append((energy, first, last))
        agreed_on = tuple(_recognized(agreed, code, pieces[-1][1], draft))
        if len(lines) == 1:
            (energy, _, _), *_ = lines
            yield replace(energy, adjustments=energy.adjustments + agreed_on)
            continue
        whole, done = sum((energy.base for energy, _, _ in lines), ZERO), ZERO
        for energy, first, last in lines:
            begun, done = done, done + energy.base
            final = last == lines[-1][2]
            parts = tuple(
                replace(
                    one,
                    whole=one.quantity,
                    quantity=_until(one.quantity, done, whole, final=final)
                    - _until(one.quantity, begun, whole, final=False),
                )
                for one in agreed_on
            )
            yield replace(
                energy,
                name=f"{energy.name}（{_day(first)}至{_day(last)}）",
                adjustments=energy.adjustments + parts,
                whole=whole,
            )


def _until(quantity: Decimal, so_far: Decimal, whole: Decimal, *, final: bool) -> Decimal:
    """What of an agreed quantity belongs to the stretches up to here, in proportion to their bases.

    Running totals: however the period is cut, the parts make up the quantity.
    """
    if final:
        return shares.rounded(quantity)
    return shares.rounded(quantity * so_far / whole) if whole else ZERO


def _even(
    pieces: Sequence[tuple[date, date]], value: Callable[[date], object]
) -> list[tuple[date, date]]:
    """The pieces, neighbours of the same value in one."""
    found: list[tuple[date, date]] = []
    for first, last in pieces:
        if found and value(found[-1][0]) == value(first):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _terms_of(agreed: Agreed, code: EnergyCode, draft: Draft, day: date) -> object:
    """What of the terms makes an energy's line what it is."""
    terms = agreed.at(day)
    names = (f"energy:{code}:quantity", f"energy:{code}:price")
    scalars = ("price_mode", "price_cap", "discount_rate")
    counted = _adjustments(agreed, code, day, day, draft)
    return [terms.get(name) for name in (*names, *scalars)], counted


def _alike(one: Energy, other: Energy) -> bool:
    keys = ("mode", "price", "cap", "discount", "adjustments")
    return all(getattr(one, key) == getattr(other, key) for key in keys)


def _joined(one: Energy, other: Energy) -> Energy:
    """Two stretches between which only the quantity changed."""
    return replace(
        one,
        base=one.base + other.base,
        share=one.share + other.share,
        share_words=f"{one.share_words}；{other.share_words}",
        source=other.source,
    )


def _energy(
    agreed: Agreed, code: EnergyCode, first: date, last: date, draft: Draft
) -> Energy | None:
    terms = agreed.at(first)
    annual, price = terms.get(f"energy:{code}:quantity"), terms.get(f"energy:{code}:price")
    if not isinstance(annual, Decimal) or not isinstance(price, Decimal):
        return None
    other = next((one for one in draft.bases if one.energy is code and one.quantity), None)
    annual = other.quantity or annual if other else annual
    profile = agreed.profiles.get(code)
    base = shares.of_days(annual, first, last, profile)
    unit = agreed.units.get(code) or code.unit
    mode = PriceMode(str(terms.get("price_mode") or PriceMode.FIXED))
    cap = terms.get("price_cap")
    typed = next((one for one in draft.prices if one.energy is code), None)
    changed = [
        agreed.order_papers[order.number].what
        for order in orders_.in_force(agreed.orders, first)
        if order.subject in (f"energy:{code}:quantity", f"energy:{code}:price")
        and order.number in agreed.order_papers
    ]
    what = f"{agreed.paper.what}能源基准（{code.label}）"
    return Energy(
        code.value,
        f"{code.label}费",
        unit,
        base,
        shares.rounded(base / annual, Decimal("0.000001")) if annual else ZERO,
        mode,
        price,
        _typed(other.source or what, draft)
        if other
        else replace(
            agreed.paper, what="，经".join([what, *changed[-1:]]) + ("调整" if changed else "")
        ),
        share_words=(
            f"年基准{number(annual)} {unit} × "
            f"{shares.share_words(first, last, profile=profile is not None)} = "
            f"{number(base)} {unit}"
        ),
        discount=_share(terms.get("discount_rate")),
        discount_source=replace(agreed.paper, what=f"{agreed.paper.what}折让率"),
        actual=typed.price if typed and mode is not PriceMode.FIXED else None,
        actual_source=_typed(typed.source, draft) if typed and typed.source else None,
        cap=shares.rounded(price * (ONE + cap / HUNDRED), Decimal("0.0001"))
        if isinstance(cap, Decimal) and mode is PriceMode.CAPPED
        else None,
        adjustments=_adjustments(agreed, code, first, last, draft),
    )


def _adjustments(
    agreed: Agreed, code: EnergyCode, first: date, last: date, draft: Draft
) -> tuple[Adjustment, ...]:
    """Those by a formula that count on these days."""
    terms = agreed.at(last)
    return tuple(
        _adjustment(agreed, line, terms, draft)
        for line in draft.adjustments
        if line.energy is code
        and USUAL[line.driver] is not Formula.AGREED
        and counts(agreed, line, terms, first)
    )


def _recognized(agreed: Agreed, code: EnergyCode, last: date, draft: Draft) -> Iterable[Adjustment]:
    """Agreed quantities: they are of the whole period, whose last day this is."""
    terms = agreed.at(last)
    for line in draft.adjustments:
        agreed_on = line.energy is code and USUAL[line.driver] is Formula.AGREED
        if agreed_on and counts(agreed, line, terms, last):
            yield _adjustment(agreed, line, terms, draft)


def _adjustment(agreed: Agreed, line: AdjustmentLine, terms: Terms, draft: Draft) -> Adjustment:
    formula, order = USUAL[line.driver], order_of(agreed, line)
    paper = agreed.order_papers.get(order.number) if order else None
    return Adjustment(
        line.driver,
        formula,
        paper or _typed(f"{line.driver.label}调整", draft),
        base=line.base or ZERO,
        now=line.now or ZERO,
        rate=(line.rate or ZERO) / (HUNDRED if formula is Formula.RATIO else ONE),
        quantity=line.quantity or ZERO,
        trigger=_share(terms.get(f"driver:{line.driver}:trigger")),
        order=f"{line.order}号变更单" if line.order is not None else "",
        signed=order is not None and order.signed,
    )


# --- the other terms -----------------------------------------------------------------------------


def _services(agreed: Agreed, pieces: Sequence[tuple[date, date]]) -> Iterable[Service]:
    for first, last in _even(pieces, lambda day: agreed.at(day).get("upkeep_fee")):
        annual = agreed.at(first).get("upkeep_fee")
        if isinstance(annual, Decimal) and annual:
            words = shares.share_words(first, last, profile=False)
            yield Service(
                shares.of_days(annual, first, last),
                f"{yuan(annual)} 元/年 × {words}",
                replace(agreed.paper, what=f"{agreed.paper.what}年运维费"),
            )


def custody_year(starts_on: date, day: date) -> int:
    """1 in the first twelve months of custody."""
    years = day.year - starts_on.year - ((day.month, day.day) < (starts_on.month, starts_on.day))
    return years + 1


def promised(agreed: Agreed, period: Period) -> Decimal | None:
    """What of the year's guaranteed saving falls on the period, by days; tce."""
    days = agreed.days(period)
    if days is None or agreed.starts_on is None:
        return None
    year = custody_year(agreed.starts_on, days[1])
    annual = agreed.at(days[1]).get(f"guarantee:{year}:quantity")
    return shares.of_days(annual, *days) if isinstance(annual, Decimal) else None


def _guarantee(agreed: Agreed, terms: Terms, draft: Draft, day: date) -> Guarantee | None:
    if draft.verified is None or draft.guaranteed is None or agreed.starts_on is None:
        return None
    year = custody_year(agreed.starts_on, day)
    price = terms.get("guarantee_price")
    return Guarantee(
        draft.guaranteed,
        draft.verified,
        "tce",
        price if isinstance(price, Decimal) else ZERO,
        _share(terms.get(f"guarantee:{year}:share")),
        _typed(draft.verified_source or "核定节能量", draft),
    )


def order_of(agreed: Agreed, line: AdjustmentLine) -> orders_.Order | None:
    return next((order for order in agreed.orders if order.number == line.order), None)


def counts(agreed: Agreed, line: AdjustmentLine, terms: Terms, day: date) -> bool:
    """Its order counts from the day or before, or the contract lets it look back."""
    order = order_of(agreed, line)
    looks_back = terms.get(f"driver:{line.driver}:retroactive") is True
    return order is None or order.effective_on <= day or looks_back


def _share(value: object) -> Decimal:
    """A rate in percent as a share of 1."""
    return value / HUNDRED if isinstance(value, Decimal) else ZERO


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
