"""Workbooks of every kind, read into plain cells; files that are none, told in Chinese."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from custody.infra.documents import is_book
from custody.infra.sheets import Limits, read_workbook
from custody.kernel.cells import Fault, Sheet
from custody.kernel.problems import Refused
from tests.factories.bulk import retouched
from tests.factories.programme import OLE, PDF, zipped


def book(fill: object, **options: object) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    fill(made)  # type: ignore[operator]
    made.close()
    return out.getvalue()


def of_every_kind(made: xlsxwriter.Workbook) -> None:
    sheet = made.add_worksheet("里程碑")
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["文字", 12.5, True])
    sheet.write_datetime(0, 3, datetime(2026, 11, 22), day)
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 1, "=A9/0", None, "#REF!")
    sheet.write_formula(1, 2, "=1+1", None, "")
    sheet.merge_range("A3:B4", "合并")
    sheet.write_string(5, 0, "第一行\n第二行")
    made.add_worksheet("藏").hide()


def test_plain_cells() -> None:
    shown, hidden = read_workbook(book(of_every_kind), "表.xlsx")
    assert (shown.name, shown.hidden, hidden.name, hidden.hidden) == ("里程碑", False, "藏", True)
    assert shown.rows[0] == ["文字", 12.5, True, date(2026, 11, 22)]
    assert shown.rows[1][:3] == [2.0, Fault("#REF!"), Fault("公式没有计算结果")]
    assert [row[:2] for row in shown.rows[2:4]] == [["合并", "合并"]] * 2
    assert shown.rows[5][0] == "第一行\n第二行"


def test_a_sheet_that_does_not_begin_at_a1_keeps_its_cells_names() -> None:
    data = book(lambda made: made.add_worksheet().write_string(4, 3, "值"))
    [sheet] = read_workbook(data, "表.xlsx")
    assert sheet.at(4, 3) == "值"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv(encoding: str) -> None:
    data = '地区,金额\r\n宜兴市,"1,234\n元"\r\n\'=甲,\r\n'.encode(encoding)
    assert read_workbook(data, "表.CSV") == [
        Sheet("", [["地区", "金额"], ["宜兴市", "1,234\n元"], ["=甲", None]])
    ]


def many(rows: int, columns: int = 3) -> bytes:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        for row in range(rows):
            sheet.write_row(row, 0, [row] * columns)

    return book(fill, in_memory=False, constant_memory=True)


def corner(made: xlsxwriter.Workbook) -> None:
    """Two cells as far apart as they can be: read as a rectangle they would be 17 thousand million."""
    made.add_worksheet().write_row(0, 0, [1])
    made.get_worksheet_by_name("Sheet1").write_number(1_048_575, 16_383, 1)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "表.xlsx", "空文件"),
        (PDF, "表.pdf", "不是表格，请上传Excel、WPS表格"),
        (PDF, "表.xls", "其实是PDF"),
        (b"\xef\xbb\xbf<html><table></table></html>", "表.xls", "其实是网页"),
        (b"<?xml version='1.0'?><Workbook/>", "表.xls", "其实是XML文件"),
        ("地区,值\n宜兴市,1\n".encode("gb18030"), "表.xlsx", "其实是文本（CSV）"),
        (b"\x00\x01\x02" * 50, "表.xlsx", "不是表格，或文件已损坏"),
        (OLE, "表.xls", "已损坏"),
        (zipped("word/document.xml"), "表.xlsx", "其实是Word文档，不是表格"),
        (b"PK\x03\x04" + b"x" * 50, "表.xlsx", "已损坏"),
        (many(120), "表.xlsx", "超过100行"),
        (many(2, 12), "表.xlsx", "超过10列"),
        (book(corner), "表.xlsx", "超过"),
        (b"a\n" * 120, "表.csv", "超过100行"),
        (b"1," * 12, "表.csv", "超过10列"),
        (b"\xff\xfe\xff\xff\x80", "表.csv", "编码无法识别"),
        (b"x" * 2_000_000, "表.csv", "不能超过1 MB"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, name: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_workbook(data, name, Limits(size=1_048_576, rows=100, columns=10))
    [problem] = refused.value.problems
    assert said in problem.message
    assert problem.message.startswith(f"“{name}”")


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 3_000_000)
    with pytest.raises(Refused, match="解压后超过2 MB"):
        read_workbook(out.getvalue(), "表.xlsx", Limits(unpacked=2 * 1024 * 1024))


def opendocument(table: str) -> bytes:
    """The least that is an .ods."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<?xml version='1.0'?><office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="表">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
    return out.getvalue()


