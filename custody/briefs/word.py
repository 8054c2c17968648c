"""A draft as a Word document, for offices that pass drafts around in Word or WPS.

The same structure and styles as on paper (GB/T 9704-2012: A4, type area 156 × 225 mm, 22 lines of 28
characters, 3号仿宋). What is published is the PDF; pictures stand there, here their place is named.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from custody.briefs import render
from custody.briefs.snapshot import Snapshot
from custody.infra.typesetting import ordinal

_FANG, _KAI, _HEI, _TITLE = "仿宋", "楷体", "黑体", "方正小标宋简体"
_THIRD, _LINE = Pt(16), Pt(28.95)
_GRID = 580
"""Twips of a line: 225 mm / 22."""
_RED = RGBColor(0xD7, 0x00, 0x0F)
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def docx(brief: Snapshot) -> bytes:
    """The draft as .docx."""
    document = Document()
    _page(document)
    _properties(document, brief)
    _head(document, brief)
    pictures, tables = render.captions(brief), render.tables_of(brief)
    for number, section in enumerate(brief["sections"], 1):
        _line(document, f"{ordinal(number)}、{section['heading']}", _HEI, level=2)
        headed = [one["key"] for one in section["paragraphs"] if one["heading"]]
        for paragraph in section["paragraphs"]:
            if paragraph["heading"]:
                place = ordinal(headed.index(paragraph["key"]) + 1)
                _line(document, f"（{place}）{paragraph['heading']}", _KAI, level=3)
            for words in filter(None, map(str.strip, paragraph["text"].splitlines())):
                _line(document, words, _FANG)
        for caption in pictures.get(section["key"], []):
            _line(document, f"〔{caption}，见 PDF〕", _KAI, centred=True)
        for order, name in tables[section["key"]]:
            _table(document, _TABLES[name](brief), order)
    for words in (brief["lights_note"], *brief["caveats"]):
        _line(document, words, _FANG, size=Pt(10.5)).paragraph_format.line_spacing = Pt(16)
    _colophon(document, brief)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_GRID))
    usual = document.styles["Normal"]
    usual.font.size = _THIRD
    _family(usual.font, usual.element.get_or_add_rPr(), _FANG)
    usual.paragraph_format.space_after = usual.paragraph_format.space_before = Pt(0)


def _properties(document: Any, brief: Snapshot) -> None:
    made = datetime.fromisoformat(brief["masthead"]["day"])
    about = document.core_properties
    about.title, about.author = brief["title"], brief["masthead"]["issuer"]
    about.created = about.modified = made
    about.language, about.comments = "zh-CN", "草稿，以发布的 PDF 为准"


def _family(font: Any, properties: Any, name: str) -> None:
    """Word keeps the Latin and the Chinese face apart."""
    font.name = "Times New Roman"
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.append(fonts)
    fonts.set(qn("w:eastAsia"), name)


def _run(paragraph: Any, words: str, face: str, *, size: Any = _THIRD, colour: Any = None) -> Any:
    run = paragraph.add_run(words)
    run.font.size = size
    _family(run.font, run._element.get_or_add_rPr(), face)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _line(
    document: Any,
    words: str,
    face: str,
    *,
    level: int = 0,
    centred: bool = False,
    size: Any = _THIRD,
    colour: Any = None,
    indented: bool = True,
) -> Any:
    """A paragraph of the text; `level` makes it a heading that Word's outline knows."""
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    if centred:
        paragraph.alignment = _CENTRE
    elif indented:
        form.first_line_indent = Pt(32)
    if level:
        form.keep_with_next = True
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        paragraph._p.get_or_add_pPr().append(outline)
    _run(paragraph, words, face, size=size, colour=colour)
    return paragraph


def _head(document: Any, brief: Snapshot) -> None:
    head = brief["masthead"]
    mark = document.sections[0].header.paragraphs[0]
    demo = "　演示数据 不得作为工作依据" if brief["demo"] else ""
    _run(mark, f"草稿（截至{brief['as_of_words']}）{demo}", _HEI, size=Pt(10.5))
    _line(document, head["name"], _TITLE, centred=True, size=Pt(30), colour=_RED)
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(48)
    _line(document, head["issue_words"], _FANG, centred=True)
    foot = _line(document, f"{head['issuer']}\t{head['day_words']}", _FANG, indented=False)
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(156), alignment=2)
    _ruled(foot)
    if head.get("replaces"):
        _line(document, head["replaces"], _KAI)
    for words in render.title_lines(brief["title"]):
        _line(document, words, _TITLE, level=1, centred=True, size=Pt(22))
    if head["salutation"]:
        _line(document, head["salutation"], _FANG, indented=False)


