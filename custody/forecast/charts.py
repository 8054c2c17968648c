"""How many regions of a batch will be in time: the chances as bars."""

from __future__ import annotations

from custody.forecast.rules import BatchOutlook, chance_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, ACCENT_SOFT, INK, MUTED, RULE, Mark, Svg

WIDTH, HEIGHT, SIZE = 352.0, 128.0, 12.0
TOP, BASE = 20.0, 104.0
MAX_BARS = 40
LEAST = 0.001


def shown(batch: BatchOutlook) -> list[tuple[int, int, float]]:
    """(from, to, chance) of every bar: what is all but impossible at both ends is left out, and very
    many numbers are put together."""
    chances = batch.distribution
    likely = [number for number, chance in enumerate(chances) if chance >= LEAST] or [0]
    first, last = likely[0], likely[-1]
    while last - first < min(5, len(chances) - 1):
        first, last = max(0, first - 1), min(len(chances) - 1, last + 1)
    step = -(-(last - first + 1) // MAX_BARS)
    return [
        (low, min(low + step - 1, last), sum(chances[low : min(low + step, last + 1)]))
        for low in range(first, last + 1, step)
    ]


def spread(batch: BatchOutlook, words: str) -> Svg:
    """The bars within which four of five futures lie are dark; the highest one says its chance.

    `words`: what the picture says, in a sentence."""
    bars = shown(batch)
    low, high = batch.likely
    pitch = WIDTH / len(bars)
    thick = min(pitch * 0.78, 34.0)
    top = max(chance for _, _, chance in bars) or 1.0
    marks: list[Mark] = [draw.line(0, BASE, WIDTH, BASE, stroke=RULE)]
    every = max(1, -(-len(bars) * 26 // int(WIDTH)))
    for place, (first, last, chance) in enumerate(bars):
        middle = pitch * (place + 0.5)
        height = (BASE - TOP) * chance / top
        inside = first <= high and last >= low
        name = f"{first}个" if first == last else f"{first}至{last}个"
        marks.append(
            draw.group(
                draw.rect(
                    middle - thick / 2,
                    BASE - height,
                    thick,
                    height,
                    fill=ACCENT if inside else ACCENT_SOFT,
                ),
                name=f"{name}：{chance_words(chance)}",
            )
        )
        if chance == top:
            marks.append(
                draw.text(
                    min(max(middle, 14), WIDTH - 14),
                    BASE - height - 5,
                    chance_words(chance),
                    size=SIZE,
                    anchor="middle",
                    fill=INK,
                )
            )
        if place % every == 0:
            half = draw.width_of(str(first), SIZE) / 2
            at = min(max(middle, half), WIDTH - half)
            marks.append(
                draw.text(at, BASE + 16, str(first), size=SIZE, anchor="middle", fill=MUTED)
            )
    return draw.document(
        WIDTH,
        HEIGHT,
        *marks,
        title=f"{batch.name}按期完成的地区数及可能性",
        desc=f"{batch.known}个地区，{words}；深色为八成可能所在的范围。",
    )
