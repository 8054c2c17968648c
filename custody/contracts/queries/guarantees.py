"""The promises of a region's signed contracts, year by year, beside its savings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.contracts.models.contract import Contract
from custody.contracts.queries.portfolio import signed_orders
from custody.contracts.rules.guarantees import Met, Year, met, years_of
from custody.contracts.rules.orders import Order, as_of
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.savings.queries.saved import saved
from custody.savings.rules.sums import Total


@dataclass(frozen=True, slots=True)
class Judged:
    year: Year
    total: Total
    until: Month
    """The last month that is over."""
    met: Met

    @property
    def words(self) -> str:
        """The months that are reckoned."""
        first = self.year.first
        return first.label if first == self.until else f"{first.label}—{self.until.label}"


@dataclass(frozen=True, slots=True)
class Promise:
    contract: Contract
    years: list[Judged]


def promises_of(session: Session, region: Region, today: date) -> list[Promise]:
    """Contracts about the whole district that promise something; one reading of bills a year."""
    contracts = session.scalars(
        select(Contract)
        .where(
            Contract.region_code == region.code,
            Contract.signed_at.is_not(None),
            Contract.mode != "single",
        )
        .order_by(Contract.id)
    ).all()
    orders = signed_orders(session, region.place)
    return [
        Promise(one, _judged(session, region, one, orders[one.id], today))
        for one in contracts
        if one.starts_on is not None and one.guarantees
    ]


def _judged(
    session: Session, region: Region, contract: Contract, orders: Sequence[Order], today: date
) -> list[Judged]:
    over = Month.of(today).plus(-1)
    keys = {
        f"guarantee:{one.year}:{name}": getattr(one, name)
        for one in contract.guarantees
        for name in ("quantity", "rate")
    }
    terms = as_of(
        {**keys, "starts_on": contract.starts_on},
        orders,
        today,
    )
    starts_on = terms["starts_on"]
    if not isinstance(starts_on, date):
        return []
    promised = {
        one.year: (terms[f"guarantee:{one.year}:quantity"], terms[f"guarantee:{one.year}:rate"])
        for one in contract.guarantees
    }
    found = []
    for year in years_of(starts_on, promised, today):  # type: ignore[arg-type]
        until = min(year.last, over)
        total = saved(
            session,
            [region],
            province=region.province_code,
            first=year.first.code,
            last=until.code,
        ).whole()
        judged = met(
            year,
            saved=total.coal if total.known else None,
            band=total.band,
            coverage=total.coverage,
            over=over,
        )
        found.append(Judged(year, total, until, judged))
    return found


def told_of(session: Session, region: Region, today: date) -> list[tuple[str, str]]:
    """For the milestone of the yearly verification: year of custody → promised, reckoned, judged."""
    found = []
    for promise in promises_of(session, region, today):
        for one in promise.years:
            if not one.total.known:
                continue
            band = "" if one.total.band is None else f" ± {one.total.band:,.1f}"
            promised = (
                "" if one.year.quantity is None else f"承诺 {one.year.quantity.normalize():,f} 吨，"
            )
            words = (
                f"{one.words}，{promised}核算 {one.total.coal:,.1f}{band} 吨标准煤，"
                f"数据覆盖率 {one.total.coverage or 0:.1f}%，{one.met.label}"
            )
            found.append((f"托管第{one.year.number}年", words))
    return found
