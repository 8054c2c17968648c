"""What people write into cells, read; what cannot be read, told by its cell."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.kernel.cells import (
    Cell,
    Fault,
    Sheet,
    blank,
    cell_name,
    to_day,
    to_decimal,
    to_text,
    to_whole,
    words,
)
from custody.kernel.problems import Problem

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime(2026, 11, 22, 8, 30),
        "2026-11-22",
        " 2026/11/22 ",
        "2026.11.22",
        "2026年11月22日",
        "２０２６年１１月２２日",
        "20261122",
        20261122.0,
        46348.0,
        "46348",
        "2026-11-22 00:00:00",
    ],
)
def test_one_day_however_it_is_written(cell: Cell) -> None:
    assert to_day(cell, "H14", "预计完成") == DAY


def test_a_day_without_its_year_is_of_the_year_given() -> None:
    assert to_day("11月22日", "H14", "预计完成", year=2026) == DAY
    assert to_day("１１月２２日", "H14", "预计完成", year=2026) == DAY
    assert isinstance(to_day("2月30日", "H14", "预计完成", year=2026), Problem)


@pytest.mark.parametrize("cell", [None, "", "  ", "　"])
def test_nothing_is_no_day(cell: Cell) -> None:
    assert to_day(cell, "H14", "预计完成") is None


@pytest.mark.parametrize(
    "cell", ["2026-13-01", "2026-02-30", "下月", "11月22日", 12.5, 7.0, True, "20261322", "99999"]
)
def test_no_day(cell: Cell) -> None:
    found = to_day(cell, "H14", "预计完成")
    assert isinstance(found, Problem)
    assert found.where == "H14"
    assert found.message.startswith(f"预计完成“{words(cell)}”无法识别，请按")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_by_its_number(day: date) -> None:
    number = float((day - date(1899, 12, 30)).days)
    assert to_day(number, "A1", "日期") == day
    assert to_day(f"{day:%Y%m%d}", "A1", "日期") == day
    assert date(1899, 12, 30) + timedelta(days=number) == day


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (60.0, "60"),
        ("１２．５", "12.5"),
        ("1,234.50", "1234.50"),
        ("１，２３４", "1234"),
        ("￥1,234.5元", "1234.5"),
        ("12.5%", "12.5"),
        ("-3", "-3"),
        (0.1, "0.1"),
        (".5", "0.5"),
    ],
)
def test_a_number_however_it_is_written(cell: Cell, value: str) -> None:
    assert to_decimal(cell, "C3", "金额") == Decimal(value)


@pytest.mark.parametrize("cell", ["约60", "1.2.3", "NaN", "1e5", True, DAY, "六十", "--1", 1e20])
def test_no_number(cell: Cell) -> None:
    found = to_decimal(cell, "C3", "金额")
    assert isinstance(found, Problem)
    assert found.message.startswith("金额“")


def test_whole_numbers() -> None:
    assert to_whole("６０", "F5", "完成比例") == 60
    assert to_whole(60.0, "F5", "完成比例") == 60
    assert to_whole("", "F5", "完成比例") is None
    found = to_whole("60.5", "F5", "完成比例")
    assert isinstance(found, Problem)
    assert "应为整数" in found.message


@pytest.mark.parametrize("read", [to_day, to_decimal, to_whole, to_text])
def test_a_failed_formula_is_nobody_s_word(read: object) -> None:
    found = read(Fault("#REF!"), "C14", "金额")  # type: ignore[operator]
    assert found == Problem("fault", "金额是出错的公式（#REF!），请改为填写具体的值。", "C14")


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_any_number_of_a_spreadsheet_can_be_read(number: float) -> None:
    found = to_decimal(number, "A1", "数")
    if isinstance(found, Decimal):
        assert abs(float(found) - number) <= abs(number) * 1e-9
    else:
        assert isinstance(found, Problem)


@pytest.mark.parametrize(
    ("row", "column", "name"), [(0, 0, "A1"), (13, 2, "C14"), (8, 25, "Z9"), (0, 26, "AA1")]
)
def test_cells_have_names(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name


def test_words_of_cells() -> None:
    assert [words(c) for c in (None, 60.0, 0.5, True, DAY, "甲", Fault("#N/A"))] == [
        *("", "60", "0.5", "是", "2026-11-22", "甲", "#N/A")
    ]
    assert words(datetime(2026, 11, 22, 8, 30)) == "2026-11-22 08:30"
    assert blank(" ")
    assert not blank(0.0)
    sheet = Sheet("表", [["a"], []])
    assert (sheet.at(0, 0), sheet.at(0, 5), sheet.at(1, 0), sheet.at(9, 9)) == (
        "a",
        None,
        None,
        None,
    )
