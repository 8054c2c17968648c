"""Many meters at once are reckoned as mv.savings reckons one; sums are sums; nothing comes from nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.baselines.rules.plain import to_plain
from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month, codes
from custody.mv import ladder, sufficiency
from custody.mv.savings import savings, total
from custody.mv.sufficiency import Reading
from custody.savings.rules.bases import Base, base_of, interval, stacked
from custody.savings.rules.reckoning import Gap, Readings, reckon
from custody.savings.rules.sums import DISTRICT_FLOOR, Meters, Money, steps, totals

WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
USES = (118, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115)
LATER = tuple(one + 0.7 for one in WARMTH)
BASE, REPORT = codes(202401, 202412), codes(202501, 202512)


def readings_of(uses: list[float], months: list[int], warmth: tuple[float, ...]) -> list[Reading]:
    return [
        Reading(Month.coded(code), Month.coded(code).days, use, warm)
        for code, use, warm in zip(months, uses, warmth, strict=True)
    ]


def fitted(scale: float, wobble: list[float]) -> ladder.Baseline:
    uses = [scale * (use + off) for use, off in zip(USES, wobble, strict=True)]
    return ladder.baseline(readings_of(uses, BASE, WARMTH))


def line(fit: ladder.Baseline) -> Base:
    return base_of(
        "regression",
        record=to_plain(fit),
        rule_use=None,
        rule_record={},
        quota=None,
        price=0.7,
    )


def given_months(uses: list[list[float]], energy: Energy = Energy.ELECTRICITY) -> Readings:
    use = np.array(uses, np.float64)
    shape = use.shape
    return Readings(
        np.array(REPORT, np.int64),
        np.array([energy.value] * shape[0], np.str_),
        use,
        np.broadcast_to([float(Month.coded(one).days) for one in REPORT], shape),
        np.broadcast_to(np.array(LATER), shape),
        np.zeros(shape),
        np.ones(shape, np.bool_),
        np.zeros(shape, np.bool_),
        np.zeros(shape, np.bool_),
        np.ones(shape[0], np.bool_),
        np.zeros(shape),
    )


numbers = st.lists(st.floats(-9, 9), min_size=12, max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    wobble=st.lists(numbers, min_size=1, max_size=4),
    scale=st.floats(1, 2000),
    kept=st.floats(0.6, 1.2),
    extra=st.floats(-50, 50),
)
def test_it_is_what_the_engine_says_of_each_meter(
    wobble: list[list[float]], scale: float, kept: float, extra: float
) -> None:
    fits = [fitted(scale, one) for one in wobble]
    uses = [[scale * use * kept for use in USES] for _ in fits]
    given = given_months(uses)
    given.adjustment[:, 3] = extra
    bases = stacked([line(one) for one in fits])
    found = reckon(bases, given)
    each = [
        savings(fit, readings_of(use, REPORT, LATER), {Month.coded(REPORT[3]): extra})
        for fit, use in zip(fits, uses, strict=True)
    ]
    assert found.saved.sum(axis=1) == pytest.approx([one.saved for one in each])
    share = bases.share(found.counted.sum(axis=1))
    for place, one in enumerate(each):
        band = one.band(0.90).absolute
        mine = share[place] * abs(found.adjusted[place].sum())
        assert math.isnan(mine) if band is None else mine == pytest.approx(band)
    together = total(each)
    (mine,) = totals(
        Meters(given.energies, bases, found),
        np.zeros(len(fits), np.int64),
        count=1,
        coal={Energy.ELECTRICITY: 0.1229},
        carbon={},
        floor=DISTRICT_FLOOR,
    )
    figure = mine.of(Energy.ELECTRICITY)
    assert figure is not None
    assert figure.saved == pytest.approx(together.saved)
    assert figure.percent == pytest.approx(together.percent)
    assert figure.band == pytest.approx(together.band(0.90).absolute)
    assert figure.coal == pytest.approx(figure.saved * 0.1229 / 1000)
    assert figure.carbon is None
    assert figure.cost == pytest.approx(figure.saved * 0.7)
    last = steps(
        Meters(given.energies, bases, found),
        np.ones(len(fits), np.bool_),
        given.months,
        floor=DISTRICT_FLOOR,
    )[-1]
    assert last.cumulated == pytest.approx(figure.saved)
    assert last.band == pytest.approx(figure.band)


def plain(**changes: object) -> Readings:
    return replace(given_months([[100.0] * 12]), **changes)  # type: ignore[arg-type]


def rule(year: float = 3650.0) -> Base:
    return base_of(
        "rule",
        record={},
        rule_use=year,
        rule_record={"shares": [1 / 12] * 12, "years": []},
        quota=None,
        price=None,
    )


def one_gap(base: Base, readings: Readings) -> set[Gap]:
    return {Gap(one) for one in np.unique(reckon(stacked([base]), readings).gap)}


def test_nothing_is_saved_where_the_base_or_the_bill_is_absent_or_bad() -> None:
    nothing = np.full((1, 12), np.nan)
    flags = np.ones((1, 12), np.bool_)
    cases = [
        (rule(), plain(lined=np.array([False])), Gap.NO_LINE),
        (base_of("", record={}, rule_use=9.0, rule_record={}, quota=None, price=None), plain(),
         Gap.INSUFFICIENT),
        (base_of("rule", record={}, rule_use=None, rule_record={}, quota=None, price=None), plain(),
         Gap.INSUFFICIENT),
        (rule(), plain(use=nothing), Gap.NO_BILL),
        (rule(), plain(overlapping=flags), Gap.OVERLAP),
        (rule(), plain(use=np.full((1, 12), -1.0)), Gap.NEGATIVE),
        (rule(), plain(use=np.zeros((1, 12))), Gap.ZERO),
        (rule(), plain(in_base=flags), Gap.BASE_MONTH),
        (rule(), plain(due=~flags), Gap.NOT_DUE),
        (line(fitted(10, [0.0] * 12)), plain(temperature=nothing), Gap.NO_WEATHER),
    ]  # fmt: skip
    for base, readings, gap in cases:
        assert one_gap(base, readings) == {gap}
        found = reckon(stacked([base]), readings)
        assert not found.adjusted.any()
        assert not found.saved.any()
        (sums,) = totals(
            Meters(readings.energies, stacked([base]), found),
            np.zeros(1, np.int64),
            count=1,
            coal={},
            carbon={},
        )
        assert not sums.known
        assert all(one.percent is None and one.band is None for one in sums.figures)


def test_a_regression_that_does_not_suffice_gives_nothing() -> None:
    short = ladder.baseline(readings_of([100.0] * 4, BASE[:4], WARMTH[:4]))
    assert not short.sufficient
    assert one_gap(line(short), plain()) == {Gap.INSUFFICIENT}


def test_heat_outside_its_season_is_neither_counted_nor_missing() -> None:
    heat = replace(plain(), energies=np.array(["heat"]))
    found = reckon(stacked([rule()]), heat)
    counted = {int(month) % 100 for month, one in zip(REPORT, found.counted[0], strict=True) if one}
    assert counted == set(sufficiency.LIMITS.season)
    assert int(found.wanted.sum()) == len(sufficiency.LIMITS.season)


def test_the_year_of_the_rule_comes_back_whole() -> None:
    found = reckon(stacked([rule(3650.0)]), plain())
    assert float(found.adjusted.sum()) == pytest.approx(3650.0, rel=0.001)


def test_the_quota_is_spread_by_days_and_has_no_band() -> None:
    base = base_of("quota", record={}, rule_use=None, rule_record={}, quota=365.25, price=None)
    given = plain()
    found = reckon(stacked([base]), given)
    assert found.adjusted[0] == pytest.approx(given.days[0])
    (sums,) = totals(
        *(Meters(given.energies, stacked([base]), found), np.zeros(1, np.int64)),
        count=1,
        coal={},
        carbon={},
    )
    (figure,) = sums.figures
    assert figure.band is None
    assert figure.blind == 1
    assert figure.unpriced == 1


def test_what_base_years_tell_of_the_next_one() -> None:
    """Student's t at 90 % with two degrees of freedom is 2.920; s of 90, 100, 110 is 10."""
    assert interval([90, 100, 110]) == pytest.approx(
        2.91999 * 10 * math.sqrt(4 / 3) / 100, rel=1e-4
    )
    assert math.isnan(interval([100]))
    assert math.isnan(interval([]))


