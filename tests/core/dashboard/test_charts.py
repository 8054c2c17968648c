"""Every chart in every mood on every surface: well-formed, named, no words over words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from custody.dashboard import charts
from custody.dashboard.rules import ProgrammeFacts
from custody.kernel import drawing as draw
from custody.kernel.drawing import Svg
from custody.milestones.rules import Light
from tests.factories.facts import Mood, programme

SVG = "{http://www.w3.org/2000/svg}"
SURFACES = {"screen": charts.SCREEN, "phone": charts.PHONE, "print": charts.PRINT}
MOODS: tuple[Mood, ...] = ("normal", "one_late", "all_late", "none_started", "all_done")


def _timeline(facts: ProgrammeFacts, look: charts.Look, index: int) -> Svg:
    region = facts.regions[index]
    return charts.timeline(
        region.cells,
        stage=region.stage,
        stage_label=region.stage_label,
        as_of=facts.as_of,
        look=look,
        pilot=region.batch != 3,
    )


CHARTS: dict[str, Callable[[ProgrammeFacts, charts.Look], Svg]] = {
    "curve": lambda f, look: charts.curve(f.curve, as_of=f.as_of, look=look),
    "tile_map": lambda f, look: charts.tile_map(charts.tiles(f), look=look),
    "tile_map_linked": lambda f, look: charts.tile_map(
        charts.tiles(f, lambda region: f"/regions/{region.code}"), look=look
    ),
    "batch_bars": lambda f, look: charts.batch_bars(f.batches, look=look),
    "lights_strip": lambda f, look: charts.lights_strip(f.lights, look=look),
    "timeline_pilot": lambda f, look: _timeline(f, look, 0),
    "timeline_platform": lambda f, look: _timeline(f, look, 4),
    "timeline_start": lambda f, look: _timeline(f, look, 24),
}


def _boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and words of every text."""
    found = []
    for node in root.iter(f"{SVG}text"):
        size, words = float(node.attrib["font-size"]), node.text or ""
        wide = draw.width_of(words, size)
        x = float(node.attrib["x"])
        x -= {"middle": wide / 2, "end": wide}.get(node.attrib.get("text-anchor", ""), 0)
        y = float(node.attrib["y"])
        found.append((x, y - size * 0.8, x + wide, y + size * 0.15, words))
    return found


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("mood", MOODS)
def test_every_chart_is_named_inside_its_frame_and_nothing_overlaps(
    mood: Mood, chart: str, surface: str
) -> None:
    look = SURFACES[surface]
    picture = CHARTS[chart](programme(mood), look)
    root = ElementTree.fromstring(picture)
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert "style=" not in picture
    assert draw.FONTS.split(",")[0] in root.attrib["font-family"]
    assert root.attrib["role"] == ("group" if "<a " in picture else "img")
    height = float(root.attrib["viewBox"].split()[3])
    boxes = _boxes(root)
    for left, top, right, bottom, words in boxes:
        assert left >= -1, words
        assert right <= look.width + 1, words
        assert top >= -1, words
        assert bottom <= height + 1, words
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = (
                one[2] <= other[0] + 0.5
                or other[2] <= one[0] + 0.5
                or one[3] <= other[1] + 0.5
                or other[3] <= one[1] + 0.5
            )
            assert apart, (one[4], other[4])


def test_the_map_shows_all_32_and_says_why() -> None:
    facts = programme()
    picture = charts.tile_map(charts.tiles(facts, lambda r: f"/regions/{r.code}"))
    for region in facts.regions:
        assert f'href="/regions/{region.code}"' in picture
        assert f"<title>{region.name}：{region.light.meaning}" in picture
    for city in {region.city_short for region in facts.regions}:
        assert f">{city}</text>" in picture


def test_labels_are_short_but_tell_apart() -> None:
    labels = {charts.label_of(region) for region in programme().regions}
    assert {"经开区", "高新区", "沛县", "宜兴市"} <= labels
    assert max(map(len, labels)) <= 5


def test_a_province_without_a_place_on_the_map_still_gets_one() -> None:
    facts = programme()
    strange = [
        replace(tile, city_code=f"99{index % 40:02d}00", city_label="某市")
        for index, tile in enumerate(charts.tiles(facts) * 30)
    ]
    root = ElementTree.fromstring(charts.tile_map(strange))
    groups = list(root.iter(f"{SVG}g"))
    assert len(groups) == len(strange)


def test_nothing_to_show_is_said_in_words() -> None:
    empty = programme(scope="city:999999")
    assert "暂无数据" in charts.curve((), as_of=empty.as_of)
    assert "暂无地区" in charts.tile_map(())
    assert "暂无批次" in charts.batch_bars(())
    assert charts.lights_strip({})
    assert "尚无里程碑日期" in _timeline(
        replace(programme(), regions=(replace(programme().regions[0], cells=()),)),
        charts.PHONE,
        0,
    )


def test_bars_and_strips_say_the_figures_of_the_facts() -> None:
    facts = programme()
    picture = charts.batch_bars(facts.batches)
    for batch in facts.batches:
        assert f"{batch.percent:.1f}%／应达{batch.expected_percent:.1f}%" in picture
    strip = charts.lights_strip(facts.lights)
    assert f"滞后{facts.lights[Light.RED]}个" in strip
    assert re.search(
        r"截至11月22日，计划完成\d+\.\d%", charts.curve(facts.curve, as_of=facts.as_of)
    )


@pytest.mark.parametrize("surface", SURFACES)
def test_days_beyond_the_lifecycle_s_axis_are_told_at_its_edges(surface: str) -> None:
    facts = programme()
    region = facts.regions[0]
    early, late, *rest = region.cells
    none = {"planned": None, "forecast": None, "actual": None}
    cells = (
        replace(early, **{**none, "actual": date(2019, 1, 3)}),
        replace(late, **{**none, "planned": date(2026, 12, 31), "forecast": date(2029, 3, 5)}),
        *rest,
    )
    moved = replace(facts, regions=(replace(region, cells=cells), *facts.regions[1:]))
    for picture, told in (
        (_timeline(facts, SURFACES[surface], 0), False),
        (_timeline(moved, SURFACES[surface], 0), True),
    ):
        assert (">2019年1月3日</text>" in picture) is told
        assert (">2029年3月5日</text>" in picture) is told
        assert "2029年</text>" not in picture  # no such year on the axis
