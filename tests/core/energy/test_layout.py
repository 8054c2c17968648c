"""Where things stand in a file: its sheet, its head, its columns; a foreign file is told from a broken one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import FIELDS, SCHEMAS, SHEETS
from custody.energy.workbook.layout import (
    Unlike,
    digest_of,
    headings,
    locate,
    problems_of_mapping,
)
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Cell, Sheet
from custody.kernel.problems import Refused
from tests.factories.energy_files import BILLS, as_csv, as_xlsx, bill

HEAD: list[Cell] = ["能源品种", "户号", "月份", "用量"]
LINE: list[Cell] = ["电", "00123", "2026-09", 1000.0]


def sheet(*rows: list[Cell], name: str = "能源账单", hidden: bool = False) -> Sheet:
    return Sheet(name, rows, hidden)


def test_the_head_is_found_below_titles_and_in_any_order() -> None:
    found = locate([sheet(["标题"] * 4, [], HEAD[::-1], LINE[::-1])])
    assert (found.kind, found.head, found.first) == (Kind.BILLS, 2, 3)
    assert found.columns == {"use": 0, "month": 1, "number": 2, "energy": 3}


def test_a_head_over_two_merged_rows_is_one_head() -> None:
    assert locate([sheet(HEAD, HEAD, LINE)]).first == 2


def test_titles_with_stars_gaps_and_wide_signs() -> None:
    found = locate([sheet(["能源 品种*", "户号：", "月　份", "用量", "费用（元）"])])
    assert set(found.columns) == {"energy", "number", "month", "use", "cost"}


def test_the_named_sheet_comes_before_others_and_shown_before_hidden() -> None:
    first, named = sheet(HEAD, name="旧"), sheet(HEAD)
    assert locate([first, named]).sheet is named
    hidden, shown = sheet(HEAD, name="甲", hidden=True), sheet(HEAD, name="乙")
    assert locate([hidden, shown]).sheet is shown


def test_a_hidden_sheet_is_read_where_it_is_the_only_one() -> None:
    assert locate([sheet(HEAD, hidden=True)]).sheet.hidden


def test_one_column_is_missing_and_named() -> None:
    with pytest.raises(Unlike) as told:
        locate([sheet(HEAD[:3], LINE[:3])], Kind.BILLS)
    assert "“用量”" in str(told.value)


def test_a_foreign_file_is_told_from_a_broken_one() -> None:
    with pytest.raises(Unlike) as told:
        locate([sheet(["甲", "乙", "丙"], name="Sheet1")], Kind.BILLS)
    assert "这不是本系统模板，应有工作表“能源账单”，现有“Sheet1”" in str(told.value)
    with pytest.raises(Refused) as empty:
        locate([sheet(["甲"], name="Sheet1")], Kind.BILLS)
    assert not isinstance(empty.value, Unlike)
    with pytest.raises(Refused) as headless:
        locate([sheet(["甲", "乙"])], Kind.BILLS)
    assert "没有找到表头" in str(headless.value)


def test_another_layout_of_ours_is_told() -> None:
    other: list[Cell] = [None, None, None, "custody.energy.bills/99"]
    with pytest.raises(Refused) as told:
        locate([sheet(other, HEAD, LINE)])
    assert told.value.problems[0].code == "schema"
    locate([sheet([SCHEMAS[Kind.BILLS]], HEAD, LINE)])


def test_columns_told_by_somebody_are_found_by_their_headings() -> None:
    table = sheet(["导出"], ["客户号", "账务年月", "电量", "类别"], name="Sheet1")
    told = {"number": "客户号", "month": "账务年月", "use": "电量", "energy": "类别"}
    found = locate([table], Kind.BILLS, told)
    assert (found.head, found.columns["energy"]) == (1, 3)
    with pytest.raises(Refused):
        locate([table], Kind.BILLS, {**told, "use": "没有的列"})
    assert headings(table, 1) == ["客户号", "账务年月", "电量", "类别"]


def test_what_a_mapping_must_say() -> None:
    needed = [field.name for field in FIELDS[Kind.BILLS] if field.needed]
    found = problems_of_mapping(Kind.BILLS, {})
    assert [one.where for one in found] == needed
    twice = problems_of_mapping(Kind.BILLS, dict.fromkeys(needed, "甲"))
    assert {one.code for one in twice} == {"twice"}


def test_the_same_headings_are_the_same_sender() -> None:
    assert digest_of(["户号", "用量（度）"]) == digest_of(["户 号", "用量(度)*"])
    assert digest_of(["户号", "用量"]) != digest_of(["用量", "户号"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_every_encoding(encoding: str) -> None:
    data = as_csv(BILLS, bill("００123", "2026年9月", "１０００"), encoding=encoding)
    found = locate(read_workbook(data, "账单.csv"))
    assert (found.kind, found.first) == (Kind.BILLS, 1)
    assert found.sheet.at(1, 1) == "００123"


def test_what_looks_like_our_template_is_ours() -> None:
    for kind in (Kind.ROSTER, Kind.BILLS):
        found = locate(read_workbook(as_xlsx(kind), "表.xlsx"))
        assert (found.kind, found.sheet.name) == (kind, SHEETS[kind])
        assert set(found.columns) == {field.name for field in FIELDS[kind]}


cells = st.one_of(st.none(), st.text(max_size=5), st.floats(), st.sampled_from(HEAD))


@given(st.lists(st.lists(cells, max_size=6), max_size=6))
def test_any_sheet_is_located_or_refused(rows: list[list[Cell]]) -> None:
    try:
        found = locate([Sheet("能源账单", rows)])
    except Refused:
        return
    assert found.head < found.first <= len(rows)
