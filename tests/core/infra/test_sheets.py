import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.infra import sheets

words = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
)


@given(words)
def test_text_of_excel_and_of_others(text: str) -> None:
    assert sheets.decode(text.encode("utf-8")) == text.removeprefix("\ufeff")
    assert sheets.decode(text.encode("utf-8-sig")) == text


@pytest.mark.parametrize("text", ["宜兴市", "编码,名称", "设区市机关事务管理局，省机关事务管理局"])
def test_excel_in_china_writes_gbk(text: str) -> None:
    assert sheets.decode(text.encode("gb18030")) == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(sheets.Undecodable):
        sheets.decode(b"\xff\xfe\x81\x00\xff")


def test_rows_are_stripped_and_blank_ones_left_out() -> None:
    data = "code,name\r\n 320282 , 宜兴市 \r\n,\r\n\r\n320582,张家港市\r\n".encode("gb18030")
    assert sheets.read_csv(data) == [
        {"code": "320282", "name": "宜兴市"},
        {"code": "320582", "name": "张家港市"},
    ]


@given(st.lists(st.lists(words, min_size=2, max_size=2), max_size=5))
def test_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    data = sheets.write_csv(["一", "二"], rows)
    assert data.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    for written, cells in zip(rows, read[1:], strict=True):
        for before, after in zip(written, cells, strict=True):
            assert after in (before, f"'{before}")
            assert not after.startswith(("=", "+", "-", "@"))
