"""A sheet of bills: what its cells say however they were typed, and every slip by its cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.limits import Limits
from custody.energy.rules.rows import BillRow
from custody.energy.rules.states import Kind
from custody.energy.workbook.bill_cells import Known, KnownMeter, read_month
from custody.energy.workbook.bills import read_bills
from custody.energy.workbook.layout import Layout, locate
from custody.energy.workbook.told import Reading, grouped, packed, unpacked, weighed
from custody.kernel.cells import Cell, Fault, Sheet

HEAD: list[Cell] = [
    "单位名称",
    "能源品种",
    "户号",
    "月份",
    "用量",
    "计量单位",
    "费用(元)",
    "抄表起",
    "抄表止",
    "天数",
]
KNOWN = Known(
    region="宜兴市",
    meters={
        (Energy.ELECTRICITY, "00123"): KnownMeter("实验小学", Payment.METERED_PAID, 33.0),
        (Energy.HEAT, "R-1"): KnownMeter("实验小学", Payment.METERED_PAID),
        (Energy.WATER, "W1"): KnownMeter("实验小学", Payment.UNMETERED_PAID),
    },
    elsewhere={(Energy.GAS, "9"): "张家港市"},
    this_month=202611,
)


def line(**typed: Any) -> list[Cell]:
    """A good line, with this typed into it."""
    usual: dict[str, Cell] = {
        "energy": "电", "number": "00123", "month": "2026-09", "use": 1000.0, "unit": "kWh",
        "cost": 650.0, "starts": None, "ends": None, "days": None,
    }  # fmt: skip
    return ["实验小学", *{**usual, **typed}.values()]


def read(*lines: Sequence[Cell], head: Sequence[Cell] = HEAD, **known: Any) -> Reading[BillRow]:
    found = locate([Sheet("能源账单", [head, *lines])], Kind.BILLS)
    return read_bills(found, Known(**{**_fields(KNOWN), **known}))


def _fields(known: Known) -> dict[str, Any]:
    return {name: getattr(known, name) for name in Known.__slots__}


def slips(*lines: Sequence[Cell]) -> list[tuple[str, str]]:
    return [(slip.cell, slip.code) for slip in read(*lines).problems]


def test_a_good_line() -> None:
    found = read(line())
    assert found.rows == [
        BillRow(Energy.ELECTRICITY, "00123", 202609, Decimal(1000), Decimal(650), 30, None, None, 2)
    ]
    assert (found.lines, found.wrong, list(found.warnings)) == (1, 0, [])


@pytest.mark.parametrize(
    ("typed", "use"),
    [
        ("１，２３４．５", "1234.5"),
        ("1,234.50kWh", "1234.50"),
        ("1234.5 度", "1234.5"),
        (0.0, "0"),
        (0.12345, "0.1234"),
    ],
)
def test_numbers_however_typed(typed: Cell, use: str) -> None:
    [row] = read(line(use=typed, cost=None)).rows
    assert row.use == pytest.approx(Decimal(use), abs=Decimal("0.0001"))


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-09", "2026年9月", "２０２６年９月", "202609", "2026/9", "2026.09", "2026年09月份"),
        *("2026-09-01", "2026/9/1", "2026年9月1日", "2026-09-01 00:00:00", "20260901"),
        *(202609.0, 46266.0, date(2026, 9, 1), datetime(2026, 9, 30, 12)),
    ],
)
def test_months_however_typed(typed: Cell) -> None:
    assert read_month(typed) == 202609
    [row] = read(line(month=typed)).rows
    assert row.month == 202609


@pytest.mark.parametrize(
    "typed", ["去年", "2026-13", 13.0, 2026.0, True, None, "9月", Fault("#N/A")]
)
def test_what_is_no_month(typed: Cell) -> None:
    assert read_month(typed) is None
    [(cell, _)] = slips(line(month=typed))
    assert cell == "D2"


@given(st.integers(2000, 2026), st.integers(1, 12))
def test_every_month_in_every_shape(year: int, month: int) -> None:
    code = year * 100 + month
    for typed in (f"{year}-{month:02d}", f"{year}年{month}月", float(code), date(year, month, 1)):
        assert read_month(typed) == code


@given(st.one_of(st.text(max_size=12), st.floats(), st.booleans(), st.none(), st.dates()))
def test_any_cell_is_a_month_or_none(cell: Cell) -> None:
    found = read_month(cell)
    assert found is None or 1 <= found % 100 <= 12


def test_numbers_of_accounts_keep_their_zeros_and_lost_digits_are_told() -> None:
    assert read(line(number="００123")).rows[0].number == "00123"
    assert slips(line(number=123.0)) == [("C2", "unknown_meter")]
    assert slips(line(number="3.2E+11")) == [("C2", "number_rounded")]
    assert slips(line(number="1" * 41)) == [("C2", "number_long")]
    assert slips(line(number=None)) == [("C2", "number_missing")]


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ({"energy": "蒸汽"}, ("B2", "energy")),
        ({"energy": Fault("#REF!")}, ("B2", "energy")),
        ({"number": Fault("#REF!")}, ("C2", "fault")),
        ({"number": "9", "energy": "天然气", "unit": None}, ("C2", "elsewhere")),
        ({"month": "2027-01"}, ("D2", "month_range")),
        ({"month": "1999-12"}, ("D2", "month_range")),
        ({"use": "约一千"}, ("E2", "number")),
        ({"use": -1.0}, ("E2", "negative")),
        ({"use": 1e12}, ("E2", "absurd")),
        ({"use": Fault("#VALUE!")}, ("E2", "fault")),
        ({"use": None}, ("E2", "use_missing")),
        ({"unit": "MJ", "energy": "热力", "number": "R-1"}, ("F2", "unit")),
        ({"cost": "六百"}, ("G2", "number")),
        ({"starts": "昨天"}, ("H2", "day")),
        ({"starts": date(2026, 9, 30), "ends": date(2026, 9, 1)}, ("I2", "dates")),
        ({"days": 0.0}, ("J2", "days")),
    ],
)
def test_every_slip_by_its_cell(typed: dict[str, Cell], slip: tuple[str, str]) -> None:
    found = read(line(**typed))
    assert [(one.cell, one.code) for one in found.problems] == [slip]
    assert (list(found.rows), found.wrong) == ([], 1)


def test_all_slips_of_a_line_at_once() -> None:
    wrong = line(energy="蒸汽", month="去年", use="多", cost="少")
    assert [cell for cell, _ in slips(wrong)] == ["B2", "D2", "E2", "G2"]


def test_days_are_told_or_between_readings_or_the_months() -> None:
    starts, ends = date(2026, 8, 16), date(2026, 9, 15)
    assert read(line(month="2024-02")).rows[0].days == 29
    assert read(line(starts=starts, ends=ends)).rows[0].days == 31
    assert read(line(starts=starts, ends=ends, days=30.0)).rows[0].days == 30


def test_a_bill_twice_is_told_with_the_first_ones_row() -> None:
    found = read(line(), line(number=" 00123 ", use="900"))
    [slip] = found.problems
    assert (slip.cell, slip.code) == ("C3", "twice")
    assert "第2行" in slip.message


def test_what_is_not_metered_needs_no_use() -> None:
    [row] = read(line(energy="水", number="W1", use=None, unit="m³", cost=88.0)).rows
    assert (row.use, row.cost) == (0, 88)


def test_blank_lines_stray_cells_and_notes_are_passed_over() -> None:
    note: list[Cell] = ["请于5日前上报"] * len(HEAD)
    open_line = line(use=None, cost=None)  # pre-filled, no bill yet
    stray: list[Cell] = [None] * 12 + ["x"]
    found = read([], [None] * 10, [" "] * 10, stray, note, open_line, line())
    assert (found.lines, len(found.rows), list(found.problems)) == (1, 1, [])
    assert found.rows[0].row == 8


def test_short_lines_of_a_csv_are_lines_too() -> None:
    assert len(read(line()[:7]).rows) == 1
    assert slips(["实验小学", "电", "00123", "2026-09"]) == []


def test_columns_in_any_order_and_few_of_them() -> None:
    head: list[Cell] = ["用量", "月份", "户号", "能源品种"]
    [row] = read([1000.0, "2026-09", "00123", "电"], head=head).rows
    assert (row.use, row.cost, row.days) == (1000, None, 30)


# --- doubts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"use": 10_000.0, "cost": 6500.0}, "jump"),
        ({"use": 1_000_000.0, "cost": 650_000.0}, "thousand"),
        ({"use": 1.0, "cost": 0.65}, "thousand"),
        ({"cost": 90_000.0}, "price"),
        ({"use": 0.0}, "no_use"),
    ],
)
def test_doubts_do_not_block(typed: dict[str, Cell], code: str) -> None:
    found = read(line(**typed))
    assert [one.code for one in found.warnings] == [code]
    assert (len(found.rows), list(found.problems)) == (1, [])


def test_doubts_are_the_provinces() -> None:
    dear = line(cost=3_500.0)
    assert [one.code for one in read(dear).warnings] == ["price"]
    assert read(dear, limits=Limits.of({"slip_high_electricity": "5"})).warnings == []
    more = line(use=5000.0, cost=3250.0)
    assert read(more).warnings == []
    assert [one.code for one in read(more, limits=Limits.of({"jump": "4"})).warnings] == ["jump"]


@given(
    st.lists(
        st.builds(
            lambda **typed: line(**typed),
            energy=st.sampled_from(["电", "水", "热力", "蒸汽", None, Fault("#REF!")]),
            number=st.sampled_from(["00123", "R-1", "W1", "９", None, 123.0]),
            month=st.sampled_from(["2026-09", "2026年8月", "去年", None, 202607.0]),
            use=st.one_of(st.none(), st.floats(), st.sampled_from(["1,000", "很多", "-3"])),
            cost=st.one_of(st.none(), st.floats(), st.sampled_from(["650元", "无"])),
            days=st.sampled_from([None, 30.0, 0.0, "卅"]),
        ),
        max_size=12,
    )
)
def test_a_line_is_read_or_told_never_both(lines: list[list[Cell]]) -> None:
    """The short way and the careful reader agree; every line with something in it is accounted for."""
    found = read(*lines)
    good, wrong = {row.row - 1 for row in found.rows if row.row}, {s.row for s in found.problems}
    assert not good & wrong
    assert len(good | wrong) == found.lines
    assert len({row[:3] for row in found.rows}) == len(found.rows)
    layout = locate([Sheet("能源账单", [HEAD, *lines])], Kind.BILLS)
    assert _carefully(layout) == (list(found.rows), list(found.problems))


def _carefully(layout: Layout) -> tuple[list[BillRow], list[Any]]:
    from custody.energy.workbook import bills

    reader = bills._Reader(layout, KNOWN)
    reader.line = lambda row, *cells: reader.careful(  # type: ignore[method-assign]
        row, dict(zip(bills._TAKEN, cells, strict=True))
    )
    found = reader.read()
    return list(found.rows), list(found.problems)


# --- what is told -------------------------------------------------------------------------------


def test_equal_problems_are_told_once_with_their_cells_and_examples() -> None:
    found = read(*(line(use=f"{n}度左右", month=f"2025-{n:02d}") for n in range(1, 10)))
    [told] = grouped(found.problems)
    assert (told.count, told.where) == (9, "E2、E3、E4等9处")
    assert told.examples == ("E2“1度左右”", "E3“2度左右”", "E4“3度左右”")
    assert unpacked(packed([told])) == [told]


def test_the_heaviest_doubt_comes_first_and_its_cells_in_order() -> None:
    dear = [line(month=f"2025-{n:02d}", cost=90_000.0 + 9_000 * n) for n in (1, 2, 3)]
    told = weighed(read(*dear, line(use=1_000_000.0, cost=650_000.0)).warnings)
    assert [one.code for one in told] == ["thousand", "price"]
    assert told[1].cells == ("E2", "E3", "E4")
    assert len({one.key for one in told}) == 2