@settings(max_examples=40, deadline=None)
@given(
    owners=st.lists(st.integers(-1, 3), min_size=1, max_size=12),
    seed=st.integers(0, 2**20),
)
def test_sums_of_owners_are_the_sum(owners: list[int], seed: int) -> None:
    dice = np.random.default_rng(seed)
    count = len(owners)
    given = given_months(dice.uniform(50, 150, (count, 12)).tolist())
    given.use[dice.random((count, 12)) < 0.2] = np.nan
    bases = stacked([rule(year) for year in dice.uniform(800, 2000, count)])
    meters = Meters(given.energies, bases, reckon(bases, given))
    who = np.array(owners, np.int64)
    parts = totals(meters, who, count=4, coal={Energy.ELECTRICITY: 0.1229}, carbon={})
    (whole,) = totals(
        *(meters, np.where(who >= 0, 0, -1)), count=1, coal={Energy.ELECTRICITY: 0.1229}, carbon={}
    )
    assert math.fsum(one.coal for one in parts) == pytest.approx(whole.coal)
    assert sum(one.months_due for one in parts) == whole.months_due
    assert sum(one.missing for one in parts) == whole.missing


def test_no_meters_are_no_trouble() -> None:
    none = Readings(
        np.array(REPORT, np.int64),
        np.array([], np.str_),
        *(np.empty((0, 12)) for _ in range(4)),
        *(np.empty((0, 12), np.bool_) for _ in range(3)),
        np.array([], np.bool_),
        np.empty((0, 12)),
    )
    assert reckon(stacked([]), none).saved.shape == (0, 12)


