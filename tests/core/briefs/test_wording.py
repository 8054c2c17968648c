"""The drafted words: every figure is a fact, edge cases read well, nobody is ranked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.briefs import wording
from custody.briefs.facts import More
from custody.dashboard.rules import Exception_, ProgrammeFacts
from custody.milestones.rules import Light
from tests.factories.facts import Mood, programme

MOODS: tuple[Mood, ...] = ("normal", "one_late", "all_late", "none_started", "all_done")
SCOPES = ("province", "city:320200", "city:320100", "city:320600", "region:320282", "region:320871")
NOTHING = More()
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _text(facts: ProgrammeFacts, more: More = NOTHING) -> str:
    return "\n".join(f"{p.heading}\n{p.text}" for p in wording.paragraphs(facts, more))


def _numbers_of(facts: ProgrammeFacts) -> set[str]:
    """Every number the facts hold, as a sentence may print it; counted here, not by the rules."""
    found: set[str] = {str(wording.AHEAD_DAYS), "0", "1"}
    days = [facts.as_of, facts.deadline, *(batch.deadline for batch in facts.batches)]
    percents: list[float] = []
    for point in facts.curve:
        days.append(point.on)
        percents += [p for p in (point.planned, point.actual, point.forecast) if p is not None]
        if point.actual is not None:
            percents.append(abs(round(point.actual, 1) - round(point.planned, 1)))
    for batch in facts.batches:
        percents += [batch.percent, batch.expected_percent]
        percents.append(abs(round(batch.percent, 1) - round(batch.expected_percent, 1)))
        found |= {str(n) for n in (batch.regions, batch.done, *batch.lights.values())}
    for region in facts.regions:
        percents += [region.percent, region.expected_percent]
        percents.append(abs(round(region.percent, 1) - round(region.expected_percent, 1)))
        found |= {str(region.done), str(region.total)}
        for cell in region.cells:
            days += [d for d in (cell.planned, cell.forecast, cell.actual) if d]
            found |= {str(cell.percent), str(cell.days_late)} | set(NUMBER.findall(cell.reason))
    for line in facts.exceptions:
        days += [d for d in (line.due, line.forecast) if d]
        found.add(str(line.days))
    for day in days:
        found |= {str(day.year), str(day.month), str(day.day)}
    found |= {f"{p:.1f}" for p in percents}
    # Counts: of regions by light, of milestones, of lines, of who has not reported.
    found |= {str(n) for n in range(len(facts.regions) + 1)}
    found |= {str(n) for n in range(len(facts.exceptions) + 1)}
    found.add(str(facts.days_left))
    found.add(str(sum(batch.done for batch in facts.batches)))
    ahead = [
        cell
        for region in facts.regions
        for cell in region.cells
        if cell.planned
        and 0 <= (cell.planned - facts.as_of).days <= wording.AHEAD_DAYS
        and not cell.status.settled
    ]
    found.add(str(len(ahead)))
    for region in facts.regions:
        dated = [cell for cell in region.cells if cell.planned]
        found |= {str(len(dated)), str(sum(cell.status.settled for cell in dated))}
        found.add(str(sum(cell.status.awaiting for cell in dated)))
    quoted = " ".join([facts.notice_title, *(batch.name + batch.goal for batch in facts.batches)])
    return found | set(NUMBER.findall(quoted))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(MOODS),
    st.sampled_from(SCOPES),
    st.integers(0, 10_000),
    st.dates(date(2026, 1, 2), date(2027, 2, 1)),
)
def test_every_number_in_the_text_is_a_fact(mood: Mood, scope: str, seed: int, today: date) -> None:
    facts = programme(mood, scope=scope, seed=seed, today=today)
    unknown = set(NUMBER.findall(_text(facts))) - _numbers_of(facts)
    assert not unknown, _text(facts)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("mood", MOODS)
def test_sentences_are_whole(mood: Mood, scope: str) -> None:
    facts = programme(mood, scope=scope)
    paragraphs = wording.paragraphs(facts)
    assert len({p.key for p in paragraphs}) == len(paragraphs)
    order = list(wording.SECTIONS)
    sections = [p.section for p in paragraphs]
    assert sections == sorted(sections, key=order.index)
    assert set(sections) >= {"overall", "progress", "problems", "next"}
    for paragraph in paragraphs:
        assert paragraph.text.endswith("。"), paragraph
        for wrong in ("None", "，，", "。。", "；；", "：。", "、。", "，。", "（）", "nan", "  "):
            assert wrong not in paragraph.text, paragraph


def test_the_province_says_who_is_on_track() -> None:
    facts = programme()
    count = {light: sum(r.light is light for r in facts.regions) for light in Light}
    fine = len(facts.regions) - count[Light.YELLOW] - count[Light.RED]
    text = _text(facts)
    assert "全省共有32个地区" in text
    assert f"32个地区中，{fine}个进展正常" in text
    assert f"{count[Light.YELLOW]}个预警、{count[Light.RED]}个滞后" in text
    assert "距12月31日完成时限还有39天" in text


def test_none_late() -> None:
    facts = replace(programme("all_done"), silent=())
    text = _text(facts)
    assert "没有逾期、退回事项" in text
    assert "逾期里程碑" not in text
    assert "总结推广经验" in text
    assert "均进展正常" in text


def test_one_late() -> None:
    facts = programme("one_late")
    facts = replace(facts, exceptions=facts.exceptions[:1], silent=())
    line = facts.exceptions[0]
    assert (
        f"有1个地区的1项里程碑逾期：{line.region_name}“{line.milestone_name}”，"
        f"逾期{line.days}天" in _text(facts)
    )
    assert "由设区市机关事务管理部门跟踪督办" in _text(facts)


def test_all_late_tells_the_worst_in_the_order_of_the_notice() -> None:
    facts = programme("all_late")
    late = next(p for p in wording.paragraphs(facts) if p.key == "problems.late")
    told = [r.name for r in facts.regions if f"{r.name}" in late.text]
    assert len(told) == wording.TOLD
    assert sorted(told, key=late.text.index) == told
    assert "共有32个地区的" in late.text
    assert "均为滞后状态" in _text(facts)


def test_no_data() -> None:
    facts = replace(programme("none_started"), curve=())
    text = _text(facts)
    assert "尚未报送实质性进展" in text
    assert "32个地区11月均未更新进展" in text


def test_no_regions() -> None:
    paragraphs = wording.paragraphs(programme(scope="city:999999"))
    assert [p.key for p in paragraphs] == ["overall.1"]
    assert "尚无地区列入" in paragraphs[0].text


def test_a_single_region_is_not_a_crowd() -> None:
    for mood in MOODS:
        assert "平均" not in _text(programme(mood, scope="city:320100"))
    assert "南京市秦淮区有9项里程碑逾期，最长的是“" in _text(
        programme("none_started", scope="city:320100")
    )
    text = _text(programme(scope="city:320100"))
    assert "平均" not in text
    assert "各地" not in text.replace("各地填报", "").replace("各地要", "")
    own = _text(programme(scope="region:320104"))
    assert "南京市秦淮区属于2026年启动和推进的地区" in own
    assert "各地要" not in own


def test_review_and_stale_lines_are_counted() -> None:
    facts = programme("one_late")
    line = facts.exceptions[0]
    more: list[Exception_] = [
        replace(line, kind="returned", days=3, words="已退回3天"),
        replace(line, kind="waiting", days=7, words="待省核7个工作日"),
        replace(line, kind="stale", days=44, words="44天未更新"),
    ]
    text = _text(replace(facts, exceptions=(*facts.exceptions, *more)))
    assert "1项里程碑的材料被退回" in text
    assert "最长已7个工作日" in text
    assert f"{line.region_name}已44天没有更新进展。" in text
    assert "项在办里程碑较长时间没有更新" not in text
    many = (*more, replace(more[-1], region_code="other", days=51))
    text = _text(replace(facts, exceptions=(*facts.exceptions, *many)))
    assert "2个地区较长时间没有更新进展，最长已51天。" in text


def test_a_brief_does_not_rank() -> None:
    for mood in MOODS:
        for scope in SCOPES:
            text = _text(programme(mood, scope=scope))
            for word in ("排名", "第一名", "倒数", "末位", "最差"):
                assert word not in text


def test_titles_name_their_scope() -> None:
    assert wording.title(programme()) == "关于全省整区能源费用托管工作进展情况的通报"
    assert "无锡市" in wording.title(programme(scope="city:320200"))
    assert "宜兴市" in wording.title(programme(scope="region:320282"))
