"""A template goes out, is filled in, comes back: what was typed is what is read; so does the marked copy."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from custody.energy import render
from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.states import Kind
from custody.energy.workbook.bill_cells import Known, KnownMeter
from custody.energy.workbook.bills import read_bills
from custody.energy.workbook.layout import Layout, locate
from custody.energy.workbook.told import Slip
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Cell, Sheet
from tests.conftest import NOW

numbers = st.text(st.sampled_from("0123456789-A"), min_size=1, max_size=20)
energies = st.sampled_from(list(Energy))
use = st.decimals(0, 10**7, places=4)
cost = st.none() | st.decimals(0, 10**7, places=2)
lines = st.lists(
    st.tuples(energies, numbers, st.sampled_from([202512, 202601, 202611]), use, cost),
    unique_by=lambda one: one[:3],
    min_size=1,
    max_size=6,
)
Line = tuple[Energy, str, int, Decimal, Decimal | None]


def _back(data: bytes) -> Layout:
    return locate(read_workbook(data, "模板.xlsx"), Kind.BILLS)


def _filled(layout: Layout, typed: list[Line]) -> Layout:
    """Somebody types uses and costs into the template."""
    rows: list[list[Cell]] = [list(row) for row in layout.sheet.rows]
    for at, (_, _, _, used, paid) in enumerate(typed):
        rows[layout.first + at][layout.columns["use"]] = float(used)
        rows[layout.first + at][layout.columns["cost"]] = None if paid is None else float(paid)
    return Layout(layout.kind, Sheet(layout.sheet.name, rows), layout.head, layout.columns)


@settings(max_examples=40)
@given(lines)
def test_what_was_typed_is_what_is_read(typed: list[Line]) -> None:
    out = render.bills_template(
        [("实验小学", energy, number, month, None, None) for energy, number, month, _, _ in typed],
        scope="宜兴市",
        who="宜报",
        now=NOW,
    )
    known = Known(
        region="宜兴市",
        meters={one[:2]: KnownMeter("实验小学", Payment.METERED_PAID) for one in typed},
        this_month=202611,
    )
    blank = _back(out)
    assert read_bills(blank, known).lines == 0
    filled = _filled(blank, typed)
    for lean in (False, True):
        slips = [Slip("x", "请核对。", "E4", blank.first, blank.columns["use"])]
        again = _back(render.annotated(filled, slips, by="系统", lean=lean))
        found = read_bills(again, known)
        assert list(found.problems) == []
        assert [(row.energy, row.number, row.month, row.use, row.cost) for row in found.rows] == [
            tuple(one) for one in typed
        ]
