"""Small papers for the demonstration: real PDF, PNG and xlsx files that say 演示数据 inside.

Made here, byte for byte the same each time, so that the content store keeps every one once.
"""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime

import xlsxwriter

from custody.infra import kinds
from custody.infra.files import FileStore, Stored
from custody.infra.uploads import NewFile

_GLYPHS = (
    "000f001807003ffffc1ffffc05c00c01c00c01fffc207ff07807007c070038fffc08fffc"
    "00e71c00fffc0efffc0ee71c1ce71c1cfffc1cfffc38386038f8f87bf03c11c01c000008",  # 演
    "0000000000001ffff01ffff01ffff00000000000000000007ffffe7ffffe7ffffe003c00"
    "003c000e3c600e3cf00e3c701e3c383c3c3c3c3c1c783c1c703c1e01fc0801f80001f000",  # 示
    "0301003333803b73801b63801323807ffbfe7ffffe0fc7fe1ff7187b7f98732fb8201db8"
    "060db87ff1f07ff1f01c70f018e0e03fe1f00fc1f807c3bc1fefbe7e5f1e780c0c000800",  # 数
    "1c00001c00001c7ffc1c7ffc1c700c7f700c7f7ffc7f7ffc1c71c01c71c01c71c01d7ffe"
    "1f7ffe7f71c07c71c05c71c01c6ffe1ceffe1cec0e1cec0e1dcc0e7dcffe7dcffe300c0e",  # 据
)
"""The four characters as 24 × 24 dots, a row in six hexadecimal digits: no font is needed."""
_DOTS = 24
_MARK = "演示数据"
_MADE = datetime(2026, 1, 5, 9, 0)


class Papers:
    """Hands out papers by title, each stored once."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._stored: dict[str, Stored] = {}

    def paper(self, title: str, kind: str) -> NewFile:
        """A file 「<title>（演示）.<kind>」; kind is pdf, png or xlsx."""
        name = f"{title}（演示）.{kind}"
        content, media = {
            "pdf": (pdf, kinds.PDF.media_type),
            "png": (picture, "image/png"),
            "xlsx": (table, kinds.EXCEL.media_type),
        }[kind]
        if name not in self._stored:
            self._stored[name] = self._store.put(io.BytesIO(content(title)))
        return NewFile(name, self._stored[name], media)


def _row(number: int) -> list[int]:
    """One row of dots across the four characters, with a gap between them."""
    dots = []
    for glyph in _GLYPHS:
        bits = int(glyph[number * 6 : number * 6 + 6], 16)
        dots += [bits >> (_DOTS - 1 - column) & 1 for column in range(_DOTS)] + [0, 0]
    return dots


_WIDTH = (_DOTS + 2) * len(_MARK)


def picture(title: str) -> bytes:
    """A site photograph's stand-in: the four characters in red on a colour of the title's own."""
    scale, margin = 6, 18
    width, height = (_WIDTH + 2 * margin) * scale, (_DOTS + 4 * margin) * scale
    tint = zlib.crc32(title.encode())
    ground = bytes(200 + (tint >> shift) % 48 for shift in (0, 8, 16))
    ink = b"\xb4\x28\x28"
    blank = b"\x00" + ground * width
    rows = [blank] * (2 * margin * scale)
    for number in range(_DOTS):
        line = b"".join((ink if dot else ground) * scale for dot in _row(number))
        side = ground * (margin * scale)
        rows += [b"\x00" + side + line + side] * scale
    rows += [blank] * (2 * margin * scale)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"".join(rows), 9)),
            (b"IEND", b""),
        )
    )


def table(title: str) -> bytes:
    """A short list of made-up institutions."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": f"{title}（演示）", "created": _MADE})
    sheet = book.add_worksheet(_MARK)
    sheet.write_row(0, 0, [f"{title}（{_MARK}，不得作为工作依据）"])
    sheet.write_row(1, 0, ["序号", "单位", "统一社会信用代码", "建筑面积（平方米）", "是否纳入"])
    for number in range(1, 11):
        line = [number, f"演示单位{number:02d}", f"演示{number:016d}", 1200 * number, "是"]
        sheet.write_row(number + 1, 0, line)
    sheet.set_column(1, 2, 24)
    book.close()
    return stream.getvalue()


def pdf(title: str) -> bytes:
    """One A4 page: the mark drawn from dots, so that it shows without any font, and the title."""
    bits = b"".join(
        int("".join(str(dot) for dot in _row(number)), 2).to_bytes(_WIDTH // 8, "big")
        for number in range(_DOTS)
    )
    lines = [
        (760, 22, f"{title}（演示）"),
        (700, 12, "本文件由演示模式自动生成，内容为演示数据，不得作为工作依据。"),
        (676, 12, "在真实工作中，此处应为加盖印章的扫描件或电子文件。"),
    ]
    words = "".join(
        f"BT /F1 {size} Tf 72 {height} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
        for height, size, line in lines
    )
    mark = f"q 0.71 0.16 0.16 rg 312 0 0 72 141 480 cm /Mark Do Q\n{words}"
    content = mark.encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>/XObject<</Mark 8 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
        b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ImageMask true/BitsPerComponent 1"
        b"/Decode[1 0]/Length %d>>stream\n%s\nendstream" % (_WIDTH, _DOTS, len(bits), bits),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(
        b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )
    return out.getvalue()