def _ruled(paragraph: Any) -> None:
    """The red rule below the masthead."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", "D7000F")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph._p.get_or_add_pPr().append(border)


@dataclass(frozen=True, slots=True)
class _Table:
    caption: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    """Of the columns, in mm; 156 in all."""
    rows: Sequence[tuple[str, ...]]


def _table(document: Any, table: _Table, number: int) -> None:
    _line(document, f"表{number}　{table.caption}", _HEI, centred=True, size=Pt(14))
    _grid(document, table.heads, table.widths, table.rows)


def _milestones(brief: Snapshot) -> _Table:
    return _Table(
        f"{brief['scope']['name']}里程碑一览（截至{brief['as_of_words']}）",
        ("编号", "里程碑", "计划", "预计", "实际", "完成", "办理", "状态"),
        (12, 46, 20, 20, 20, 12, 14, 12),
        [
            (
                *(one["code"], one["name"], one["planned_words"], one["forecast_words"]),
                *(one["actual_words"], f"{one['percent']}%", one["status_words"]),
                one["light_words"],
            )
            for one in brief["milestones"]
        ],
    )


def _regions(brief: Snapshot) -> _Table:
    rows = [
        (
            *(str(number), one["name"], one["stage_words"], one["percent"]),
            *(one["next"] or "—", one["due"] or "—", one["standing"]),
        )
        for number, one in enumerate(brief["regions"], 1)
    ]
    return _Table(
        f"{len(rows)}个地区整区托管进展一览（截至{brief['as_of_words']}）",
        ("序号", "地区", "当前阶段", "进度", "下一里程碑", "期限", "状态"),
        (10, 30, 20, 14, 46, 18, 18),
        rows,
    )


def _savings(brief: Snapshot) -> _Table:
    found = brief["savings"]
    rows = [
        (
            *(one["label"], one["unit"], one["adjusted"], one["actual"], one["saved"]),
            *(one["band"], one["percent"], one["coverage"], one["cost_wan"]),
        )
        for one in found["energies"]
    ]
    if len(found["regions"]) > 1:
        rows += [
            (
                *(one["name"], "吨标准煤", "—", "—", one["coal"], one["band"]),
                *(one["percent"], one["coverage"], one["cost_wan"]),
            )
            for one in found["regions"]
        ]
    rows.append(
        (
            *("合计", "吨标准煤", "—", "—", found["coal"], found["band"] or "—"),
            *(found["percent"] or "—", found["coverage"] or "—", found["cost_wan"]),
        )
    )
    return _Table(
        f"{found['months']}节能量核算（{found['caliber']}）",
        (
            "品种／地区",
            "单位",
            "基准",
            "实际",
            "节能量",
            "不确定度",
            "节能率",
            "覆盖率",
            "节约费用（万元）",
        ),
        (24, 20, 17, 17, 17, 17, 14, 14, 16),
        rows,
    )


def _problems(brief: Snapshot) -> _Table:
    return _Table(
        f"逾期和督办事项一览（截至{brief['as_of_words']}）",
        ("序号", "地区", "事项", "责任单位", "下一时限", "状态"),
        (10, 26, 48, 34, 20, 18),
        [
            (
                *(str(number), row["region"], f"{row['what']}{_order(row)}", row["owner"]),
                *(row["next"], row["standing"]),
            )
            for number, row in enumerate(brief["problems"]["rows"], 1)
        ],
    )


def _order(row: dict[str, Any]) -> str:
    return f"（{row['order']}）" if row["order"] else ""


_TABLES: dict[str, Callable[[Snapshot], _Table]] = {
    "milestones.html": _milestones,
    "regions.html": _regions,
    "savings.html": _savings,
    "problems.html": _problems,
}
"""By the template that prints the same."""


def _grid(
    document: Any,
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _cells(table.rows[0], heads, widths, _HEI)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for words in rows:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _cells(row, words, widths, _FANG)


def _cells(row: Any, words: Sequence[str], widths: Sequence[int], face: str) -> None:
    for cell, text, width in zip(row.cells, words, widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = _CENTRE if len(text) < 12 else WD_ALIGN_PARAGRAPH.LEFT
        _run(paragraph, text, face, size=Pt(9))


def _colophon(document: Any, brief: Snapshot) -> None:
    head = brief["masthead"]
    lines = [f"{kind}：{names}" for kind, names in head["copies"] if names]
    lines.append(f"{head['issuer']}　　{head['day_words']}印发")
    told = (("编辑", head["editor"]), ("电话", head["phone"]))
    lines.append("　　".join(f"{label}：{value}" for label, value in told if value))
    for words in filter(None, lines):
        _line(document, words, _FANG, size=Pt(14), indented=False)