CELL = '<table:table-cell {} office:value-type="string"><text:p>值</text:p></table:table-cell>'
ROW = "<table:table-row {}>{}</table:table-row>"
BLANK = '<table:table-cell table:number-columns-repeated="1024"/>'


def test_an_opendocument_sheet_with_blank_rows_to_its_end() -> None:
    rows = ROW.format("", CELL.format("")) + ROW.format(
        'table:number-rows-repeated="1048575"', BLANK
    )
    [sheet] = read_workbook(opendocument(rows), "表.ods", Limits(rows=100, columns=10))
    assert sheet.at(0, 0) == "值"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROW.format('table:number-rows-repeated="1048576"', CELL.format("")), "超过100行"),
        (ROW.format("", CELL.format('table:number-columns-repeated="16384"')), "超过10列"),
        (
            ROW.format('table:number-rows-repeated="1048575"', BLANK)
            + ROW.format("", CELL.format("")),
            "超过100行",
        ),
    ],
)
def test_a_repeated_cell_is_counted_before_it_is_laid_out(
    rows: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custody.infra.sheets.calamine", None)  # it must not get that far
    for name in ("表.ods", "表.xlsx"):
        with pytest.raises(Refused, match=said):
            read_workbook(opendocument(rows), name, Limits(rows=100, columns=10))


@pytest.mark.parametrize("name", ["表.ods", "表.et", "表.xlsx", "表", "表.bak", "表.csv", "表.xls"])
def test_a_workbook_is_one_whatever_its_name(name: str) -> None:
    """WPS and mail programmes change endings; the bytes do not."""
    [sheet] = read_workbook(opendocument(ROW.format("", CELL.format(""))), name)
    assert sheet.at(0, 0) == "值"
    assert read_workbook(book(of_every_kind), name)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped("word/document.xml"), "其实是Word文档，不是表格"),
        (zipped("ppt/presentation.xml"), "其实是演示文稿"),
        (zipped("OFD.xml"), "其实是OFD版式文件"),
        (OLD + "WordDocument".encode("utf-16-le") + b"\0\0", "其实是Word文档"),
        (zipped("照片/一.jpg"), "已损坏"),
    ],
)
def test_another_document_with_the_name_of_a_workbook_is_told(data: bytes, said: str) -> None:
    for name in ("表.xlsx", "表.et", "表.ods"):
        with pytest.raises(Refused, match=said):
            read_workbook(data, name)


def test_an_old_workbook_of_wps_is_known_by_its_stream() -> None:
    assert is_book(OLD + "Workbook".encode("utf-16-le") + b"\0\0")
    assert not is_book(OLD)
    with pytest.raises(Refused, match="不是表格"):
        read_workbook(OLD, "表.doc")


def test_a_binary_workbook_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custody.infra.sheets.calamine", None)
    with pytest.raises(Refused, match=r"另存为\.xlsx"):
        read_workbook(zipped("xl/workbook.bin"), "表.xlsx")


def test_a_part_that_is_larger_than_it_says_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custody.infra.sheets.calamine", None)
    data = book(of_every_kind)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    assert size in data
    with pytest.raises(Refused, match="已损坏"):
        read_workbook(data.replace(size, (10).to_bytes(4, "little")), "表.xlsx")


def test_a_password_is_told() -> None:
    data = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(200)
    with pytest.raises(Refused, match="设有打开密码"):
        read_workbook(data, "表.xlsx")


def test_formats_down_to_the_last_row_are_no_rows() -> None:
    """WPS writes a row for every line somebody once coloured."""
    data = book(lambda made: made.add_worksheet("表").write_string(0, 0, "值"))
    row = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    data = retouched(data, "xl/worksheets/sheet1.xml", b"</sheetData>", row)
    [sheet] = read_workbook(data, "表.xlsx")
    assert sheet.rows == [["值"]]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b'r="XFD1048576"', b"r='XFD1048576'"),
        (b'r="XFD1048576"', b'r = "XFD1048576"'),
        (b'r="XFD1048576"', b'r="xfd1048576"'),
        (b'<c r="XFD1048576">', b"<c>"),
        (b"<v>1</v></c></row></sheetData>", b"<!-- --><v>1</v></c></row></sheetData>"),
    ],
)
def test_a_far_cell_is_found_however_it_is_written(
    written: bytes, instead: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader would ask for half a million megabytes and take the process down with it."""
    monkeypatch.setattr("custody.infra.sheets.calamine", None)  # it must not get that far
    out, source = io.BytesIO(), io.BytesIO(book(corner))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                assert written in data
                data = data.replace(written, instead)
            new.writestr(name, data)
    with pytest.raises(Refused, match="超过100行"):
        read_workbook(out.getvalue(), "表.xlsx", Limits(rows=100, columns=10))
