"""Tables as .xlsx: what is written is read back, and text stays text."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from custody.infra.workbooks import Column, Shape, Table, workbook

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
