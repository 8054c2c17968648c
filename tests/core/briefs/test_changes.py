"""What changed between two briefs: figures, regions, milestones; nothing between a brief and itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.briefs import changes, snapshot
from custody.dashboard.rules import ProgrammeFacts
from custody.milestones.rules import Status
from tests.factories.facts import TODAY, programme

MASTHEAD = snapshot.Masthead(issuer="江苏省机关事务管理局", year=2026, day=date(2026, 11, 22))


def frozen(facts: ProgrammeFacts) -> dict[str, Any]:
    return snapshot.freeze(facts, masthead=MASTHEAD)


def test_a_brief_does_not_differ_from_itself() -> None:
    found = changes.between(frozen(programme()), frozen(programme()))
    assert found.none
    assert found.told
    assert {figure.difference_words for figure in found.figures} == {"持平"}


@pytest.mark.parametrize("mood", ["all_late", "none_started", "all_done", "one_late"])
def test_what_changed_is_what_the_two_sides_say(mood: Any) -> None:
    """Counted again from the cells, without the rule."""
    one, other = programme(), programme(mood)
    found = changes.between(frozen(one), frozen(other))
    past = {(r.code, c.code): c for r in one.regions for c in r.cells}
    now = {(r.code, c.code): c for r in other.regions for c in r.cells}
    settled = {key for key in now if now[key].status.settled and not past[key].status.settled}
    closed = {key for key in settled if past[key].days_late > 0}
    assert {(m.region_code, m.code) for m in found.confirmed} == settled
    assert {(m.region_code, m.code) for m in found.closed} == closed
    assert {(m.region_code, m.code) for m in found.reopened} == {
        key for key in now if past[key].status.settled and not now[key].status.settled
    }
    done = next(figure for figure in found.figures if figure.key == "done")
    assert (done.before, done.after) == (one.done, other.done)


@given(
    st.sampled_from(list(Status)),
    st.integers(0, 40),
    st.sampled_from(list(Status)),
    st.integers(0, 40),
)
def test_every_move_of_one_milestone(then: Status, late: int, now: Status, later: int) -> None:
    facts = programme()
    region = facts.regions[0]

    def with_cell(status: Status, days: int) -> ProgrammeFacts:
        cell = replace(
            region.cells[0], status=status, days_late=days, planned=TODAY - timedelta(days=60)
        )
        cells = (cell, *region.cells[1:])
        return replace(facts, regions=(replace(region, cells=cells), *facts.regions[1:]))

    found = changes.between(frozen(with_cell(then, late)), frozen(with_cell(now, later)))
    got = [kind for kind in ("confirmed", "late", "closed", "reopened") if getattr(found, kind)]
    if now.settled and not then.settled:
        assert got == (["confirmed", "closed"] if late else ["confirmed"])
        assert found.closed[0].days == late if late else True
    elif then.settled and not now.settled:
        assert got == ["reopened"]
    elif not now.settled and later and not late:
        assert got == ["late"]
        assert found.late[0].days == later
    else:
        assert got == []


def test_regions_that_join_or_leave_are_told() -> None:
    facts = programme()
    fewer = replace(facts, regions=facts.regions[1:])
    joined = changes.between(frozen(fewer), frozen(facts))
    assert [(one.name, one.before) for one in joined.regions] == [(facts.regions[0].name, None)]
    left = changes.between(frozen(facts), frozen(fewer))
    assert [(one.name, one.after) for one in left.regions] == [(facts.regions[0].name, None)]
    assert not joined.confirmed, "a region without a past has confirmed nothing anew"


def test_snapshots_without_marks_say_nothing_of_milestones() -> None:
    old = {key: value for key, value in frozen(programme("none_started")).items() if key != "marks"}
    found = changes.between(old, frozen(programme()))
    assert not found.told
    assert not found.confirmed
    assert found.regions


def test_better_and_worse() -> None:
    found = changes.between(frozen(programme()), frozen(programme("all_late")))
    by_key = {figure.key: figure for figure in found.figures}
    assert by_key["lights.red"].better is False
    assert by_key["on_track"].better is False
    assert by_key["regions"].better is None
    back = changes.between(frozen(programme("all_late")), frozen(programme()))
    assert {f.key: f.better for f in back.figures}["lights.red"] is True
    assert any(one.worse for one in found.regions)
    assert not any(one.worse for one in back.regions)
