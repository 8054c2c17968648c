"""From when to when a milestone is drawn, and what is said of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custody.gantt.rules import (
    MANY,
    SHEET_HEAD,
    Expected,
    GanttFilters,
    Promise,
    blocks,
    groups_of,
    row_of,
    row_words,
    sheet,
)
from custody.milestones.rules import Status
from tests.factories.gantt import TODAY, cell, programme, schedules

PLANNED = date(2026, 10, 31)


def row(**fields):
    expected = fields.pop("expected", None)
    return row_of(cell(1, "r", **fields), expected, TODAY)


def test_what_is_done_ends_when_it_was_done():
    found = row(
        status=Status.CONFIRMED,
        planned=PLANNED,
        started=date(2026, 9, 1),
        actual=date(2026, 11, 3),
    )
    assert (found.start, found.finish, found.late) == (date(2026, 9, 1), date(2026, 11, 3), 3)
    assert row_words(found, TODAY) == ("已确认，计划10月31日，实际9月1日至11月3日，晚3天")


def test_what_is_open_ends_today_at_the_earliest():
    found = row(planned=PLANNED, plan_start=date(2026, 10, 1), status=Status.IN_PROGRESS)
    assert (found.start, found.finish) == (date(2026, 10, 1), TODAY)
    assert found.late == (TODAY - PLANNED).days
    # Not begun: it cannot have begun before today.
    assert row(planned=PLANNED, plan_start=date(2026, 10, 1)).start == TODAY


def test_what_the_forecast_works_out_is_drawn_and_not_what_was_reported():
    ahead = Expected(date(2026, 12, 1), date(2027, 1, 9), critical=True, slack=0)
    found = row(planned=date(2026, 12, 31), forecast=date(2026, 12, 20), expected=ahead)
    assert (found.start, found.finish, found.critical) == (ahead.start, ahead.finish, True)
    assert found.forecast == date(2026, 12, 20)
    assert row_words(found, TODAY).endswith("预计12月1日至2027年1月9日，晚9天，关键线路")


def test_without_any_day_nothing_is_drawn():
    found = row(planned=None)
    assert (found.start, found.finish, found.late, found.dated) == (None, None, 0, False)


def test_a_start_after_the_end_is_drawn_at_the_end():
    found = row(started=TODAY + timedelta(days=9), forecast=TODAY, status=Status.IN_PROGRESS)
    assert found.start == found.finish == TODAY


@pytest.mark.parametrize("regions", [32, MANY + 1])
def test_every_region_stands_in_one_block(regions):
    facts = programme(4, regions)
    groups = groups_of(facts)
    found = blocks(groups, facts.batches)
    assert [g.code for b in found for g in b.groups if not b.city] == (
        [r.code for r in facts.regions] if regions <= MANY else []
    )
    assert sorted(g.code for b in found for g in b.groups) == sorted(r.code for r in facts.regions)
    assert {bool(b.city) for b in found} == {regions > MANY}


def test_filters_narrow_and_the_critical_path_leaves_the_rest_out():
    facts = programme(6)
    plan = schedules(facts)
    city = facts.regions[0].city_code
    assert {g.city_code for g in groups_of(facts, GanttFilters(city=city))} == {city}
    assert {g.batch for g in groups_of(facts, GanttFilters(batch=2))} == {2}
    critical = groups_of(facts, GanttFilters(critical=True), plan)
    assert critical
    assert all(row.critical for group in critical for row in group.rows)
    assert len(sheet(critical)) == sum(
        one.critical for region in plan.values() for one in region.values()
    )
    # The gate of the year is told even where its row is left out.
    everything = {g.code: g.words for g in groups_of(facts, None, plan)}
    assert all(everything[g.code] == g.words for g in critical)


def test_the_export_has_a_line_for_every_milestone():
    facts = programme(5)
    lines = sheet(groups_of(facts))
    assert len(lines) == 32 * 5
    assert {len(line) for line in lines} == {len(SHEET_HEAD)}
    assert lines[0][:4] == ("宜兴市", "无锡市", "第1批", "M01")


def test_what_does_not_apply_has_no_bar_and_no_day_of_completion() -> None:
    found = row(status=Status.NOT_APPLICABLE, planned=PLANNED, confirmed_on=date(2026, 10, 26))
    assert (found.start, found.finish) == (None, None)
    assert row_words(found, TODAY) == "不适用，计划10月31日"


def test_a_heading_names_the_other_year_and_how_sure_it_is() -> None:
    facts = programme(2, 1)
    [group] = groups_of(facts)
    code = group.rows[-1].code
    goal = replace(group.rows[-1], status=Status.NOT_STARTED, finish=date(2027, 1, 4), planned=None)
    plain = replace(group, goal=goal)
    assert plain.words.startswith(f"{code} 预计2027年1月4日")
    sure = replace(plain, promise=Promise("44%", date(2027, 1, 2)))
    assert sure.words == f"{code} 一半可能不晚于2027年1月2日，按期可能性44%"
