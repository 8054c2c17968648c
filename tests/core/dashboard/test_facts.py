"""What a board says, from plain rows."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.dashboard.rules import ProgrammeFacts
from custody.dashboard.rules.curve import curve_of, days_of
from custody.dashboard.rules.exceptions import codes_of
from custody.dashboard.rules.facts import Scope, programme
from custody.dashboard.rules.rows import ActivityRow, Rows
from custody.milestones.rules import Light, LightPolicy, Stage, Status
from tests.factories.facts import programme as programme_of_jiangsu
from tests.factories.rows import TODAY, confirmed, line, region, rows

SCOPE = Scope("province", "990000", "云山省")


def facts(given_rows: Rows, as_of: date = TODAY) -> ProgrammeFacts:
    return programme(
        given_rows,
        scope=SCOPE,
        as_of=as_of,
        working_days=lambda since: (as_of - since).days,
        demo=False,
    )


def test_a_region_shows_the_worst_open_milestone_before_its_next_gate() -> None:
    found = facts(
        rows(
            confirmed(1),
            line(2, planned=TODAY - timedelta(days=16)),
            line(3),
            # Not in the chain of G-C, however late.
            line(7, planned=TODAY - timedelta(days=99)),
        )
    ).regions[0]
    assert found.light is Light.RED
    assert found.light_reason.startswith("M02 事项M02：逾期16天")
    assert (found.done, found.total) == (1, 3)
    assert found.next_cell is not None
    assert found.next_cell.code == "M02"


def test_behind_the_gate_of_the_year_everything_counts_as_done() -> None:
    found = facts(
        rows(
            confirmed(1),
            line(2),
            confirmed(3),
            line(4, planned=None),
            passed={"r1": {Stage.PRE_TENDER}},
        )
    )
    [one] = found.regions
    assert (one.percent, one.done, one.total) == (100.0, 3, 3)
    assert one.stage is Stage.TENDER
    assert one.light is Light.GREY
    assert found.batches[0].done == 1


def test_a_finished_region_is_green_and_owes_nothing() -> None:
    found = facts(rows(confirmed(8), passed={"r1": set(Stage) - {Stage.DONE}}))
    assert found.regions[0].stage is Stage.DONE
    assert found.regions[0].light is Light.GREEN
    assert found.silent == ()
    assert found.exceptions == ()


def test_weights_decide_the_progress() -> None:
    found = facts(rows(confirmed(1), line(2, percent=50), line(3), weights={1: 6, 2: 2, 3: 2}))
    assert found.regions[0].percent == (6 * 100 + 2 * 50) / 10


def test_what_has_no_due_date_has_no_say_in_the_plan_unless_its_stage_was_left() -> None:
    late = TODAY - timedelta(days=1)
    lines = (line(4, planned=None), line(5, planned=late), line(6, planned=None))
    passed = {"r1": {Stage.PRE_TENDER, Stage.TENDER}}
    found = facts(rows(*lines, regions=(region(batch=2),), passed=passed))
    assert found.regions[0].expected_percent == 100.0
    assert found.regions[0].total == 3


def test_batches_without_regions_are_left_out() -> None:
    assert [batch.number for batch in facts(rows(line(1))).batches] == [3]


def test_exceptions_name_what_is_late_returned_waiting_and_stale() -> None:
    found = facts(
        rows(
            line(1, percent=95, planned=TODAY - timedelta(days=3)),
            line(2, status=Status.RETURNED, decided_at=TODAY - timedelta(days=4)),
            line(
                3,
                status=Status.AWAITING_CITY,
                submitted_at=TODAY - timedelta(days=9),
                awaiting_since=TODAY - timedelta(days=9),
            ),
            activity=(ActivityRow("r1", TODAY - timedelta(days=31), None),),
        )
    )
    assert [(one.kind, one.words) for one in found.exceptions] == [
        ("late", "逾期3天"),
        ("returned", "已退回4天"),
        ("waiting", "待云州市局审核，已9个工作日"),
        ("stale", "已31天未更新"),
    ]
    assert [one.code for one in found.silent] == ["r1"]


def test_what_was_just_opened_without_dates_is_asked_of_the_province() -> None:
    passed = {"r1": {Stage.PRE_TENDER}}
    active = (ActivityRow("r1", TODAY, TODAY),)
    opened = rows(confirmed(3), line(4, planned=None), passed=passed, activity=active)
    [asked] = facts(opened).exceptions
    assert (asked.kind, asked.milestone_code, asked.owner) == ("undated", "", "省局")
    assert asked.milestone_name == "M12（1项）"
    assert "确定计划日期" in asked.words
    assert facts(opened).regions[0].light is Light.GREY
    for known in (
        line(4),
        line(4, planned=None, status=Status.AWAITING_CITY, awaiting_since=TODAY),
        # A milestone that need not be there may wait for its day.
        line(7, planned=None),
    ):
        told = rows(confirmed(3), known, passed=passed, activity=active)
        assert facts(told).exceptions == ()


def test_codes_in_a_row_are_told_as_a_range() -> None:
    [region] = (one for one in programme_of_jiangsu().regions if one.code == "320583")
    cells = [replace(region.cells[0], code=code) for code in ("M12", "M13", "M14", "M16", "G-B")]
    assert codes_of(cells) == "M12–M14、M16、G-B"
    assert codes_of(cells[:2]) == "M12、M13"


def test_thresholds_are_the_policys() -> None:
    waiting = line(
        1,
        status=Status.AWAITING_PROVINCE,
        submitted_at=TODAY - timedelta(days=5),
        awaiting_since=TODAY - timedelta(days=5),
    )
    activity = (ActivityRow("r1", TODAY - timedelta(days=30), TODAY),)
    assert facts(rows(waiting, activity=activity)).exceptions == ()
    strict = LightPolicy(stale_days=29, review_working_days=4)
    found = facts(rows(waiting, activity=activity, policy=strict)).exceptions
    assert [one.kind for one in found] == ["waiting", "stale"]


def test_without_regions_there_is_still_a_board() -> None:
    empty = rows()
    empty.regions = []
    found = facts(empty)
    assert found.regions == found.batches == found.exceptions == ()
    assert found.days_left == 39
    assert found.percent == 0


# --- the curve ---------------------------------------------------------------------------------

YEAR = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MILESTONE = st.tuples(
    st.none() | YEAR, st.none() | YEAR, st.booleans(), st.none() | st.dates(date(2026, 1, 1))
)


@given(st.lists(MILESTONE, max_size=30), YEAR)
def test_a_curve_only_rises_and_its_plan_ends_at_all(milestones: list, as_of: date) -> None:
    points = curve_of(milestones, year=2026, deadline=date(2026, 12, 31), as_of=as_of)
    assert [point.on for point in points] == days_of(2026, date(2026, 12, 31), as_of)
    for name in ("planned", "actual", "forecast"):
        values = [getattr(point, name) for point in points]
        known = [value for value in values if value is not None]
        assert known == sorted(known)
        assert all(0 <= value <= 100 for value in known)
    counted = [one for one in milestones if one[0] or one[2]]
    assert points[-1].planned == (100 if counted else 0)
    assert all((point.actual is not None) == (point.on <= as_of) for point in points)
    assert all((point.forecast is not None) == (point.on >= as_of) for point in points)


def test_today_the_curve_stands_at_what_is_settled() -> None:
    found = facts(rows(confirmed(1), line(2), line(3)))
    here = next(point for point in found.curve if point.on == TODAY)
    assert here.actual == 100 / 3
    assert found.curve[-1].forecast == 100


def test_overdue_without_a_new_date_is_not_forecast() -> None:
    overdue = line(2, planned=TODAY - timedelta(days=1))
    assert facts(rows(confirmed(1), overdue, line(3))).curve[-1].forecast == 200 / 3
    promised = overdue._replace(forecast=TODAY + timedelta(days=3))
    assert facts(rows(confirmed(1), promised, line(3))).curve[-1].forecast == 100
