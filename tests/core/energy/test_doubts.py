from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.doubts import found_in, off_by_more, read_dates, year_differs
from custody.energy.rules.limits import Limits
from custody.energy.rules.month import STEPS, Step, problems_to
from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month, codes


@dataclass
class Bills:
    energies: np.ndarray
    months: np.ndarray
    use: np.ndarray
    days: np.ndarray
    cost: np.ndarray


def bills(use: list[float], cost: list[float] | None = None, energy: str = "electricity") -> Bills:
    many = len(use)
    months = np.array(codes(202401, Month(2024, 1).plus(many - 1).code))
    used = np.array([use], float)
    paid = used * 0.6 if cost is None else np.array([cost], float)
    return Bills(np.array([energy]), months, used, np.full((1, many), 30.0), paid)


def told(found: Bills) -> list[tuple[int, str]]:
    return [(one.column, one.code) for one in found_in(found, Limits.of())]


def test_steady_bills_are_not_doubtful() -> None:
    assert told(bills([100] * 24)) == []


def test_a_step_is_told_against_the_same_month_of_the_year_before() -> None:
    assert told(bills([100] * 12 + [131] + [100] * 11)) == [(12, "year_change")]


def test_seasons_that_come_back_every_year_are_not_doubtful() -> None:
    year = [100, 100, 60, 50, 50, 90, 160, 160, 90, 50, 60, 100]
    assert told(bills(year * 2)) == [(column, "month_change") for column in (5, 6, 11)]


@pytest.mark.parametrize(("use", "codes_"), [(129.9, []), (130, []), (130.1, ["year_change"])])
def test_the_limit_of_a_month_against_last_years_is_thirty_percent(
    use: float, codes_: list[str]
) -> None:
    assert [code for _, code in told(bills([100] * 12 + [use]))] == codes_


@pytest.mark.parametrize(("use", "codes_"), [(149.9, []), (150, []), (150.1, ["month_change"])])
def test_without_last_year_a_month_is_held_against_the_one_before(
    use: float, codes_: list[str]
) -> None:
    assert [code for _, code in told(bills([100, use]))] == codes_


def test_a_price_a_thousandfold_off_is_a_unit_trap_and_one_merely_high_is_not() -> None:
    assert told(bills([100, 100], [60_000, 60])) == [(0, "unit_trap")]
    assert told(bills([100, 100], [200, 60])) == [(0, "price")]


def test_zero_is_doubtful_for_electricity_only() -> None:
    assert told(bills([0, 0], [0, 0])) == [(0, "zero"), (1, "zero")]
    assert told(bills([0, 0], [0, 0], "gas")) == []


def test_a_missing_month_is_compared_with_nothing() -> None:
    assert told(bills([100, float("nan"), 500])) == []


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=30), st.floats(0.01, 1e4))
def test_doubts_about_change_do_not_depend_on_the_unit(use: list[float], factor: float) -> None:
    limits = Limits.of()
    one, other = bills(use), bills([value * factor for value in use])
    kinds = {"year_change", "month_change"}

    def near(found: list) -> set:
        return {
            (d.column, d.code)
            for d in found
            if d.code in kinds and min(abs(abs(d.value) - 0.3), abs(abs(d.value) - 0.5)) > 1e-9
        }

    assert near(found_in(one, limits)) == near(found_in(other, limits))


def test_dates_that_leave_days_out_or_overlap() -> None:
    assert read_dates([(1, 1, 31), (2, 32, 59), (3, 62, 90), (4, 90, 120), (5, None, None)]) == [
        (3, "gap", 2),
        (4, "overlap", 1),
    ]


def test_areas_and_sums() -> None:
    assert off_by_more(100, 111, 0.1)
    assert not off_by_more(100, 110, 0.1)
    assert not off_by_more(None, 5, 0.1)
    assert year_differs(1000, [80] * 12, 0.005)
    assert not year_differs(962, [80] * 12, 0.005)


def test_every_step_that_is_not_in_the_table_is_refused() -> None:
    for state in MonthState:
        for step in Step:
            found = problems_to(
                state, step, month=Month(2026, 10), today=Month(2026, 11), reason="退补"
            )
            assert bool(found) == ((state, step) not in STEPS)


def test_completing_names_everything_that_is_missing() -> None:
    found = problems_to(
        MonthState.OPEN,
        Step.COMPLETE,
        month=Month(2026, 11),
        today=Month(2026, 11),
        missing=3,
        unexplained=2,
    )
    assert [one.code for one in found] == ["early", "missing", "unexplained"]
