"""The story is data: checked without a database."""

from __future__ import annotations

import csv
from datetime import date, datetime, time

import pytest

from custody.accounts.rules import Role, problems_of_binding, problems_of_password
from custody.demo import people, phrases, story
from custody.demo.courses import parse
from custody.demo.plans import PLANS
from custody.infra import clock
from custody.infra.workdays import is_working_day
from custody.setup import JIANGSU


def _template() -> list[dict[str, str]]:
    with (JIANGSU / "milestones.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _dues() -> dict[str, list[story.Due]]:
    with (JIANGSU / "regions.csv").open(encoding="utf-8") as file:
        regions = list(csv.DictReader(file))
    return {
        region["code"]: [
            story.Due(row["code"], None, row["gate"] == "1")
            for row in _template()
            if row[f"due_{region['batch']}"]
        ]
        for region in regions
    }


def _acts(day: date, seed: int = story.SEED) -> list[story.Act]:
    return story.acts(_dues(), until=clock.at(day, 0), seed=seed)


def test_covers_the_regions_and_milestones_of_the_notice() -> None:
    assert set(PLANS) == set(_dues()) == {seat.code for seat in people.seats()}
    codes = {row["code"] for row in _template()}
    assert set(phrases.NOTES) == set(phrases.PAPERS) == codes
    for plan in PLANS.values():
        assert set(plan.courses) <= codes
        for text in plan.courses.values():
            parse(text)


@pytest.mark.parametrize("text", ["1026", "1026:40 1026!", "1026x", "1110! 1109c"])
def test_a_wrong_course_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not"):
        parse(text)


def test_the_seed_decides() -> None:
    day = date(2026, 11, 22)
    assert _acts(day) == _acts(day)
    assert _acts(day) != _acts(day, seed=7)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 6), date(2026, 5, 1), date(2026, 11, 22), date(2027, 1, 10)]
)
def test_happens_in_order_in_office_hours_before_the_day(day: date) -> None:
    acts = _acts(day)
    moments = [act.at for act in acts]
    assert moments == sorted(moments)
    assert all(story.START < moment < clock.at(day, 0) for moment in moments)
    for act in acts:
        assert is_working_day(act.at.date()), act
        assert time(8, 30) <= act.at.time() <= time(18, 0), act


def test_an_earlier_day_tells_the_beginning_of_the_same_story() -> None:
    def work(acts: list[story.Act], until: datetime) -> list[story.Act]:
        office = ("sign_in", "brief", "freeze", "review", "publish")
        return [act for act in acts if act.what not in office and act.at < until]

    early = date(2026, 7, 1)
    until = clock.at(early, 0)
    assert work(_acts(early), until) == work(_acts(date(2026, 11, 22)), until)


def test_nothing_before_the_programme() -> None:
    assert _acts(date(2025, 6, 1)) == []


def test_goes_on_quietly_after_the_year() -> None:
    later = [act for act in _acts(date(2027, 9, 1)) if act.at.date() > date(2027, 3, 1)]
    assert later
    assert {act.what for act in later} <= {
        "quiet",
        "sign_in",
        "brief",
        "freeze",
        "review",
        "publish",
    }


def test_people_are_of_every_role_and_may_sign_in() -> None:
    everybody = [*people.everybody(), people.FORMER]
    names = [person.username for person in everybody]
    assert len(set(names)) == len(names)
    assert {person.role for person in everybody} == set(Role)
    for person in everybody:
        assert problems_of_binding(person.role, person.place) == []
        found = problems_of_password(people.PASSWORD, username=person.username, name=person.name)
        assert found == []
        assert person.phone.startswith("000-")
    first = [row for row in people.listed() if row["first"]]
    assert people.listed()[: len(first)] == first
    assert len({row["role"] for row in first}) == len(first) == len(Role)
