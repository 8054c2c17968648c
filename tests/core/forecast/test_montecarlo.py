"""Ten thousand draws against what can be worked out in closed form, and sums that must add up."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from custody.forecast import wording
from custody.forecast.rules import (
    Course,
    Experience,
    Goal,
    Task,
    chance_words,
    experience_of,
    outlook,
)
from custody.forecast.rules.montecarlo import DRAWS, certain, distribution, ends, odds, triangle
from custody.forecast.rules.schedule import finishes
from custody.milestones.rules import Stage
from tests.factories.ways import TODAY, done, item, known, way, ways

NONE = Experience()
TOLERANCE = 4 * 0.5 / DRAWS**0.5
"""Four standard errors of a chance: one test in sixteen thousand fails for no reason, and the seed is
fixed, so none does."""
LOW, LIKELY, HIGH = 10, 20, 40


def triangular(x: float, low: float, likely: float, high: float) -> float:
    """The share of a triangle up to x."""
    if x <= low:
        return 0.0
    if x >= high:
        return 1.0
    if x <= likely:
        return (x - low) ** 2 / ((high - low) * (likely - low))
    return 1.0 - (high - x) ** 2 / ((high - low) * (high - likely))


def task(code: str, *before: tuple[int, int], work: bool = True) -> Task:
    return Task(
        code, before, own=LIKELY, work=LIKELY if work else 0, low=LOW / LIKELY, high=HIGH / LIKELY
    )


JOIN = Task("G", ((0, 0), (1, 0)), own=1, work=0, low=1.0, high=1.0)


@pytest.mark.parametrize("left", [9, 12, 16, 20, 25, 30, 38, 40])
def test_one_task_is_its_triangle(left: int) -> None:
    exact = triangular(left, LOW, LIKELY, HIGH)
    assert odds((task("A"),), "r", left, NONE).probability == pytest.approx(exact, abs=TOLERANCE)


def test_half_and_four_fifths_of_a_triangle() -> None:
    """Solved for the share: 1 − (40 − x)² / 600."""
    found = odds((task("A"),), "r", 0, NONE)
    assert found.half == pytest.approx(40 - 300**0.5, abs=1.2)
    assert found.most == pytest.approx(40 - 120**0.5, abs=1.2)


@pytest.mark.parametrize("left", [25, 35, 45, 55, 70])
def test_two_in_a_row_are_their_sum(left: int) -> None:
    xs = np.linspace(LOW, HIGH, 4001)
    middle = (xs[:-1] + xs[1:]) / 2
    weights = np.diff([triangular(x, LOW, LIKELY, HIGH) for x in xs])
    exact = sum(
        weight * triangular(left - x, LOW, LIKELY, HIGH)
        for x, weight in zip(middle, weights, strict=True)
    )
    chain = (task("A"), task("B", (0, 0)))
    assert odds(chain, "r", left, NONE).probability == pytest.approx(exact, abs=TOLERANCE)


@pytest.mark.parametrize("left", [15, 20, 25, 32])
def test_two_side_by_side_are_the_product(left: int) -> None:
    exact = triangular(left, LOW, LIKELY, HIGH) ** 2
    found = odds((task("A"), task("B"), JOIN), "r", left, NONE)
    assert found.probability == pytest.approx(exact, abs=TOLERANCE)


@pytest.mark.parametrize("left", [45, 50, 60])
def test_a_lag_moves_the_whole_triangle(left: int) -> None:
    last = Task("G", ((0, 30),), own=1, work=0, low=1.0, high=1.0)
    exact = triangular(left - 30, LOW, LIKELY, HIGH)
    assert odds((task("A"), last), "r", left, NONE).probability == pytest.approx(
        exact, abs=TOLERANCE
    )


def test_a_lag_from_what_is_done_is_waited_for() -> None:
    done = Task("M11", (), settled=-10)
    found = ends((done, task("M12", (0, 30))), "r", NONE)
    assert float(found.min()) >= 20 + LOW
    long_ago = Task("M11", (), settled=-300)
    again = ends((long_ago, task("M12", (0, 30))), "r", NONE)
    assert float(again.min()) < 20


def test_a_triangle_s_ends_and_middle() -> None:
    uniform = np.array([0.0, 1 / 3, 1.0 - 2**-24], np.float32)
    assert triangle(uniform, 0.5, 2.0) == pytest.approx([0.5, 1.0, 2.0], abs=1e-3)
    assert triangle(uniform, 1.0, 1.0) == pytest.approx([1.0, 1.0, 1.0])


@settings(max_examples=40, deadline=None)
@given(ways())
def test_without_spread_every_future_is_the_schedule(found: tuple) -> None:
    tasks, _ = way(*found)
    certain_ones = [Task(t.code, t.before, t.settled, t.own, t.work, 1.0, 1.0) for t in tasks]
    last = ends(certain_ones, "r", NONE, draws=16)
    assert set(last.tolist()) == {float(finishes(tasks)[-1])}


def test_the_same_data_give_the_same_odds_and_regions_differ() -> None:
    chain = (task("A"), task("B", (0, 0)))
    assert odds(chain, "320282", 45, NONE) == odds(chain, "320282", 45, NONE)
    assert odds(chain, "320282", 45, NONE).passes != odds(chain, "320205", 45, NONE).passes


def test_a_settled_gate_is_certain() -> None:
    found = odds((Task("G", (), settled=-3),), "r", -20, NONE)
    assert (found.probability, found.half) == (0.0, -3), "the deadline was before that"
    assert distribution([found.passes]) == (1.0, 0.0)
    found = odds((Task("G", (), settled=-20),), "r", -20, NONE)
    assert (found.probability, found.half, found.passes) == (1.0, -20, certain())


def test_what_was_passed_late_is_done_but_not_in_time() -> None:
    items = {one.code: one for one in (item("A", days=None), item("G", "A"))}
    left, due = Stage.PRE_TENDER, TODAY - timedelta(days=5)
    known_of = {
        "in time": {"A": done("A", 9), "G": done("G", 9)},
        "late": {"A": done("A", 9), "G": done("G", 2)},
        "late, its way unknown": {"A": known("A"), "G": done("G", 1)},
        "its day unknown": {},
    }
    courses = [Course(name, name, 3, left, True, items, rows) for name, rows in known_of.items()]
    told = outlook(courses, {3: Goal(3, "第三批", "G", due)}, TODAY)
    assert {name: one.late_days for name, one in told.regions.items()} == {
        "in time": 0,
        "late": 3,
        "late, its way unknown": 4,
        "its day unknown": 0,
    }
    assert all(one.settled for one in told.regions.values())
    assert wording.odds_words(told.regions["late"]) == "0%"
    (batch,) = told.batches
    assert (batch.settled, batch.late, batch.expected) == (4, 2, 2.0)
    assert batch.distribution == (0.0, 0.0, 1.0, 0.0, 0.0)
    assert wording.all_words(batch) == "0%"


def test_numbers_in_time_are_counted_draw_by_draw() -> None:
    """Two regions, each as likely as not, and one that is certain: a quarter, a half, a quarter."""
    regions = [odds((task("A"),), name, 23, NONE) for name in ("a", "b")]
    chance = triangular(23, LOW, LIKELY, HIGH)
    found = distribution([*(one.passes for one in regions), certain()])
    assert len(found) == 4
    assert sum(found) == pytest.approx(1.0)
    assert found[0] == 0.0
    exact = [(1 - chance) ** 2, 2 * chance * (1 - chance), chance**2]
    assert list(found[1:]) == pytest.approx(exact, abs=TOLERANCE)
    mean = sum(number * share for number, share in enumerate(found))
    assert mean == pytest.approx(1 + sum(one.probability for one in regions), abs=1e-9)


def test_of_no_region_none_is_in_time() -> None:
    assert distribution([]) == (1.0,)


# --- experience -----------------------------------------------------------------------------------


def test_few_cases_move_little_and_many_much() -> None:
    factors = [experience_of([("A", 2.0)] * n).of("A") for n in (0, 1, 8, 72)]
    assert factors == [1.0, 1.11, 1.5, 1.9]
    assert all(a < b for a, b in pairwise(factors))


def test_a_wild_case_counts_as_much_as_is_believable() -> None:
    assert experience_of([("A", 400.0)]) == experience_of([("A", 4.0)])
    assert experience_of([("A", 0.0)]) == experience_of([("A", 0.25)])


def test_experience_stretches_the_draws_but_not_an_officer_s_date() -> None:
    learnt = experience_of([("A", 2.0)] * 72)
    taught = Task("A", (), own=20, low=1.0, high=1.0, learns="A")
    assert ends((taught,), "r", learnt, 8).tolist() == pytest.approx([38.0] * 8)
    told = Task("A", (), own=20, low=1.0, high=1.0)
    assert set(ends((told,), "r", learnt, 8).tolist()) == {20.0}


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chance", "certain", "words"),
    [
        (0.0, False, "<1%"),
        (0.0099, False, "<1%"),
        (0.01, False, "1%"),
        (0.634, False, "63%"),
        (0.99, False, "99%"),
        (0.9951, False, ">99%"),
        (1.0, False, ">99%"),
        (1.0, True, "100%"),
        (0.0, True, "0%"),
        (None, False, "暂无法推算"),
    ],
)
def test_only_what_is_certain_is_said_to_be(chance: float, certain: bool, words: str) -> None:
    assert chance_words(chance, certain=certain) == words


def test_days_are_whole_and_within_the_draws() -> None:
    found = odds((task("A"),), "r", 20, NONE)
    assert TODAY + timedelta(days=LOW) < TODAY + timedelta(days=found.half)
    assert found.half <= found.most <= HIGH
