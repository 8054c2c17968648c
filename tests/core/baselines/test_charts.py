"""The pictures: well-formed, inside their frame, with a title and the figures in words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.charts import (
    PHONE,
    PRINT,
    SCREEN,
    Kind,
    Look,
    Step,
    cumulated,
    months,
    scatter,
    waterfall,
)
from custody.kernel.drawing import LIGHT_LOOKS, Svg
from custody.kernel.periods import Month
from custody.mv.ladder import baseline
from custody.mv.sufficiency import Reading

WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
USES = (118, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115)
SVG = "{http://www.w3.org/2000/svg}"
looks = pytest.mark.parametrize("look", [SCREEN, PHONE, PRINT])


def read(picture: Svg, look: Look) -> ElementTree.Element:
    root = ElementTree.fromstring(picture)
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    for mark in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -0.5 <= float(mark.get(name, 0)) <= look.width + 0.5
        for name in ("y", "y1", "y2", "cy"):
            assert -0.5 <= float(mark.get(name, 0)) <= look.height + 0.5
    return root


@looks
def test_points_and_the_model(look: Look) -> None:
    fit = baseline([Reading(Month(2025, m), 30, USES[m - 1], WARMTH[m - 1]) for m in range(1, 13)])
    points = [(202500 + m, WARMTH[m - 1], USES[m - 1] / 30) for m in range(1, 13)]
    root = read(scatter(points, fit, unit="kWh", look=look), look)
    assert len(root.findall(f"{SVG}g/{SVG}circle")) == 12
    assert len(root.findall(f"{SVG}polyline")) == 1
    read(scatter([], fit, unit="kWh", look=look), look)


@looks
def test_a_missing_month_is_a_gap(look: Look) -> None:
    rows = [(202501, 10.0, 9.0), (202502, 10.0, None), (202503, None, None)]
    root = read(months(rows, unit="kWh", look=look), look)
    assert [g.findtext(f"{SVG}title") for g in root.findall(f"{SVG}g")] == [
        "2025年1月：基准10，实际9kWh",
        "2025年2月：基准10，实际暂缺kWh",
    ]
    read(months([], unit="kWh", look=look), look)


@looks
def test_a_band_only_where_every_month_has_one(look: Look) -> None:
    rows: list[tuple[int, float, float | None]] = [(202601, 5.0, 2.0), (202602, 11.0, 3.0)]
    root = read(cumulated(rows, unit="kWh", look=look), look)
    assert len(root.findall(f"{SVG}polygon")) == 1
    root = read(cumulated([*rows, (202603, 12.0, None)], unit="kWh", look=look), look)
    assert root.findall(f"{SVG}polygon") == []
    assert "不确定度未能给出" in str(root.findtext(f"{SVG}desc"))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6))
def test_a_waterfall_stays_in_its_frame(values: list[float]) -> None:
    steps = [Step("基准", 1e6, Kind.LEVEL), *(Step("节能量", value) for value in values)]
    root = read(waterfall(steps, unit="kWh"), SCREEN)
    assert len(root.findall(f"{SVG}g/{SVG}rect")) == len(steps)


@pytest.mark.parametrize("value", [4000.0, -4000.0])
def test_what_was_agreed_is_neither_good_nor_bad(value: float) -> None:
    """Striped and grey both ways; red is for more than the adjusted baseline alone."""
    red, green = LIGHT_LOOKS["red"].colour, LIGHT_LOOKS["green"].colour
    agreed = Step("非常规调整", value, Kind.AGREED)
    root = read(waterfall([Step("基准", 9000, Kind.LEVEL), agreed], unit="kWh"), SCREEN)
    _, bar = root.findall(f"{SVG}g")
    fills = {str(one.get("fill")) for one in bar.findall(f"{SVG}rect")}
    assert not fills & {red, green}
    assert bar.findall(f"{SVG}line")
    sign = "+" if value > 0 else "−"
    assert f"{sign}4,000" in [one.text for one in root.findall(f"{SVG}text")]
    for change, colour in ((value, red if value > 0 else green),):
        told = read(waterfall([Step("节能量", change)], unit="kWh"), SCREEN)
        assert told.find(f"{SVG}g/{SVG}rect").get("fill") == colour  # type: ignore[union-attr]
