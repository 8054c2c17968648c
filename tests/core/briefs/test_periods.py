"""Periods an edition may have, and what its files are called."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.briefs.rules import (
    edition_words,
    part_name,
    period_end,
    periods_of,
    problems_of_edition,
)

SINCE = date(2026, 1, 1)


def test_months_and_quarters_that_have_begun_the_newest_first() -> None:
    assert periods_of(date(2026, 6, 1), date(2026, 8, 3)) == [
        *("2026-Q3", "2026-08", "2026-07"),
        *("2026-Q2", "2026-06"),
    ]


@given(st.integers(0, 900))
def test_every_period_offered_is_accepted_and_holds_a_day_of_the_programme(days: int) -> None:
    today = SINCE + timedelta(days=days)
    offered = periods_of(SINCE, today)
    assert len(offered) == len(set(offered))
    for period in offered:
        assert problems_of_edition(period, today=today, since=SINCE) == []
        assert period_end(period) >= SINCE
    assert today <= period_end(offered[0])


def test_what_is_no_period_or_has_not_begun_is_refused() -> None:
    for period in ("", "2026-13", "2026-12", "2027-01", "2025-12", "2026-Q5", "最近"):
        [problem] = problems_of_edition(period, today=date(2026, 11, 22), since=SINCE)
        assert problem.where == "period"


def test_names_sort_as_the_edition_does() -> None:
    names = [part_name(n, name, SINCE) for n, name in ((1, "江苏省"), (9, "宜兴市"), (10, "沛县"))]
    assert names == sorted(names)
    assert names[0] == "01 整区能源费用托管工作简报（江苏省，截至2026年1月1日）.pdf"
    assert edition_words(done=31, failed=0, total=46) == "46份，已完成31"
    assert edition_words(done=44, failed=2, total=46) == "46份，已完成44，2份未生成"
