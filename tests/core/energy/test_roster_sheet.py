"""A sheet of institutions: what its cells say, every slip by its cell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.energies import TYPES, Energy, Payment
from custody.energy.rules.limits import Limits
from custody.energy.rules.rows import InstitutionRow, MeterRow
from custody.energy.rules.states import Kind
from custody.energy.workbook.layout import locate
from custody.energy.workbook.roster import Taken, read_roster
from custody.energy.workbook.told import Reading
from custody.kernel.cells import Cell, Fault, Sheet
from tests.factories.energy_files import code

HEAD: list[Cell] = [
    "单位名称", "统一社会信用代码", "单位性质", "地址", "建筑面积", "用能人数", "是否纳入托管",
    "不纳入原因", "计费方式", "电户号", "水户号",
]  # fmt: skip


def line(**typed: Any) -> list[Cell]:
    usual: dict[str, Cell] = {
        "name": "实验小学", "code": code(1), "type": "教育", "address": "东路1号", "area": 1200.0,
        "people": 60.0, "included": "是", "because": None, "payment": None, "power": "00123",
        "water": "W1",
    }  # fmt: skip
    return list({**usual, **typed}.values())


def read(*lines: Sequence[Cell], taken: Taken | None = None) -> Reading[InstitutionRow]:
    found = locate([Sheet("单位名录", [HEAD, *lines])], Kind.ROSTER)
    return read_roster(found, taken or Taken())


def slips(*lines: Sequence[Cell], taken: Taken | None = None) -> list[tuple[str, str]]:
    return [(slip.cell, slip.code) for slip in read(*lines, taken=taken).problems]


def test_a_good_line() -> None:
    found = read(line())
    [row] = found.rows
    assert row == InstitutionRow(
        "实验小学", code(1), "021", "东路1号", Decimal("1200.00"), 60, True, "",
        (MeterRow(Energy.ELECTRICITY, "00123"), MeterRow(Energy.WATER, "W1")),
    )  # fmt: skip
    assert (found.lines, list(found.problems), list(found.warnings)) == (1, [], [])


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ({"name": None}, ("A2", "name_missing")),
        ({"name": "校" * 101}, ("A2", "long")),
        ({"name": Fault("#REF!")}, ("A2", "fault")),
        ({"code": Fault("#REF!")}, ("B2", "fault")),
        ({"type": "学校"}, ("C2", "type")),
        ({"area": -5.0}, ("E2", "absurd")),
        ({"area": "很大"}, ("E2", "number")),
        ({"people": 60.5}, ("F2", "whole")),
        ({"included": "也许"}, ("G2", "yes_no")),
        ({"included": "否"}, ("H2", "because")),
        ({"payment": "月结"}, ("I2", "payment")),
        ({"power": "1.2E+10"}, ("J2", "number_rounded")),
        ({"power": "1" * 41}, ("J2", "number_long")),
        ({"power": "00123（月结）"}, ("J2", "payment")),
        ({"water": "W1、W1"}, ("K2", "meter_twice")),
    ],
)
def test_every_slip_by_its_cell(typed: dict[str, Cell], slip: tuple[str, str]) -> None:
    assert slips(line(**typed)) == [slip]


def test_a_code_with_a_wrong_digit_is_told() -> None:
    wrong = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")
    [(cell, _)] = slips(line(code=wrong))
    assert cell == "B2"
    assert read(line(code=f"　{code(1).lower()} ")).rows[0].credit_code == code(1)


def test_one_institution_one_line() -> None:
    again = line(power=None, water=None)
    assert slips(line(), again) == [("B3", "code_twice")]
    bare = line(code=None, power=None, water=None)
    assert slips(bare, line(code=None)) == [("A3", "name_twice")]
    assert slips(line(), line(name="第二小学", code=code(2))) == [
        ("J3", "meter_twice"),
        ("K3", "meter_twice"),
    ]


def test_what_others_have_is_named_with_the_region() -> None:
    taken = Taken(
        codes={code(1): "张家港市"}, meters={(Energy.WATER, "W1"): "锡山区"},
        owners={(Energy.ELECTRICITY, "00123"): (code(2), "第二小学")},
    )  # fmt: skip
    found = read(line(), taken=taken)
    assert [(one.cell, one.code) for one in found.problems] == [
        ("J2", "meter_taken"),
        ("K2", "meter_elsewhere"),
        ("B2", "code_elsewhere"),
    ]
    told = " ".join(one.message for one in found.problems)
    assert all(words in told for words in ("张家港市", "锡山区", "第二小学"))


@pytest.mark.parametrize(
    ("owner", "called", "typed"),
    [
        (code(1), "旧名", code(1)),  # renamed
        ("实验小学", "实验小学", code(1)),  # gains its code
        (code(1), "实验小学", None),  # the line lacks it
    ],
)
def test_its_own_meters_are_its_own(owner: str, called: str, typed: Cell) -> None:
    owners = {(Energy.ELECTRICITY, "00123"): (owner, called)}
    assert slips(line(code=typed), taken=Taken(owners=owners)) == []
    stranger = {(Energy.ELECTRICITY, "00123"): (code(2), "实验小学")}
    if typed:
        assert slips(line(code=typed), taken=Taken(owners=stranger)) == [("J2", "meter_taken")]


def test_several_meters_in_a_cell_and_how_they_are_paid() -> None:
    [row] = read(line(power="００１２３（不计量付费）、00124；00125", payment="计量不付费")).rows
    assert [(meter.number, meter.payment) for meter in row.meters] == [
        ("00123", Payment.UNMETERED_PAID),
        ("00124", Payment.METERED_UNPAID),
        ("00125", Payment.METERED_UNPAID),
        ("W1", Payment.METERED_UNPAID),
    ]


def test_doubts_do_not_block_and_are_the_provinces() -> None:
    own = {code(1): (Decimal(1000), 60)}
    assert [one.code for one in read(line(), taken=Taken(own=own)).warnings] == ["moved"]
    wide = Taken(own=own, limits=Limits.of({"area_change": "25"}))
    assert read(line(), taken=wide).warnings == []
    assert [one.code for one in read(line(code=None)).warnings] == ["no_code"]


def test_blank_lines_stray_cells_and_notes_are_passed_over() -> None:
    note: list[Cell] = ["填表说明"] * len(HEAD)
    stray: list[Cell] = [None, None, None, "x"]
    beside: list[Cell] = [*[None] * 12, "x"]
    found = read([], [None] * 11, ["  "] * 11, note, stray, beside, line())
    assert (found.lines, len(found.rows), list(found.problems)) == (1, 1, [])


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["是", "否", "教育", code(1), "00123", "00123、W1", "计量付费", Fault("#REF!")]
    ),
)


@given(st.lists(st.lists(cells, max_size=12), max_size=8))
def test_a_line_is_read_or_told_never_both(lines: list[list[Cell]]) -> None:
    found = read(*lines)
    wrong = {slip.row for slip in found.problems}
    assert len(found.rows) + len(wrong) == found.lines
    assert len({row.key for row in found.rows}) == len(found.rows)
    assert {row.type_code for row in found.rows} <= set(TYPES)
