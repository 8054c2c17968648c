"""What a brief is made from, asked of every floor below. Reads only, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.briefs import queries
from custody.briefs.facts import (
    Ahead,
    BatchAhead,
    Contracts,
    EnergySaved,
    MonthSaved,
    More,
    Order,
    RegionAhead,
    RegionSaved,
    Savings,
)
from custody.briefs.rules import Form
from custody.briefs.snapshot import Snapshot
from custody.contracts.queries.portfolio import held
from custody.contracts.rules.contract import Status
from custody.contracts.rules.portfolio import Held
from custody.dashboard.queries import outlook_of, programme_facts_each
from custody.dashboard.rules import ProgrammeFacts
from custody.energy.rules.factors import Caliber
from custody.forecast.queries import remembered
from custody.forecast.rules import Outlook, batches_of
from custody.forecast.wording import odds_words
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.regions.queries import regions_of
from custody.savings.queries.saved import Saved, saved
from custody.savings.rules.sums import Figure, Total
from custody.supervision.queries.matters import Line
from custody.supervision.queries.past import open_orders_on

CALIBER = Caliber.EQUIVALENT_HEAT


@dataclass(frozen=True, slots=True)
class Gathered:
    facts: ProgrammeFacts
    more: More
    last: Snapshot | None
    """The last published brief of the same place and form, of an earlier day."""


def gathered(
    session: Session, place: Place, as_of: date, *, form: Form = Form.BRIEF, demo: bool = False
) -> Gathered:
    """What one brief is made from."""
    sources = _sources(session, place, as_of, demo=demo)
    return sources.of(place, queries.last_published(session, place, form, before=as_of))


def gathered_each(
    session: Session, province: str, as_of: date, *, demo: bool = False
) -> Callable[[Place, Form], Gathered]:
    """The same for any place of a province, from one set of statements for all of them."""
    sources = _sources(session, Place(province), as_of, demo=demo)
    last = cache(lambda form: queries.last_published_each(session, province, form, before=as_of))
    return lambda place, form: sources.of(place, last(form).get(place))


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the floors below know of a place and all in it."""

    as_of: date
    facts: Callable[[Place], ProgrammeFacts]
    regions: Sequence[Region]
    outlook: Outlook | None
    """Of the whole province."""
    saved: Saved
    contracts: Sequence[Held]
    orders: Sequence[Line]

    def of(self, place: Place, last: Snapshot | None) -> Gathered:
        facts = self.facts(place)
        regions = [one for one in self.regions if place.covers(one.place)]
        codes = {one.code for one in regions}
        more = More(
            savings=_savings(self.saved, regions, self.as_of),
            contracts=_contracts(
                [one for one in self.contracts if one.region in codes], self.as_of
            ),
            ahead=_ahead(facts, self.outlook) if facts.regions and self.outlook else None,
            orders=[_order(line, self.as_of) for line in self.orders if line.region.code in codes],
        )
        return Gathered(facts, more, last)


def _sources(session: Session, place: Place, as_of: date, *, demo: bool) -> _Sources:
    regions = regions_of(session, place)
    months = _months(as_of)
    return _Sources(
        as_of=as_of,
        facts=programme_facts_each(session, place, as_of, demo=demo),
        regions=regions,
        outlook=outlook_of(session, Place(place.province), as_of, odds=remembered)
        if regions
        else None,
        saved=saved(
            session,
            regions,
            province=place.province,
            first=months[0].code,
            last=months[1].code,
            caliber=CALIBER,
        ),
        contracts=held(session, place, as_of),
        orders=open_orders_on(session, place, as_of),
    )


# --- energy -----------------------------------------------------------------------------------


def _months(as_of: date) -> tuple[Month, Month]:
    """From January to the last month that is over; in January of the whole year before."""
    last = Month.of(as_of).plus(-1)
    return Month(last.year, 1), last


def _savings(found: Saved, regions: Sequence[Region], as_of: date) -> Savings:
    first, last = _months(as_of)
    names = {one.code: one.name for one in regions if one.code in found.baselines}
    # Most places have no adopted base yet: nothing is summed up for them.
    totals = found.by_region(list(names)) if names else []
    whole = found.whole(codes=names) if names else Total(())
    months = found.per_month(codes=names) if names else []
    return Savings(
        first=first,
        last=last,
        caliber=CALIBER.label,
        regions=tuple(
            _region_saved(code, name, total)
            for (code, name), total in zip(names.items(), totals, strict=True)
        ),
        energies=tuple(_energy(one) for one in whole.figures if one.meters),
        months=tuple(
            MonthSaved(Month.coded(month), *_in_coal(total))
            for month, total in months
            if total.known
        ),
        coal=whole.coal,
        band=whole.band,
        percent=whole.percent,
        carbon=whole.carbon,
        cost=whole.cost,
        coverage=whole.coverage,
        unpriced=whole.unpriced,
    )


def _region_saved(code: str, name: str, total: Total) -> RegionSaved:
    return RegionSaved(
        code,
        name,
        total.coal,
        total.band,
        total.percent,
        total.cost,
        total.coverage,
        total.known,
    )


def _energy(one: Figure) -> EnergySaved:
    return EnergySaved(
        code=one.energy.value,
        label=one.energy.label,
        unit=one.energy.unit,
        adjusted=one.adjusted,
        actual=one.actual,
        band=one.band,
        percent=one.percent,
        cost=one.cost,
        coal=one.coal,
        coverage=one.coverage,
    )


def _in_coal(total: Total) -> tuple[float, float]:
    adjusted = sum(one.coal_adjusted or 0.0 for one in total.figures)
    return adjusted, adjusted - total.coal


# --- contracts, outlook, orders ---------------------------------------------------------------


def _contracts(found: Sequence[Held], as_of: date) -> Contracts:
    rows = [
        row
        for row in found
        if row.status in (Status.SIGNED, Status.RUNNING)
        and (row.signed_on is None or row.signed_on <= as_of)
    ]
    zero = Decimal(0)
    return Contracts(
        count=len(rows),
        regions=tuple(dict.fromkeys(row.region_name for row in rows)),
        total=sum((row.total or zero for row in rows), zero),
        investment=sum((row.investment or zero for row in rows), zero),
        floor_area=sum((row.floor_area or zero for row in rows), zero),
        institutions=sum(row.institutions or 0 for row in rows),
    )


def _ahead(facts: ProgrammeFacts, outlook: Outlook) -> Ahead:
    own = [outlook.regions[one.code] for one in facts.regions if one.code in outlook.regions]
    names = {batch.number: batch.name for batch in facts.batches}
    return Ahead(
        batches=tuple(
            BatchAhead(
                number=one.number,
                name=names.get(one.number, one.name),
                regions=one.regions,
                settled=one.settled,
                unknown=one.unknown,
                expected=one.expected,
                low=one.likely[0],
                high=one.likely[1],
            )
            for one in batches_of(own, outlook.goals)
        ),
        regions=tuple(
            RegionAhead(one.code, one.probability, odds_words(one), one.p50, one.settled)
            for one in own
        ),
    )


def _order(line: Line, as_of: date) -> Order:
    matter, stand = line.matter, line.stand
    return Order(
        number=matter.number_words,
        region_code=line.region.code,
        region_name=line.region.name,
        milestone_code=matter.milestone_code,
        title=matter.title,
        unit=matter.unit,
        level=line.level.value,
        level_words=line.level.meaning,
        issued=matter.issued_at.date() if matter.issued_at else None,
        due=stand.deadline,
        promised=stand.promised,
        days_over=stand.days_over(as_of),
        escalated=line.escalated,
        turn=line.turn,
    )
