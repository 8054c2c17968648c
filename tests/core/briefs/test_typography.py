"""Text as type: what is escaped, squeezed, kept together and broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from custody.briefs import render


@given(st.text(alphabet="甲乙1.5%个，。、；：（）《》“”<&>\"' ", max_size=60))
def test_typesetting_changes_no_word(words: str) -> None:
    assert render.typeset(words).striptags() == " ".join(words.split()) or "<" in words
    assert Markup(render.typeset(words)).unescape().count("<span") <= len(words) + words.count("<")


def test_user_text_is_escaped() -> None:
    assert "<script>" not in render.typeset("<script>alert(1)</script>")
    assert "&lt;" in render.typeset("甲<乙")


def test_signs_that_meet_are_squeezed() -> None:
    assert render.typeset("（《办法》）") == (
        '（<span class="halt">《</span>办法<span class="halt">》</span>）'
    )
    assert 'class="halt"' not in render.typeset("甲，乙。")


def test_figures_stay_with_their_unit() -> None:
    assert '<span class="nb">32个</span>' in render.typeset("共32个地区")
    assert '<span class="nb">85.3%</span>' in render.typeset("进度85.3%，")


def test_the_first_words_of_a_measure_are_set_in_black() -> None:
    assert render.typeset("一是紧盯时限。各地要").startswith("<b>一是紧盯时限。</b>")
    assert "<b>" not in render.typeset("这是第一件事。")


def test_titles_break_between_words() -> None:
    assert render.title_lines("宜兴市整区能源费用托管情况") == ["宜兴市整区能源费用托管情况"]
    for place in ("全省", "无锡市", "南通经济技术开发区", "盐城市大丰区"):
        lines = render.title_lines(f"关于{place}整区能源费用托管工作进展情况的通报")
        assert len(lines) == 2
        assert all(len(line) <= render.TITLE_ROOM for line in lines)
        assert "整区能源费用托管" in "|".join(lines)
        assert not lines[1].startswith(("的", "，"))
