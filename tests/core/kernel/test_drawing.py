"""The marks of a picture: well-formed, escaped, and a shape of its own for every light."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.kernel import drawing as draw


def _contrast_with_white(colour: str) -> float:
    """WCAG 2.1 contrast ratio."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (light + 0.05)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_make_well_formed_xml(title: str, words: str) -> None:
    picture = draw.document(100, 50, draw.text(1, 2, words), title=title, desc=words)
    root = ElementTree.fromstring(picture.encode("utf-8", "replace"))
    assert root.tag.endswith("svg")


def test_a_picture_is_trusted_by_templates_and_carries_no_style() -> None:
    picture = draw.document(
        10, 10, draw.text(0, 0, "<b>&"), draw.rect(0, 0, 1, 1, fill='"'), title="<甲>"
    )
    assert picture.__html__() == picture
    assert "<b>" not in picture
    assert "style=" not in picture
    assert picture.heading == "&lt;甲&gt;"


def test_every_light_has_its_own_shape_and_is_dark_enough() -> None:
    shapes = set()
    for code, look in draw.LIGHT_LOOKS.items():
        assert _contrast_with_white(look.colour) >= 4.5, code
        drawn = draw.light(code, 10, 10)
        points = re.search(r'points="([^"]*)"', drawn)
        shapes.add((drawn.split()[0], len(points[1].split()) if points else 0, "stroke=" in drawn))
    assert len(shapes) == len(draw.LIGHT_LOOKS) == len({x.sign for x in draw.LIGHT_LOOKS.values()})
    assert draw.light("no such light", 0, 0) == draw.light("grey", 0, 0)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//evil.example", "data:text/html,x", ""])
def test_a_link_that_leads_astray_is_refused(href: str) -> None:
    with pytest.raises(ValueError, match="not a safe link"):
        draw.link(href, draw.text(0, 0, "x"), name="x")


def test_words_are_cut_to_their_room() -> None:
    assert draw.fit("淮安经济技术开发区", 12, 200) == "淮安经济技术开发区"
    cut = draw.fit("淮安经济技术开发区", 12, 60)
    assert cut.endswith("…")
    assert draw.width_of(cut, 12) <= 60