@settings(max_examples=60, deadline=None)
@given(
    kept=st.floats(0.5, 1.5),
    extra=st.floats(-20, 20),
    step=st.floats(-0.3, 0.3),
    since=st.integers(0, 12),
)
def test_a_price_moves_the_yuan_from_its_month_on_and_nothing_else(
    kept: float, extra: float, step: float, since: int
) -> None:
    base = replace(rule(3650.0), price=0.7)
    readings = plain(use=np.full((1, 12), 304.0 * kept))
    readings.adjustment[:] = extra
    plain_money = money_of(base, readings)
    readings.repriced[:, since:] = step
    found, bases = reckon(stacked([base]), readings), stacked([base])
    money = money_of(base, readings)
    saved = found.saved[0]
    assert money.saved == pytest.approx(0.7 * saved.sum() + step * saved[since:].sum(), abs=1e-6)
    assert money.repriced == pytest.approx(step * found.adjusted[0, since:].sum(), abs=1e-6)
    assert money.actual == pytest.approx(
        sum((0.7 + (step if at >= since else 0)) * 304.0 * kept for at in range(12))
    )
    assert (money.routine, money.adjustment) == (plain_money.routine, plain_money.adjustment)
    assert money.adjusted - money.actual == money.saved
    told = reckon(bases, replace(readings, repriced=np.zeros((1, 12))))
    assert (told.saved == found.saved).all()


def money_of(base: Base, readings: Readings) -> Money:
    bases = stacked([base])
    sums = Meters(readings.energies, bases, reckon(bases, readings))
    (total,) = totals(sums, np.zeros(1, np.int64), count=1, coal={}, carbon={})
    return total.money


def test_a_price_without_a_price_of_the_base_is_no_money() -> None:
    readings = plain(repriced=np.full((1, 12), 0.05))
    assert money_of(rule(), readings) == Money()
