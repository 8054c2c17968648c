"""What is printed, measured: one page stays one page, figures are those of the snapshot, nothing leaves
the type area, no heading stands alone, tables repeat their heads, the colophon closes the last page."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from custody.briefs import evidence, layout, render, snapshot
from custody.briefs.facts import More
from custody.briefs.rules import Form
from custody.dashboard.rules import ProgrammeFacts
from custody.infra import pdf
from tests.core.briefs.test_print import MASTHEAD, words_of
from tests.factories import evidence as made
from tests.factories.facts import Mood, programme

pytestmark = pytest.mark.pdf
SCOPES = ("province", "city:320200", "city:320600", "region:320282")
POINT = 72 / 25.4


def brief_of(
    facts: ProgrammeFacts, form: Form = Form.BRIEF, more: More | None = None, **rest: Any
) -> snapshot.Snapshot:
    earlier = replace(facts, as_of=date(2026, 10, 31), exceptions=())
    last = snapshot.freeze(earlier, masthead=MASTHEAD, form=form)
    frozen = snapshot.freeze(
        facts,
        masthead=MASTHEAD,
        form=form,
        more=made.more(facts) if more is None else more,
        last=last,
        **rest,
    )
    return snapshot.numbered(frozen, issue=11, total=23, base_url="https://nengyuan.example.gov.cn")


def pages_of(brief: snapshot.Snapshot) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(pdf.render(render.job(brief)))).pages)


def lines_of(page: PageObject) -> list[tuple[float, float, str, float]]:
    """(x, y from above in mm, words, size) of every piece of text that is no picture's."""
    found: list[tuple[float, float, str, float]] = []

    def note(words: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if words.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.append((x / POINT, 297 - y / POINT, words.strip(), size))

    page.extract_text(visitor_text=note)
    return found


# --- the single page --------------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("mood", ["normal", "all_late", "none_started", "all_done"])
@pytest.mark.parametrize("names", ["real", "long"])
def test_one_page_is_one_page(names: str, mood: Mood, scope: str) -> None:
    facts = programme(mood, scope=scope, demo=True)
    if names == "long":
        facts = made.long_named(facts)
    (page,) = pages_of(brief_of(facts, Form.PAGE))
    words = re.sub(r"\s+", "", page.extract_text())
    assert "领导一页纸" in words
    assert "数据说明" in words
    assert "校验码" in words


def test_a_page_with_little_is_set_large_and_one_with_much_small() -> None:
    little = brief_of(programme("all_done", scope="city:320200"), Form.PAGE)
    much = brief_of(made.long_named(programme("all_late")), Form.PAGE)
    names = [one.name for one in layout.SETTINGS]
    assert names.index(layout.density(little)) < names.index(layout.density(much))
    assert layout.density(much) == names[-1]


def test_too_many_words_for_a_page_are_refused() -> None:
    facts = programme()
    brief = brief_of(facts, Form.PAGE, words={"page.headline": "说明情况。" * 900})
    with pytest.raises(pdf.RenderFailed) as refused:
        pdf.render(render.job(brief))
    assert refused.value.code == "pages"
    assert "精简" in refused.value.message


def test_a_crowd_is_counted_by_city() -> None:
    facts = programme()
    crowd = tuple(
        replace(region, code=f"{region.code}{copy}") for region in facts.regions for copy in "abc"
    )
    many = replace(facts, regions=crowd, exceptions=())
    rows = layout.matrix_of(brief_of(many, Form.PAGE, More()))
    cities = [city for row in rows for city in row if city]
    assert sum(city.count for city in cities) == 96
    assert all(re.fullmatch(r"\D+\d+", words) for city in cities for _, words in city.cells)


def test_the_page_says_what_its_tables_and_snapshot_say() -> None:
    brief = brief_of(programme(), Form.PAGE)
    words = words_of(brief)
    for batch in brief["batches"]:
        assert batch["percent"] in words
        assert batch["expected"] in words
        assert re.sub(r"\s", "", batch["ahead"]) in words
    for row in brief["problems"]["top"]:
        for key in ("region", "standing", "next", "owner"):
            assert re.sub(r"\s", "", row[key]) in words, row
    for region in brief["regions"]:
        assert region["short_name"][:2] in words
    for paragraph in snapshot.paragraphs_of(brief):
        assert re.sub(r"\s", "", paragraph["text"]) in words
    assert evidence.code_of(snapshot.digest(brief)) in words


# --- the brief --------------------------------------------------------------------------------


def test_tables_print_the_figures_of_the_snapshot() -> None:
    brief = brief_of(programme())
    words = words_of(brief)
    told = brief["savings"]
    for one in (*told["energies"], *told["regions"]):
        for key in ("percent", "cost_wan", "coverage"):
            assert one[key] in words
    for key in ("coal", "band", "carbon", "cost", "percent", "coverage"):
        assert told[key] in words
    for key in ("total", "investment", "floor_area"):
        assert brief["contracts"][key] in words
    for row in brief["problems"]["rows"]:
        for key in ("region", "what", "owner", "next", "standing", "order"):
            assert re.sub(r"\s", "", row[key]) in words, row
    for region in brief["regions"]:
        assert region["percent"] in words
        assert f"{region['standing']}" in words


def test_snapshots_of_before_still_print() -> None:
    brief = snapshot.freeze(programme(), masthead=MASTHEAD)
    kept = (
        "kind as_of as_of_words demo scope masthead title sections figures batches regions"
        " milestones curve lights_note caveats"
    )
    old = {key: brief[key] for key in kept.split()} | {"schema": 1}
    old["regions"] = [{**one} for one in old["regions"]]
    for one in (*old["regions"], *old["batches"]):
        one.pop("odds", None)
        one.pop("ahead", None)
    assert len(pages_of(old)) >= 4
    assert "一、总体情况" in words_of(old)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("mood", ["normal", "all_late"])
def test_nothing_leaves_the_type_area_and_no_heading_stands_alone(mood: Mood, scope: str) -> None:
    facts = made.long_named(programme(mood, scope=scope))
    brief = brief_of(facts)
    drawn = {
        unescape(words)
        for asset in render.job(brief).assets.values()
        for words in re.findall(r"<text[^>]*>(.*?)</text>", asset.content.decode())
    }
    for number, page in enumerate(pages_of(brief), 1):
        lines = [one for one in lines_of(page) if 34 < one[1] < 265 and one[2] not in drawn]
        assert lines, number
        for x, _, words, _ in lines:
            assert 26.5 <= x <= 185, (number, words)
        body = max(lines, key=lambda one: one[1])
        assert not re.match(r"^[一二三四五六]、|^（[一二三四五]）|^表\d", body[2]), (number, body)


def test_tables_repeat_their_heads_and_the_colophon_closes() -> None:
    pages = pages_of(brief_of(made.long_named(programme("all_late"))))
    heads = [re.sub(r"\s", "", page.extract_text()).count("责任单位下一时限状态") for page in pages]
    with_table = [at for at, count in enumerate(heads) if count]
    assert len(with_table) >= 3
    assert all(b == a + 1 for a, b in pairwise(with_table))
    lines = lines_of(pages[-1])
    # The mark is 20 mm high; the code stands beside its middle.
    [code] = [y for _, y, words, _ in lines if "校验码" in words]
    assert code == pytest.approx(259 - 8, abs=3)
    assert [y for _, y, words, _ in lines if "印发" in words or "电话" in words]
    assert max(y for _, y, _, _ in lines if y < 265) == code
    assert not any("印发" in page.extract_text() for page in pages[:-1])


def test_a_long_colophon_stands_on_the_last_page_too() -> None:
    copies = [("发", "、".join(f"第{n}个单位" for n in range(60)))]
    head = replace(MASTHEAD, copies=copies)
    for mood in ("normal", "one_late", "all_done"):
        facts = programme(mood)  # type: ignore[arg-type]
        brief = snapshot.freeze(facts, masthead=head, more=made.more(facts))
        pages = pages_of(brief)
        assert "第59个单位" in re.sub(r"\s", "", pages[-1].extract_text())
        assert "2026年11月22日印发" in re.sub(r"\s", "", pages[-1].extract_text())
