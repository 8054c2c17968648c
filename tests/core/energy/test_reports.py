"""What coverage, thresholds, monthly reports and weather say, without a database."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.coverage import gaps
from custody.energy.rules.doubts import WORDS, threshold
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import USUAL, mark_of
from custody.energy.rules.limits import LIMITS, Limits, problems_of
from custody.energy.rules.month import Step, due_months, problems_to, state_words, turn
from custody.energy.rules.states import MonthState
from custody.energy.workbook.weather import WeatherRow, read_weather
from custody.kernel.cells import Fault, Sheet
from custody.kernel.periods import Month, codes
from custody.kernel.problems import Refused

YEAR = codes(202601, 202612)
OVER = Month(2026, 10)


# --- thresholds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", WORDS)
def test_every_doubt_names_its_threshold_and_source(code: str) -> None:
    found = threshold(code, Energy.GAS, Limits.of())
    assert found.words
    assert found.source


def test_a_threshold_of_the_province_is_no_suggestion_any_more() -> None:
    assert threshold("price", Energy.GAS, Limits.of()).suggested
    own = threshold("price", Energy.GAS, Limits.of({"price_low_gas": "2.5"}))
    assert (own.words, own.source, own.suggested) == ("2.5—7元/m³", "本省核定", False)
    assert threshold("year_change", Energy.GAS, Limits.of()).words == "±30%"


def test_what_limits_begin_with_is_in_order() -> None:
    assert problems_of({name: one.value for name, one in LIMITS.items()}) == []


@given(
    st.sampled_from([name for name in LIMITS if "_low_" in name]),
    st.decimals(0, 10_000, places=2),
    st.decimals(0, 10_000, places=2),
)
def test_a_lowest_price_lies_below_the_highest_and_above_zero(
    low: str, a: Decimal, b: Decimal
) -> None:
    high = low.replace("_low_", "_high_")
    found = problems_of({low: a, high: b})
    assert bool(found) == (a >= b or a <= 0 or b <= 0)


def test_the_imports_own_thresholds_are_the_constants_it_had() -> None:
    limits = Limits.of()
    assert (limits.jump, limits.thousand) == (8.0, 400.0)
    assert limits.prices[Energy.ELECTRICITY] == (0.2, 3.0)
    assert Energy.PV not in limits.prices
    assert [one.where for one in problems_of({"jump": Decimal(1)})] == ["jump"]
    assert problems_of({"jump": Decimal(500), "thousand": Decimal(400)}) != []


def test_marks_of_coefficients() -> None:
    marks = {mark_of(row.source, verified=row.verified) for row in USUAL}
    assert marks == {"建议值", "待核实"}
    assert mark_of("建议值：某省实践", verified=True) == "已核实"
    assert all(row.valid_from <= date(2026, 1, 1) for row in USUAL)


# --- months -------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(YEAR), st.sampled_from(MonthState)))
def test_months_due_are_open_ones_since_the_first_report(states: dict[int, MonthState]) -> None:
    found = due_months(states, OVER.code)
    begun = [month for month in states if month <= OVER.code]
    for month in YEAR:
        since = min(begun, default=OVER.code)
        wanted = (
            since <= month <= OVER.code and states.get(month, MonthState.OPEN) is MonthState.OPEN
        )
        assert (month in found) == wanted


@pytest.mark.parametrize(
    ("missing", "unexplained", "codes_"), [(0, 0, []), (1, 0, ["changed"]), (0, 2, ["changed"])]
)
def test_what_changed_after_the_report_is_not_locked(
    missing: int, unexplained: int, codes_: list[str]
) -> None:
    found = problems_to(
        MonthState.COMPLETE,
        Step.LOCK,
        month=OVER,
        today=Month(2026, 11),
        missing=missing,
        unexplained=unexplained,
    )
    assert [one.code for one in found] == codes_


def test_where_no_city_reviews_the_province_is_named() -> None:
    assert state_words(MonthState.COMPLETE, city_reviews=False) == "待省级核对"
    assert turn(MonthState.COMPLETE, city_reviews=False) == "待省级核对"
    assert state_words(MonthState.COMPLETE, city_reviews=True) == "待市级核对"
    assert state_words(MonthState.LOCKED, city_reviews=False) == "已锁定"


# --- coverage -----------------------------------------------------------------------------------

FLAGS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=12, max_size=12)


@given(st.lists(FLAGS, min_size=1, max_size=4))
def test_gaps_are_the_months_that_are_due_and_not_there(
    rows: list[list[tuple[bool, bool]]],
) -> None:
    both = np.array(rows)
    found = gaps(both[:, :, 0], both[:, :, 1], np.array(YEAR))
    told = {(one.row, month) for one in found for month in one.months}
    wanted = {
        (row, YEAR[at])
        for row, flags in enumerate(rows)
        for at, (due, there) in enumerate(flags)
        if due and not there
    }
    assert told == wanted
    assert all(one.months for one in found)


# --- weather ------------------------------------------------------------------------------------

CITIES = {"无锡市": "320200", "苏州市": "320500"}
HEAD = ["设区市", "月份", "平均气温（℃）", "来源"]


def read(*rows: list[object], source: str = "") -> object:
    sheet = Sheet("气温", [["某省气温表"], HEAD, *rows])  # type: ignore[list-item]
    return read_weather([sheet], CITIES, over=OVER.code, source=source)


def test_a_table_however_it_was_typed() -> None:
    found = read(
        ["无锡市", "2026-01", 3.456, "月报"],
        ["苏州", "2026年2月", "６．５℃", None],
        ["320500", 202603.0, "-1.2", "月报"],
        ["无锡市", "2026-04", None, "月报"],
        ["注：数据为初步数", "注：数据为初步数", "注：数据为初步数", "注：数据为初步数"],
        [],
        source="年鉴",
    )
    assert found.problems == []  # type: ignore[attr-defined]
    assert found.rows == [  # type: ignore[attr-defined]
        WeatherRow("320200", 202601, Decimal("3.46"), "月报"),
        WeatherRow("320500", 202602, Decimal("6.5"), "年鉴"),
        WeatherRow("320500", 202603, Decimal("-1.2"), "月报"),
    ]


def test_every_slip_is_told_by_its_cell() -> None:
    found = read(
        ["上海市", "2026-01", 3.0, "月报"],
        ["无锡市", "一月", 3.0, "月报"],
        ["无锡市", "2026-11", 3.0, "月报"],
        ["无锡市", "2026-02", 60.0, "月报"],
        ["无锡市", "2026-03", "暖和", "月报"],
        ["无锡市", "2026-04", 15.0, ""],
        ["无锡市", "2026-05", 20.0, "月报"],
        ["无锡", "202605", 21.0, "月报"],
        ["无锡市", "2026-06", Fault("#REF!"), "月报"],
    )
    assert [(one.cell, one.code) for one in found.problems] == [  # type: ignore[attr-defined]
        ("A3", "city"),
        ("B4", "month"),
        ("B5", "month_range"),
        ("C6", "range"),
        ("C7", "number"),
        ("D8", "source"),
        ("B10", "twice"),
        ("C11", "fault"),
    ]
    assert [row.month for row in found.rows] == [202605]  # type: ignore[attr-defined]


@pytest.mark.parametrize("sheets", [[], [Sheet("表", [["单位", "用量"], ["甲", 3.0]])]])
def test_another_table_is_refused_by_its_missing_columns(sheets: list[Sheet]) -> None:
    with pytest.raises(Refused, match="没有“设区市”、“月份”、“平均气温"):
        read_weather(sheets, CITIES, over=OVER.code)


ROWS = st.dictionaries(
    st.tuples(st.sampled_from(sorted(CITIES)), st.sampled_from(codes(202501, 202610))),
    st.decimals(-40, 45, places=2),
    max_size=20,
)


@given(ROWS)
def test_what_is_written_is_read_again(rows: dict[tuple[str, int], Decimal]) -> None:
    lines = [
        [city, f"{month // 100}-{month % 100:02d}", float(mean), "月报"]
        for (city, month), mean in rows.items()
    ]
    found = read(*lines)
    assert found.problems == []  # type: ignore[attr-defined]
    told = {(row.city, row.month): row.mean for row in found.rows}  # type: ignore[attr-defined]
    assert told == {(CITIES[city], month): mean for (city, month), mean in rows.items()}
