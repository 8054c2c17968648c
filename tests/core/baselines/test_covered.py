"""Which period is suggested, and what a page says of its bills."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules.covered import Covered, Known, ends, period, suggested
from custody.energy.rules.coverage import Cover
from custody.energy.rules.energies import Energy
from custody.kernel.periods import codes

MONTHS = tuple(codes(202111, 202610))


def covered(there: list[bool], meters: int = 1) -> Covered:
    bills = {
        (Energy.ELECTRICITY, month): meters for month, one in zip(MONTHS, there, strict=True) if one
    }
    known = tuple(Known(Energy.ELECTRICITY, None, None, sum(there)) for _ in range(meters))
    return Covered(MONTHS, bills, known, frozenset())


def test_the_newest_three_whole_years_are_suggested() -> None:
    assert suggested(covered([True] * 60)) == (202610, 3)
    gap = [True] * 60
    gap[-1] = False
    assert suggested(covered(gap)) == (202609, 3)
    assert suggested(covered([False] * 40 + [True] * 20)) == (202610, 1)
    assert suggested(covered([False] * 60)) == (202610, 1)


@given(st.lists(st.booleans(), min_size=60, max_size=60))
def test_what_is_suggested_is_covered_and_none_longer_is(there: list[bool]) -> None:
    last, years = suggested(covered(there))
    first, _ = period(last, years)
    start, end = MONTHS.index(first) if first in MONTHS else -1, MONTHS.index(last)
    runs = max(
        (len(run) for run in "".join("x" if one else " " for one in there).split()), default=0
    )
    if runs < 12:
        assert (last, years) == (202610, 1)
    else:
        assert all(there[start : end + 1])
        assert years == min(runs // 12, 3)


def test_a_meter_owes_bills_only_while_it_was_in_use() -> None:
    months = tuple(codes(202401, 202412))
    late = Known(Energy.ELECTRICITY, 202407, None, 6)
    bills = {(Energy.ELECTRICITY, month): 1 for month in months[6:]}
    [line] = Covered(months, bills, (late,), frozenset()).lines
    assert (line.total.there, line.total.due, line.short) == (6, 6, 1)
    assert {one.cover for one in line.months[:6]} == {Cover.NOTHING}
    assert {one.cover for one in line.months[6:]} == {Cover.FULL}


def test_heat_owes_bills_of_its_season_alone() -> None:
    months = tuple(codes(202401, 202412))
    season = {(Energy.HEAT, month): 1 for month in (202401, 202402, 202403, 202411, 202412)}
    heat = Known(Energy.HEAT, None, None, 5)
    [line] = Covered(months, season, (heat,), frozenset()).lines
    assert (line.total.due, line.total.missing, line.short) == (5, 0, 0)


def test_ends_go_back_from_the_newest() -> None:
    assert ends(202601, 3) == [202601, 202512, 202511]
    assert period(202512, 3) == (202301, 202512)
