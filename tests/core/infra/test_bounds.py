"""The quick look and the parser agree with a plain reading of the sheet, however it is written."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.infra.bounds import Beyond, _plainly_within, column_of, within, within_ods

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def letters(column: int) -> str:
    """1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


# --- xlsx -------------------------------------------------------------------------------------

ROWS = st.one_of(st.integers(1, 30), st.sampled_from([99, 100, 101, 199, 200, 201, 1_048_576]))
COLUMNS = st.one_of(st.integers(1, 30), st.sampled_from([51, 52, 53, 77, 78, 79, 702, 703, 16384]))


@st.composite
def cells(draw: st.DrawFn) -> tuple[int, int, str, bool, str]:
    """(row, column, what is in it, does it name its place, how the tag is written)"""
    return (
        draw(ROWS),
        draw(COLUMNS),
        draw(st.sampled_from(["", "", "v", "f", "is"])),
        draw(st.booleans()),
        draw(st.sampled_from(['<c r="{place}"', "<c r='{place}'", '<c  r="{place}"',
                              '<c s="1" r="{place}"', '<c\nr="{place}"'])),
    )  # fmt: skip


Written = list[tuple[int, int, str, bool, str]]


def sheet(written: Written, prefix: str) -> bytes:
    """Rows in order; a cell without its place stands behind the last one."""
    p = f"{prefix}:" if prefix else ""
    parts = [f'<{p}worksheet xmlns{":" + prefix if prefix else ""}="{MAIN}"><{p}sheetData>']
    for row, column, inside, placed, how in sorted(written, key=lambda one: one[:2]):
        opening = how.format(place=f"{letters(column)}{row}") if placed else "<c"
        opening = opening.replace("<c", f"<{p}c", 1)
        body = f"<{p}{inside}>1</{p}{inside}>" if inside else ""
        parts.append(f'<{p}row r="{row}">{opening}>{body}</{p}c></{p}row>')
    parts.append(f"</{p}sheetData></{p}worksheet>")
    return "".join(parts).encode()


def reference(xml: bytes, rows: int, columns: int) -> bool:
    """Every filled cell has its row and column within: read as a tree, nothing clever."""
    row = 0
    for line in ElementTree.fromstring(xml).iter(f"{{{MAIN}}}row"):
        row, column = int(str(line.get("r"))), 0
        for cell in line.iter(f"{{{MAIN}}}c"):
            place = cell.get("r")
            if place is None:
                column += 1
            else:
                text = "".join(sign for sign in place if sign.isalpha())
                column = 0
                for sign in text:
                    column = column * 26 + ord(sign) - 64
            if len(cell) and (row > rows or column > columns):
                return False
    return True


def told(xml: bytes, rows: int, columns: int, ask: Any = within) -> bool:
    try:
        ask(xml, rows, columns)
    except Beyond:
        return False
    return True


@settings(max_examples=400, deadline=None)
@given(
    st.lists(cells(), max_size=8),
    st.sampled_from(["", "x"]),
    st.one_of(st.integers(1, 40), st.sampled_from([100, 199, 200, 200_000])),
    st.one_of(st.integers(1, 40), st.sampled_from([52, 78, 256, 702])),
)
@example([(1_048_576, 1, "v", True, '<c r="{place}"')], "", 200_000, 256)
@example([(1, 16384, "v", True, '<c r="{place}"')], "", 200_000, 256)
@example([(1_048_576, 1, "", True, '<c r="{place}"')], "", 200_000, 256)
def test_a_sheet_is_within_as_a_plain_reading_says(
    written: Written, prefix: str, rows: int, columns: int
) -> None:
    xml = sheet(written, prefix)
    expected = reference(xml, rows, columns)
    assert told(xml, rows, columns) is expected
    if _plainly_within(xml, rows, columns):
        assert expected, "the quick look never lets anything through"


@given(
    st.integers(1, 1_000_000), st.integers(1, 18_278), st.integers(1, 300_000), st.integers(1, 800)
)
def test_the_quick_look_at_one_cell(row: int, column: int, rows: int, columns: int) -> None:
    xml = f'<sheetData><row r="{row}"><c r="{letters(column)}{row}"><v>1</v></c></row></sheetData>'
    if _plainly_within(xml.encode(), rows, columns):
        assert row <= rows
        assert column <= columns


@given(st.integers(1, 18_278))
def test_columns_count_as_letters_do(column: int) -> None:
    assert column_of(letters(column).encode()) == column - 1


# --- ods --------------------------------------------------------------------------------------

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
TIMES = st.one_of(st.integers(1, 4), st.sampled_from([1000, 1_048_570]))
OdsCell = tuple[int, bool]
OdsRow = tuple[int, list[OdsCell]]


def ods(rows: list[OdsRow]) -> bytes:
    lines = []
    for times, held in rows:
        told_cells = "".join(
            f'<table:table-cell table:number-columns-repeated="{again}"'
            + (' office:value-type="float"><text:p>1</text:p></table:table-cell>' if full else "/>")
            for again, full in held
        )
        lines.append(
            f'<table:table-row table:number-rows-repeated="{times}">{told_cells}</table:table-row>'
        )
    body = "".join(lines)
    return f"<office:body {NAMES}><table:table>{body}</table:table></office:body>".encode()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(TIMES, st.lists(st.tuples(TIMES, st.booleans()), max_size=4)), max_size=5),
    st.integers(1, 2000),
    st.integers(1, 2000),
)
def test_a_sheet_of_opendocument_too(rows: list[OdsRow], most: int, wide: int) -> None:
    expected, at = True, 0
    for times, held in rows:
        column = 0
        for again, full in held:
            column += again
            if full and (at + times > most or column > wide):
                expected = False
        at += times
    assert told(ods(rows), most, wide, within_ods) is expected


@pytest.mark.parametrize("xml", [b"<sheetData><row><c>", "表".encode("utf-16")])
def test_what_is_no_xml_is_an_error_and_no_verdict(xml: bytes) -> None:
    with pytest.raises(expat.ExpatError):
        within(xml, 10, 10)
