"""A file is what its bytes say; its name only has to agree."""

import io
import zipfile

import pytest

from custody.infra import kinds
from tests.factories.programme import EXE, OLE, PDF, PNG, zipped


def opendocument(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", "<office/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (PDF, "PDF"),
        (PNG, "图片"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"),
        (b"GIF89a", "图片"),
        (b"II*\x00", "图片"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "图片"),
        (b"\x00\x00\x00\x18ftypheic", "图片"),
        (OLE, "Office/WPS文档"),
        (zipped("word/document.xml"), "Word文档"),
        (zipped("xl/workbook.xml"), "Excel表格"),
        (zipped("ppt/presentation.xml"), "演示文稿"),
        (zipped("OFD.xml"), "OFD"),
        (zipped("照片/一.jpg"), "压缩包"),
        (opendocument("spreadsheet"), "OpenDocument表格"),
        (opendocument("text"), "压缩包"),
    ],
)
def test_what_is_taken(data: bytes, label: str) -> None:
    stream = io.BytesIO(data)
    stream.seek(3)
    found = kinds.kind_of(stream)
    assert found is not None
    assert found.label == label
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        EXE,
        b"\x7fELF",
        b"#!/bin/sh\nrm -rf /",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 not really a zip",
        zipped("word/document.xml")[:-30],
        b"%PD",
    ],
)
def test_what_is_not(data: bytes) -> None:
    assert kinds.kind_of(io.BytesIO(data)) is None
