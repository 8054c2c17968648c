"""Figures in edited paragraphs: fields that are filled, typed ones that are held against the facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.briefs import changes, numbers, snapshot
from tests.core.briefs.test_changes import frozen
from tests.factories.facts import programme

DRAFTED = (
    "全省共有32个地区，其中10个进展正常、5个滞后；"
    "实际办结63.2%，低于计划4.1个百分点，距12月31日还有39天。"
)


def messages(edited: str, known: tuple[str, ...] = ()) -> list[str]:
    return [doubt.message for doubt in numbers.doubts("第2段", edited, DRAFTED, known)]


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (DRAFTED, []),
        (DRAFTED.replace("5个滞后", "6个滞后"), ["第2段中的“6个”与数据“5个”不一致，请核对。"]),
        ("全省滞后地区为５个。", []),
        ("实际办结６３．２％，距12月31日还有39天。", []),
        (
            DRAFTED.replace("63.2%", "36.2%"),
            ["第2段中的“36.2%”与数据“63.2%”不一致，请核对。"],
        ),
        (
            DRAFTED.replace("12月31日", "12月30日"),
            ["第2段中的“12月30日”与数据“12月31日”不一致，请核对。"],
        ),
        ("已召开7次调度会。", ["第2段中的“7次”在数据中没有依据，请核对。"]),
        ("没有数字的一段话。", []),
        ("5个百分点", ["第2段中的“5个百分点”在数据中没有依据，请核对。"]),
        ("7次、7次、7次", ["第2段中的“7次”在数据中没有依据，请核对。"]),
    ],
)
def test_a_figure_typed_otherwise_is_told(edited: str, said: list[str]) -> None:
    assert messages(edited) == said


def test_figures_of_other_paragraphs_are_known() -> None:
    assert messages("已召开7次调度会。", ("7次",)) == []


@given(st.integers(0, 10**7), st.sampled_from(["个", "项", "天", "%", "个百分点"]))
def test_no_other_figure_passes(number: int, unit: str) -> None:
    words = f"{number}{unit}"
    known = {figure.words for figure in numbers.figures_in(DRAFTED)}
    assert bool(messages(f"情况如下：{words}。")) is (words not in known)


@pytest.mark.parametrize("mood", ["normal", "all_late", "none_started", "all_done", "one_late"])
def test_no_drafted_paragraph_doubts_itself(mood: str) -> None:
    for paragraph in snapshot.paragraphs_of(frozen(programme(mood))):  # type: ignore[arg-type]
        text = paragraph["text"]
        assert numbers.doubts("本段", text, text, ()) == []


def test_fields_are_filled_from_the_facts() -> None:
    values = changes.named_figures(frozen(programme()))
    assert values["列入地区"] == "32"
    text = "列入⟦列入地区⟧个，滞后⟦ 滞后 ⟧个。"
    assert numbers.problems_of_marks("第1段", text, values) == []
    assert numbers.filled(text, values) == f"列入32个，滞后{values['滞后']}个。"
    assert not numbers.has_marks(numbers.filled(text, values))


@pytest.mark.parametrize("text", ["共⟦没有这个⟧个", "共⟦滞后", "滞后⟧个", "⟦⟧"])
def test_a_field_that_names_no_figure_stops(text: str) -> None:
    found = numbers.problems_of_marks("第1段", text, {"滞后": "5"})
    assert len(found) == 1
    assert "不是可引用的数据" in found[0].message
    assert numbers.filled(text, {"滞后": "5"}) == text
