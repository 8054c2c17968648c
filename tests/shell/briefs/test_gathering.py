"""What a brief gathers from the other domains: the figures of their pages, in few statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.briefs import snapshot
from custody.briefs.actions import drafting
from custody.briefs.gathering import gathered, gathered_each
from custody.briefs.rules import Form
from custody.contracts.queries.portfolio import held
from custody.dashboard.queries import outlook_of
from custody.energy.rules.energies import Energy
from custody.infra import clock as machine_clock
from custody.infra.db import Database
from custody.regions.queries import get_region
from custody.savings.queries.saved import saved
from custody.supervision.queries.matters import open_orders
from custody.supervision.queries.past import open_orders_on
from tests.conftest import TODAY
from tests.factories import contracts as deals
from tests.factories import people, programme, supervision
from tests.factories import savings as arrange

PROVINCE = Place("320000")
CITY = Place("320000", "320200")
REGION = Place("320000", "320200", people.YIXING)
SCOPES = (PROVINCE, CITY, REGION)


@pytest.fixture
def year(database: Database, clock: Any) -> None:
    """宜兴 has saved, holds a contract and owes an answer."""
    with database.transaction() as writing:
        arrange.saved(writing, people.YIXING, Energy.ELECTRICITY, Energy.WATER)
        deals.signed(writing, people.YIXING)
        supervision.issued(writing, people.YIXING)
        supervision.closed(writing, supervision.issued(writing, people.ZHANGJIAGANG))


@pytest.mark.parametrize("place", SCOPES, ids=lambda place: place.code)
def test_it_tells_what_the_other_pages_tell(year: None, session: Session, place: Place) -> None:
    found = gathered(session, place, TODAY)
    more = found.more
    assert more.savings is not None
    assert more.contracts is not None
    assert more.ahead is not None
    region = get_region(session, people.YIXING, place=PROVINCE)
    first, last = more.savings.first.code, more.savings.last.code
    whole = saved(session, [region], province="320000", first=first, last=last).whole()
    assert (more.savings.coal, more.savings.band) == pytest.approx((whole.coal, whole.band))
    assert more.savings.coverage == pytest.approx(whole.coverage)
    assert [one.code for one in more.savings.regions] == [people.YIXING]
    signed = [row for row in held(session, place, TODAY) if row.counts]
    assert more.contracts.count == len(signed) == 1
    assert more.contracts.total == signed[0].total
    assert [one.region_code for one in more.orders] == [people.YIXING]
    assert len(more.orders) == open_orders(session, place, TODAY)
    outlook = outlook_of(session, PROVINCE, TODAY)
    for one in more.ahead.regions:
        assert one.probability == outlook.regions[one.code].probability
    assert sum(batch.regions for batch in more.ahead.batches) == len(found.facts.regions)


def test_a_past_day_knows_only_what_was_signed_and_issued_by_then(
    year: None, session: Session
) -> None:
    more = gathered(session, PROVINCE, date(2026, 1, 15)).more
    assert more.contracts is not None
    signed = [row for row in held(session, PROVINCE, TODAY) if row.counts]
    until = [one for one in signed if one.signed_on and one.signed_on <= date(2026, 1, 15)]
    assert more.contracts.count == len(until)
    assert more.orders == []
    assert more.savings is not None
    assert more.savings.months_words == "2025年1—12月"


def test_what_was_closed_later_was_open_then(
    database: Database, clock: Any, session: Session
) -> None:
    with database.transaction() as writing:
        matter = supervision.issued(writing, people.YIXING)
    clock.to(machine_clock.at(TODAY + timedelta(days=20), 10))
    with database.transaction() as writing:
        supervision.closed(writing, writing.merge(matter))
    session.expire_all()
    then = [one.matter.id for one in open_orders_on(session, PROVINCE, TODAY)]
    now = open_orders_on(session, PROVINCE, TODAY + timedelta(days=20))
    assert then == [matter.id]
    assert now == []


def test_a_fixed_number_of_statements(
    year: None, session: Session, statements: Callable[[], Any]
) -> None:
    counts = []
    for place in SCOPES:
        with statements() as seen:
            gathered(session, place, TODAY)
        counts.append(len(seen))
    assert max(counts) <= 32, counts
    assert counts[0] == counts[1]
    with statements() as seen:
        each = gathered_each(session, "320000", TODAY)
        for place in SCOPES:
            each(place, Form.BRIEF)
    assert len(seen) == counts[0]


def test_it_compares_with_the_last_published_of_the_same_place_and_form(
    database: Database, clock: Any, session: Session
) -> None:
    with database.transaction() as writing:
        for day in (date(2026, 9, 30), date(2026, 10, 31)):
            programme.brief_published(writing, "320000", as_of=day)
        programme.brief_published(writing, "320200", as_of=date(2026, 11, 15))
        programme.brief_started(writing, "320000", as_of=date(2026, 11, 10))
    last = gathered(session, PROVINCE, TODAY).last
    assert last is not None
    assert last["as_of"] == "2026-10-31"
    earlier = gathered(session, PROVINCE, date(2026, 10, 31)).last
    assert earlier is not None
    assert earlier["as_of"] == "2026-09-30"
    assert gathered(session, PROVINCE, TODAY, form=Form.PAGE).last is None
    assert gathered(session, REGION, TODAY).last is None


@pytest.mark.parametrize("form", list(Form))
def test_the_draft_says_it_all(year: None, session: Session, form: Form) -> None:
    wanted = drafting.first_wishes(session, PROVINCE, as_of=TODAY, today=TODAY)
    found = gathered(session, PROVINCE, TODAY, form=form)
    brief = drafting.compose(session, PROVINCE, wanted, demo=False, form=form, found=found)
    assert brief == drafting.compose(session, PROVINCE, wanted, demo=False, form=form)
    text = str(brief["sections"])
    assert "32个地区中，宜兴市已采用能源基准" in text
    assert "托管合同共1份，涉及1个地区" in text
    assert brief["problems"]["rows"][-1]["order"] or brief["problems"]["all"]
    assert snapshot.digest(brief) == snapshot.digest({**brief})


@pytest.mark.parametrize("day", [TODAY, date(2026, 10, 20)])
def test_gathered_for_all_is_what_is_gathered_for_each(
    year: None, database: Database, clock: Any, session: Session, day: date
) -> None:
    with database.transaction() as writing:
        for code, before in (("320000", 30), ("320200", 30), ("320282", 30), ("320282", 15)):
            programme.brief_published(writing, code, as_of=date(2026, 9, before))
    each = gathered_each(session, "320000", day)
    city = Place("320000", "320200")
    elsewhere = Place("320000", "320500", "320582")
    for place in (PROVINCE, city, REGION, elsewhere):
        for form in Form:
            assert each(place, form) == gathered(session, place, day, form=form), place
