"""Pure: the figures in an edited paragraph. ⟦滞后⟧ stands for a figure and is filled from the facts;
a figure typed by hand is held against those the facts give.

What a figure is: digits (full-width ones too) with the unit behind them: 5个, 63.2%, 12月31日.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from custody.kernel.problems import Problem

_MARK = re.compile(r"⟦([^⟦⟧\n]{0,40})⟧")
_FIGURE = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    r"|\d+(?:,\d{3})*(?:\.\d+)?\s*"
    r"(?:个百分点|个工作日|%|‰|[万亿]?(?:千瓦时|平方米|吨标准煤|立方米|元|吨)|个|项|天|户|家|处|次|倍|年|月|日|万|亿)?"
)
NEAR = 6
"""Characters of the sentence before a figure that tell which figure it is."""


@dataclass(frozen=True, slots=True)
class Figure:
    words: str
    """As compared: half-width, no spaces or thousands separators."""
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure of an edited paragraph that the facts do not know."""

    paragraph: str
    """What the reader calls it: 总体情况第2段."""
    typed: str
    known: str
    """What the draft says in its place; empty where it says nothing there."""

    @property
    def message(self) -> str:
        if self.known:
            return f"{self.paragraph}中的“{self.typed}”与数据“{self.known}”不一致，请核对。"
        return f"{self.paragraph}中的“{self.typed}”在数据中没有依据，请核对。"


def figures_in(text: str) -> list[Figure]:
    plain = _plain(text)
    return [Figure(_bare(hit[0]), hit.start(), hit.end()) for hit in _FIGURE.finditer(plain)]


def _plain(text: str) -> str:
    """Digits and signs in one width; as long as the text itself."""
    return "".join(
        wide if len(wide := unicodedata.normalize("NFKC", sign)) == 1 else sign for sign in text
    )


def _bare(words: str) -> str:
    return re.sub(r"[\s,]", "", words)


def doubts(name: str, edited: str, drafted: str, known: Sequence[str]) -> list[Doubt]:
    """Figures in `edited` that occur neither in the drafted paragraph nor among `known` figures
    (those of all drafted paragraphs and tables); each with what the draft says at that spot.

    A figure of the draft may be said as often as the editor likes.
    """
    allowed = {figure.words for figure in figures_in(drafted)}
    allowed |= {_bare(_plain(words)) for words in known}
    there = _replaced(edited, drafted)
    seen: Counter[str] = Counter()
    found = []
    for figure in figures_in(edited):
        if figure.words in allowed or seen[figure.words]:
            continue
        seen[figure.words] += 1
        found.append(Doubt(name, figure.words, there.get(figure.at, "")))
    return found


def _replaced(edited: str, drafted: str) -> dict[int, str]:
    """Start of a figure in the edited text → the draft's figure that stands in the same words."""
    ours, theirs = figures_in(edited), figures_in(drafted)
    one, other = _context(edited, ours), _context(drafted, theirs)
    found: dict[int, str] = {}
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag in ("equal", "replace") and b - a == d - c:
            for mine, draft in zip(ours[a:b], theirs[c:d], strict=True):
                if _unit(mine.words) == _unit(draft.words) and mine.words != draft.words:
                    found[mine.at] = draft.words
    return found


def _context(text: str, figures: Sequence[Figure]) -> list[str]:
    """What stands before each figure, with its unit: the same for 「滞后5个」 and 「滞后6个」."""
    plain = _plain(text)
    return [
        re.sub(r"\d", "#", plain[max(0, figure.at - NEAR) : figure.at]) + _unit(figure.words)
        for figure in figures
    ]


def _unit(words: str) -> str:
    return re.sub(r"[\d.]+", "#", words)


# --- of a whole brief -------------------------------------------------------------------------


def paragraph_names(drafted: Mapping[str, Any]) -> dict[str, str]:
    """Key → what a reader calls it: 总体情况第2段."""
    return {
        paragraph["key"]: f"{section['heading']}第{at}段"
        for section in drafted["sections"]
        for at, paragraph in enumerate(section["paragraphs"], 1)
    }


def known_in(drafted: Mapping[str, Any]) -> list[str]:
    """Every figure the draft says anywhere, in its sentences or in its tables."""
    texts = [
        paragraph["text"] for section in drafted["sections"] for paragraph in section["paragraphs"]
    ]
    for region in drafted["regions"]:
        texts += [region["percent"], region["standing"], region["due"], region["light_reason"]]
        texts.append(f"{region['done']}项、{region['total']}项")
    for batch in drafted["batches"]:
        texts += [batch["percent"], batch["expected"]]
        texts.append(f"{batch['regions']}个、{batch['done']}个")
    for light in drafted["figures"]["lights"].values():
        texts.append(f"{light}个")
    return sorted({figure.words for text in texts for figure in figures_in(text)})


def doubts_in(
    drafted: Mapping[str, Any], words: Mapping[str, str], values: Mapping[str, str]
) -> list[Doubt]:
    """Of all edited paragraphs, in the order of the draft. `values`: what fields stand for."""
    known, names = known_in(drafted), paragraph_names(drafted)
    texts = {
        paragraph["key"]: paragraph["text"]
        for section in drafted["sections"]
        for paragraph in section["paragraphs"]
    }
    return [
        doubt
        for key, name in names.items()
        if key in words
        for doubt in doubts(name, filled(words[key], values), texts[key], known)
    ]


def problems_in(
    drafted: Mapping[str, Any], words: Mapping[str, str], values: Mapping[str, str]
) -> list[Problem]:
    """Fields of edited paragraphs that name no figure."""
    return [
        problem
        for key, name in paragraph_names(drafted).items()
        for problem in problems_of_marks(name, words.get(key, ""), values)
    ]


# --- fields -----------------------------------------------------------------------------------


def filled(text: str, values: Mapping[str, str]) -> str:
    """Every known ⟦…⟧ with its figure in its place; unknown ones stay to be seen."""
    return _MARK.sub(lambda hit: values.get(hit[1].strip(), hit[0]), text)


def has_marks(text: str) -> bool:
    return bool(_MARK.search(text))


def problems_of_marks(name: str, text: str, values: Mapping[str, str]) -> list[Problem]:
    """Marks that name no figure; none of them may be printed."""
    unknown = [hit[0] for hit in _MARK.finditer(text) if hit[1].strip() not in values]
    left = _MARK.sub("", text)
    if "⟦" in left or "⟧" in left:
        unknown.append("⟦…⟧")
    return [
        Problem(
            "mark",
            f"{name}中的“{mark}”不是可引用的数据，请从“可引用的数据”中选用，或直接写出数字。",
        )
        for mark in dict.fromkeys(unknown)
    ]
