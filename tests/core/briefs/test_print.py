"""The printed brief read back: names, counts, fonts, marks, the same bytes; and what is refused."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from custody.briefs import render, snapshot
from custody.infra import fonts, justify, pdf, press
from custody.milestones.rules import Light
from tests.factories.facts import Mood, programme

pytestmark = pytest.mark.pdf
MASTHEAD = snapshot.Masthead(
    issuer="江苏省机关事务管理局",
    year=2026,
    day=date(2026, 11, 22),
    issue=11,
    total=23,
    salutation="各设区市机关事务管理局：",
    copies=(("报", "省委办公厅、省政府办公厅"), ("发", "各设区市机关事务管理局")),
    editor="张三",
    phone="025-00000000",
)
FAMILIES = {font.family.replace(" ", "") for font in fonts.FONTS}


def _brief(mood: Mood = "normal", scope: str = "province", **more: Any) -> snapshot.Snapshot:
    facts = programme(mood, scope=scope, demo=more.pop("demo", False))
    return snapshot.freeze(facts, masthead=MASTHEAD, **more)


def _read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def words_of(brief: snapshot.Snapshot) -> str:
    """Printed without its pictures, whose words would stand amid those of the page, and without page
    numbers, which stand between the lines of a paragraph that runs over the page."""
    job = render.job(brief)
    mark = {name: one for name, one in job.assets.items() if name == "mark"}
    bare = replace(job, html=re.sub(r"(?s)<figure>.*?</figure>", "", job.html), assets=mark)
    _, text = _read(pdf.render(bare))
    return _squeezed(re.sub(r"— \d+ —", "", text))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def province() -> bytes:
    return pdf.render(render.job(_brief()))


def test_all_32_names_and_the_right_counts(province: bytes) -> None:
    _, text = _read(province)
    words = _squeezed(text)
    facts = programme()
    for region in facts.regions:
        assert region.name in words
    late = sum(region.light is Light.RED for region in facts.regions)
    assert f"{late}个滞后" in words
    assert "全省共有32个地区" in words
    assert "32个地区整区托管进展一览" in words
    assert "〔2026〕第11期（总第23期）" in words
    plain = words_of(_brief())
    for paragraph in snapshot.paragraphs_of(_brief()):
        assert _squeezed(paragraph["text"]) in plain


def test_page_numbers_stand_outside(province: bytes) -> None:
    reader, _ = _read(province)
    for number, page in enumerate(reader.pages, 1):
        found: list[float] = []

        def note(
            text: str, cm: list[float], tm: list[float], *_: object, into: list[float] = found
        ) -> None:
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            if "—" in text and y < 95:
                into.append(x)

        assert f"— {number} —" in page.extract_text(visitor_text=note)
        assert found
        assert (min(found) > 297) == (number % 2 == 1)


def test_only_our_fonts_are_embedded(province: bytes) -> None:
    reader, _ = _read(province)
    names = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            names.add(str(font.get_object()["/BaseFont"]).split("+")[1].replace("-", ""))
    assert names
    for name in names:
        assert any(family in name for family in FAMILIES), name
    for family in ("FandolFang", "FandolKai", "FandolSong", "NotoSansCJKSC"):
        assert any(family in name for name in names), family


def test_it_claims_to_be_archival_and_accessible(province: bytes) -> None:
    reader, _ = _read(province)
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()  # type: ignore[index]
    assert re.search(r"pdfaid:part[^0-9]*3", metadata)
    assert re.search(r"pdfaid:conformance[^A]*A", metadata)
    assert 'pdfuaid:part="1"' in metadata
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "zh-CN"  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "关于全省整区能源费用托管工作进展情况的通报"


def test_the_same_snapshot_gives_the_same_bytes_in_any_process(province: bytes) -> None:
    assert render.pdf(_brief()) == province


@pytest.mark.parametrize("scope", ["city:320200", "city:320100", "region:320282", "region:320871"])
@pytest.mark.parametrize("mood", ["normal", "all_late", "all_done"])
def test_every_scope_prints(mood: Mood, scope: str) -> None:
    reader, text = _read(pdf.render(render.job(_brief(mood, scope))))
    assert 2 <= len(reader.pages) <= 6
    last = _squeezed(reader.pages[-1].extract_text())
    assert "2026年11月22日印发" in last
    assert "编辑：张三" in last
    assert "演示数据" not in text
    assert "草稿" not in text


def test_marks_are_on_every_page() -> None:
    reader, _ = _read(pdf.render(render.job(_brief(demo=True), draft=True)))
    for page in reader.pages:
        words = _squeezed(page.extract_text())
        assert "演示数据" in words
        assert "草稿" in words


def test_full_lines_are_flush() -> None:
    """Every line of a paragraph but the last is as wide as the type area."""
    fonts.use_private_fonts()
    from weasyprint import HTML
    from weasyprint.formatting_structure import boxes

    assert justify.enable()
    words = "共有5个地区的9项里程碑逾期：南京市秦淮区“纳入单位授权委托”，预计11月26日完成；" * 6
    page = (
        HTML(
            string="<style>@page{size:A4;margin:20mm}p{width:156mm;text-align:justify;"
            f"font:15.75pt FandolFang}}</style><p>{render.typeset(words)}</p>"
        )
        .render()
        .pages[0]
    )
    lines: list[Any] = []

    def walk(box: Any) -> None:
        if isinstance(box, boxes.LineBox):
            lines.append(box)
        for child in getattr(box, "children", ()):
            walk(child)

    walk(page._page_box)
    assert len(lines) > 8
    full = 156 / 25.4 * 96
    for line in lines[:-1]:
        assert line.children[-1].position_x + line.children[-1].width - line.position_x == (
            pytest.approx(full, abs=2)
        )


def test_a_strange_character_is_refused_by_name() -> None:
    brief = _brief(words={"overall.1": "宜兴市\U000130a7推进。"})
    with pytest.raises(pdf.RenderFailed) as refused:
        pdf.render(render.job(brief))
    assert refused.value.code == "glyph"
    assert "U+130A7" in refused.value.message


def test_rare_characters_of_names_print() -> None:
    brief = _brief(words={"overall.1": "邗睢沭邳盱眙喆珺旻㎡㎥。"})
    _, text = _read(pdf.render(render.job(brief)))
    assert "邗睢沭邳盱眙喆珺旻" in _squeezed(text)


def test_user_text_stays_text() -> None:
    brief = _brief(words={"overall.1": '<img src="file:///etc/passwd"><b>甲</b>'})
    _, text = _read(pdf.render(render.job(brief)))
    assert '<imgsrc="file:///etc/passwd"><b>甲</b>' in _squeezed(text)


@pytest.mark.parametrize(
    "inside",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="custody:unknown">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<div style="background: url(http://127.0.0.1:9/x)">甲</div>',
    ],
)
def test_anything_from_outside_stops_the_render(inside: str) -> None:
    job = replace(render.job(_brief()), html=f"<!doctype html><body>{inside}</body>")
    with pytest.raises(pdf.RenderFailed) as refused:
        pdf.render(job)
    assert refused.value.code == "blocked"


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(pdf.RenderFailed) as refused:
        pdf.render(replace(render.job(_brief()), pages=2))
    assert refused.value.code == "pages"
    assert "上限" in refused.value.message


def test_a_render_that_never_ends_is_stopped() -> None:
    cells = "".join(f'<td colspan="{n * 50}" rowspan="500">甲</td>' for n in range(1, 12))
    bomb = f"<!doctype html><table>{f'<tr>{cells}</tr>' * 400}</table>"
    with pytest.raises(pdf.RenderFailed) as refused:
        press.render_isolated(replace(render.job(_brief()), html=bomb), seconds=4)
    assert refused.value.code in {"deadline", "memory", "died"}
    assert "稍后重试" in refused.value.message


def test_a_render_that_eats_all_memory_is_stopped() -> None:
    with pytest.raises(pdf.RenderFailed) as refused:
        press.render_isolated(render.job(_brief()), megabytes=20)
    assert refused.value.code in {"memory", "died"}


def test_a_refusal_in_the_worker_arrives_with_its_words() -> None:
    job = replace(render.job(_brief()), html='<img src="file:///etc/passwd">')
    with pytest.raises(pdf.RenderFailed) as refused:
        press.render_isolated(job)
    assert refused.value.code == "blocked"
    assert "不允许的外部内容" in refused.value.message
