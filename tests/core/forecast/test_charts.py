"""The picture of a batch's chances: every bar there, the likely ones dark, no words over words."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from custody.forecast.charts import MAX_BARS, WIDTH, shown, spread
from custody.forecast.rules import BatchOutlook
from custody.forecast.wording import batch_words
from custody.kernel import drawing as draw

SVG = "{http://www.w3.org/2000/svg}"


def batch(*chances: float) -> BatchOutlook:
    return BatchOutlook(
        number=3,
        name="第三批",
        gate="G-C",
        gate_name="招标前准备完成",
        due=date(2026, 12, 31),
        regions=len(chances) - 1,
        settled=0,
        late=0,
        unknown=0,
        expected=sum(number * chance for number, chance in enumerate(chances)),
        distribution=chances,
    )


def binomial(number: int, share: float) -> BatchOutlook:
    chances = [1.0]
    for _ in range(number):
        chances = [
            stay * (1 - share) + come * share
            for stay, come in zip([*chances, 0.0], [0.0, *chances], strict=True)
        ]
    return batch(*chances)


BATCHES = {
    "one": batch(0.3, 0.7),
    "three": batch(0.2, 0.4, 0.3, 0.1),
    "sure": batch(0.0, 0.0, 0.0, 1.0),
    "many": binomial(24, 0.6),
    "province": binomial(750, 0.5),
}


@pytest.mark.parametrize("name", BATCHES)
def test_it_is_well_formed_and_its_words_stand_apart(name: str) -> None:
    one = BATCHES[name]
    picture = spread(one, batch_words(one))
    root = ElementTree.fromstring(picture)
    assert root.findtext(f"{SVG}title") == "第三批按期完成的地区数及可能性"
    assert "八成可能" in (root.findtext(f"{SVG}desc") or "")
    bars = list(root.iter(f"{SVG}rect"))
    assert 1 <= len(bars) == len(shown(one)) <= MAX_BARS
    assert draw.ACCENT in {bar.attrib["fill"] for bar in bars}
    labels = [
        (float(text.attrib["x"]), draw.width_of(text.text or "", 12) / 2)
        for text in root.iter(f"{SVG}text")
        if text.attrib["fill"] == draw.MUTED
    ]
    for (x, half), (following, other) in pairwise(labels):
        assert x + half < following - other
    assert all(x - half >= -1 and x + half <= WIDTH + 1 for x, half in labels)


def test_nothing_likely_is_left_out_and_many_are_put_together() -> None:
    one = BATCHES["province"]
    bars = shown(one)
    assert sum(chance for _, _, chance in bars) == pytest.approx(1.0, abs=0.01)
    assert all(first <= last for first, last, _ in bars)
    assert all(a[1] + 1 == b[0] for a, b in pairwise(bars))
    assert bars[0][0] > 300
    assert shown(BATCHES["one"]) == [(0, 0, 0.3), (1, 1, 0.7)]


def test_the_likely_numbers_hold_four_fifths() -> None:
    one = BATCHES["many"]
    low, high = one.likely
    assert sum(one.distribution[low : high + 1]) >= 0.8
    assert batch_words(one) == "预计14.4个按期完成，八成可能为11至17个"
    assert batch_words(BATCHES["sure"]) == "预计3.0个按期完成，八成可能为3个"
