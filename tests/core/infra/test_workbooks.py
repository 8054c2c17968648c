"""Tables as .xlsx: what is written is read back, and text stays text."""

import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from custody.infra.marked import Marked, marked
from custody.infra.sheets import read_workbook
from custody.infra.workbooks import Check, Column, Shape, Table, workbook
from custody.kernel.cells import Fault, Sheet

COLUMNS = (Column("地区", 16), Column("金额", 14, Shape.MONEY), Column("日期", 12, Shape.DAY))


def read(data: bytes, sheet: int = 0) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    return book.get_sheet_by_index(sheet).to_python()


def test_title_head_rows_total_and_notes() -> None:
    table = Table(
        name="合同/台账",
        title="合同台账",
        columns=COLUMNS,
        rows=[("宜兴市", Decimal("1234.50"), date(2026, 11, 22)), ("秦淮区", None, None)],
        under="单位：元",
        total=("合计", Decimal("1234.50"), None),
        notes=("金额含税。",),
    )
    rows = read(workbook(table))
    assert rows[0][0] == "合同台账"
    assert rows[1][0] == "单位：元"
    assert rows[2] == ["地区", "金额", "日期"]
    assert rows[3] == ["宜兴市", 1234.5, date(2026, 11, 22)]
    assert rows[5][:2] == ["合计", 1234.5]
    assert rows[6][0] == "金额含税。"


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40))
def test_text_stays_text(words: str) -> None:
    """«=1+1», «00123», «http://…»: never a formula, a number or a link."""
    table = Table("表", "表", (Column("甲"), Column("乙")), [(words, "00123"), ("=1+1", "x")])
    rows = read(workbook(table))
    assert rows[3][0] == words
    assert rows[3][1] == "00123"
    assert rows[4][0] == "=1+1"


def test_the_same_table_gives_the_same_bytes() -> None:
    from datetime import datetime

    table = Table("表", "表", (Column("甲"),), [("一",)])
    made = datetime(2026, 11, 22)
    assert workbook(table, created=made) == workbook(table, created=made)


# --- forms to fill in -------------------------------------------------------------------------

FORM = Table(
    name="里程碑",
    title="填报表",
    columns=[
        Column("编码", 8, Shape.CENTRE),
        Column("完成比例", 8, Shape.WHOLE, open=True, check=Check.PERCENT),
        Column("预计完成", 12, Shape.DAY, open=True, check=Check.DAY),
        Column("说明", 30, Shape.PROSE, open=True),
        Column("行标识", 8, hidden=True),
    ],
    rows=[["007", 40, date(2026, 12, 1), "=1+1", "a/7"]],
    notes=("填写说明",),
    form="custody.milestones/1",
)


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_a_form_is_locked_but_for_what_is_to_be_filled_in() -> None:
    data = workbook(FORM)
    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert "<sheetProtection " in sheet
    assert 'hidden="1"' in sheet
    assert 'type="whole"' in sheet
    assert 'sqref="B4"' in sheet
    assert 'type="date"' in sheet
    assert "<f>" not in sheet
    assert 'orientation="landscape"' in sheet
    assert 'locked="0"' in part(data, "xl/styles.xml")
    assert "custody.milestones/1" in part(data, "docProps/custom.xml")
    [read] = read_workbook(data, "表.xlsx")
    assert read.rows[3] == ["007", 40.0, date(2026, 12, 1), "=1+1", "a/7"]
    assert read.at(0, 4) == "custody.milestones/1"
    assert "<sheetProtection" not in part(
        workbook(replace(FORM, form="")), "xl/worksheets/sheet1.xml"
    )


def test_what_is_wrong_is_red_and_says_why() -> None:
    [sent] = read_workbook(workbook(FORM), "表.xlsx")
    cells = [list(row) for row in sent.rows]
    cells[3][2] = "下月"
    copy = marked(
        Marked(
            sheet=Sheet("里程碑", [*cells, [Fault("#REF!"), 1.0, None, True, "b"]]),
            name="里程碑",
            head=2,
            columns=dict(enumerate(FORM.columns)),
            comments={(3, 2): "预计完成“下月”无法识别。"},
            form=FORM.form,
        )
    )
    assert "预计完成“下月”无法识别。" in part(copy, "xl/comments1.xml")
    assert 'ref="C4"' in part(copy, "xl/comments1.xml")
    assert "FFFDD9D5" in part(copy, "xl/styles.xml")
    assert "<sheetProtection" not in part(copy, "xl/worksheets/sheet1.xml")
    [again] = read_workbook(copy, "表.xlsx")
    assert again.rows[3] == ["007", 40.0, "下月", "=1+1", "a/7"]
    assert again.rows[2] == sent.rows[2]
    assert (again.at(0, 0), again.at(4, 0)) == ("填报表", "填写说明")


def test_a_lean_file_is_the_same_table() -> None:
    table = Table(
        "表", "表", [Column("号"), Column("日", shape=Shape.DAY)], [["1", date(2026, 1, 2)]]
    )
    [one], [two] = (read_workbook(workbook(table, lean=lean), "x.xlsx") for lean in (False, True))
    assert one == two
