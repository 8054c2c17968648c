"""The year's numbers as of a past day: what counted then, not what became of it since."""

from __future__ import annotations

from datetime import timedelta

from custody.accounts.rules import Place, Role
from custody.infra.db import Database
from custody.targets.models import Entry
from custody.targets.queries.tallies import tallies
from custody.targets.rules.review import Step
from tests.conftest import Clock
from tests.factories import people, targets
from tests.factories.programme import account_at

PROVINCE = Place(people.JIANGSU)


def test_a_past_day_is_told_as_it_was(database: Database, clock: Clock) -> None:
    before = clock.now.date()
    with database.transaction() as session:
        city = account_at(session, Role.CITY_REVIEWER, people.WUXI)
        office = account_at(session, Role.COORDINATOR, people.JIANGSU)
        held = targets.area(session, city, 12_000, building="甲楼")
        waiting = targets.area(session, city, 34_000, building="丙办公区")
        targets.decided(session, office, held)
        targets.registered(session, office)
        numbers = held.id, waiting.id
    with database.reader() as reading:
        then = tallies(reading, PROVINCE, 2026)
        assert tallies(reading, PROVINCE, 2026, past=before) == then
        assert any(one.done for one in then)
    clock.to(clock.now + timedelta(days=1))
    with database.transaction() as session:
        office = account_at(session, Role.COORDINATOR, people.JIANGSU)
        held, waiting = (session.get_one(Entry, number) for number in numbers)
        targets.decided(session, office, held, Step.RETURN, "请补充竣工验收单。")
        targets.decided(session, office, waiting)
        targets.registered(session, office, unit="另一所大学")
    with database.reader() as reading:
        assert tallies(reading, PROVINCE, 2026, past=before) == then
        now = tallies(reading, PROVINCE, 2026)
        assert now != then
        assert tallies(reading, PROVINCE, 2026, past=clock.now.date()) == now
        assert not any(
            one.done for one in tallies(reading, PROVINCE, 2026, past=before - timedelta(days=1))
        )
