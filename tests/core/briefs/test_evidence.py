"""Savings, contracts, outlook and orders in words: every figure is a fact, and what is missing is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.briefs import changes, figures, snapshot, wording
from custody.briefs.facts import Ahead, More
from custody.briefs.rules import Form
from custody.briefs.wording import amounts, onepage
from custody.dashboard.rules import ProgrammeFacts
from tests.core.briefs.test_snapshot import MASTHEAD
from tests.core.briefs.test_wording import MOODS, NUMBER, SCOPES, _numbers_of
from tests.factories import evidence as made
from tests.factories.facts import Mood, programme


def _numbers_of_more(facts: ProgrammeFacts, more: More) -> set[str]:
    """Every number of the evidence as a sentence may print it, reckoned here."""
    # Constants of the sentences: the confidence and the slight chance.
    found = {"90", "20"}
    if more.savings:
        months = more.savings
        values = [months.coal, months.band, months.percent, months.carbon, months.coverage]
        found |= {f"{abs(one):.1f}" for one in values if one is not None}
        found |= {f"{abs(months.cost) / 10_000:.1f}", str(len(months.regions))}
        found |= {str(n) for n in (months.first.year, months.first.number, months.last.number)}
        for one in months.energies:
            for value in (one.saved, one.band, one.percent):
                if value is not None:
                    found |= {
                        f"{abs(value) / 10_000:.1f}",
                        f"{abs(value):.1f}",
                        f"{abs(value):.0f}",
                    }
    if more.contracts:
        held = more.contracts
        found |= {str(held.count), str(len(held.regions)), str(held.institutions)}
        for money in (held.total, held.investment):
            found |= {f"{money / 100_000_000:.2f}", f"{money / 10_000:.1f}"}
        found.add(f"{held.floor_area / 10_000:.1f}")
    if more.ahead:
        for batch in more.ahead.batches:
            found |= {f"{batch.expected:.1f}", f"{batch.expected * 100:.0f}"}
            found |= {str(n) for n in (batch.low, batch.high, batch.regions)}
        for region in more.ahead.regions:
            found |= set(NUMBER.findall(region.words))
            if region.half:
                found |= {str(n) for n in (region.half.year, region.half.month, region.half.day)}
    for order in more.orders:
        found |= {str(order.days_over)} | set(NUMBER.findall(order.number))
    return found | {str(n) for n in range(len(more.orders) + 1)}


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(MOODS),
    st.sampled_from(SCOPES),
    st.integers(0, 10_000),
    st.dates(date(2026, 2, 1), date(2027, 1, 31)),
    st.sampled_from((1, -1)),
    st.booleans(),
)
def test_every_number_is_a_fact_of_the_evidence(
    mood: Mood, scope: str, seed: int, today: date, sign: int, single: bool
) -> None:
    facts = programme(mood, scope=scope, seed=seed, today=today)
    more = replace(made.more(facts), savings=made.savings(facts, sign=sign))
    told = (
        onepage.paragraphs(facts, more, None) if single else wording.paragraphs(facts, more, None)
    )
    text = "\n".join(f"{one.heading}\n{one.text}" for one in told)
    unknown = set(NUMBER.findall(text)) - _numbers_of(facts) - _numbers_of_more(facts, more)
    assert not unknown, text
    for wrong in (
        "None",
        "，，",
        "。。",
        "；；",
        "：。",
        "、。",
        "，。",
        "（）",
        "nan",
        "--",
        "<",
        ">",
    ):
        assert wrong not in text, wrong


def _told(facts: ProgrammeFacts, more: More) -> dict[str, str]:
    return {one.key: one.text for one in wording.paragraphs(facts, more)}


def test_without_a_baseline_nothing_is_saved_and_that_is_said() -> None:
    facts = programme()
    told = _told(facts, More(savings=made.none_adopted(facts)))
    assert told["savings.none"] == "32个地区均尚未采用能源基准，节能量暂无法核算。"
    assert "savings.total" not in told
    own = programme(scope="region:320282")
    assert "能源基准尚未采用" in _told(own, More(savings=made.none_adopted(own)))["savings.none"]
    adopted = made.savings(facts)
    silent = replace(adopted, regions=tuple(replace(one, known=False) for one in adopted.regions))
    assert "没有可以核算的账单" in _told(facts, More(savings=silent))["savings.none"]


def test_a_saving_is_told_with_caliber_uncertainty_and_coverage() -> None:
    facts = programme()
    words = _told(facts, made.more(facts))["savings.total"]
    for part in ("（当量值）", "±533.6吨标准煤", "90%置信水平", "节能率12.8%", "数据覆盖率98.1%"):
        assert part in words
    assert "尚不能认定" not in words
    doubtful = replace(made.savings(facts), band=5000.0)
    assert (
        "未超过其不确定度，尚不能认定为实际成效"
        in (_told(facts, More(savings=doubtful))["savings.total"])
    )
    untold = replace(made.savings(facts), band=None)
    assert "无法给出不确定度" in _told(facts, More(savings=untold))["savings.total"]


def test_more_used_than_the_base_is_not_called_a_saving() -> None:
    facts = programme()
    words = _told(facts, More(savings=made.savings(facts, sign=-1)))
    assert "能耗高于基准4117.9吨" in words["savings.total"]
    assert "节约能源4" not in words["savings.total"]
    assert "增加能源费用" in words["savings.total"]
    assert words["savings.energies"].startswith("分品种看，多用电")


def test_contracts_are_added_up() -> None:
    facts = programme()
    words = _told(facts, made.more(facts))["overall.contracts"]
    assert "共8份，涉及8个地区，合同总额50.17亿元" in words
    assert "计划投资3.00亿元" in words
    none = More(contracts=made.contracts(facts, 0))
    assert _told(facts, none)["overall.contracts"] == "目前尚未签订整区托管合同。"


def test_the_outlook_is_silent_where_nothing_is_left_to_foresee() -> None:
    facts = programme()
    assert "八成可能为" in _told(facts, made.more(facts))["overall.ahead"]
    assert "overall.ahead" not in _told(replace(facts, days_left=0), made.more(facts))
    done = programme("all_done")
    assert "overall.ahead" not in _told(done, made.more(done))
    assert "overall.ahead" not in _told(facts, More(ahead=Ahead((), ())))


def test_matters_are_there_only_where_something_is_to_be_decided() -> None:
    fine = replace(programme("all_done"), exceptions=())
    sections = {one.section for one in wording.paragraphs(fine, More())}
    assert "matters" not in sections
    facts = programme("all_late")
    lost = replace(facts, exceptions=tuple(replace(one, forecast=None) for one in facts.exceptions))
    told = _told(lost, made.more(lost))
    assert told["matters.dates"].startswith("一是明确完成时限。")
    assert told["matters.orders"].startswith("二是")
    assert "2件督办单逾期未反馈、已提级督办" in told["matters.orders"]
    assert "可能性低于20%" in told["matters.goal"]


def test_open_orders_are_told_even_where_nothing_is_late() -> None:
    late = programme("all_late")
    facts = replace(programme("all_done"), exceptions=(), silent=())
    told = _told(facts, More(orders=made.orders(late)))
    assert "没有逾期、退回事项" in told["problems.none"]
    assert "在办督办单4件（红色4件），4件超过时限" in told["problems.orders"]
    punctual = tuple(replace(one, days_over=0) for one in made.orders(late))
    assert "均在时限之内" in _told(facts, More(orders=punctual))["problems.orders"]


def test_nobody_is_ranked_unless_the_office_asks() -> None:
    facts = programme()
    plain = snapshot.freeze(facts, masthead=MASTHEAD, more=made.more(facts))
    assert [one["code"] for one in plain["regions"]] == [one.code for one in facts.regions]
    assert "居前" not in str(plain["sections"])
    ranked = snapshot.freeze(facts, masthead=MASTHEAD, ranked=True)
    third = [one["percent_raw"] for one in ranked["regions"] if one["batch"] == 3]
    assert third == sorted(third, reverse=True)
    assert "进度居前的是" in str(ranked["sections"])


def test_what_changed_is_told_from_the_last_brief() -> None:
    before, after = programme(today=date(2026, 10, 31)), programme()
    last = snapshot.freeze(before, masthead=MASTHEAD)
    brief = snapshot.freeze(after, masthead=MASTHEAD, last=last)
    found = changes.between(last, brief)
    words = next(
        one["text"] for one in snapshot.paragraphs_of(brief) if one["key"] == "overall.since"
    )
    assert words.startswith("与上期（截至10月31日）相比，")
    assert f"新确认里程碑{len(found.confirmed)}项" in words
    assert f"新增逾期{len(found.late)}项" in words
    assert brief["since"]["confirmed"] == len(found.confirmed) > 0
    same = snapshot.freeze(after, masthead=MASTHEAD, last=brief)
    assert "各项进展没有变化。" in str(same["sections"])
    old = {key: value for key, value in brief.items() if key != "marks"}
    silent = snapshot.freeze(after, masthead=MASTHEAD, last=old)
    assert "overall.since" not in {one["key"] for one in snapshot.paragraphs_of(silent)}


def test_the_first_brief_compares_with_nothing() -> None:
    brief = snapshot.freeze(programme(), masthead=MASTHEAD)
    assert brief["since"] is None
    assert "与上期" not in str(brief["sections"])


def test_marks_in_edited_words_are_filled_from_the_facts() -> None:
    facts = programme()
    brief = snapshot.freeze(
        facts,
        masthead=MASTHEAD,
        more=made.more(facts),
        words={"overall.1": "⟦滞后⟧个地区滞后，节能率⟦节能率⟧，⟦没有这个⟧。"},
    )
    assert brief["fields"]["滞后"] == str(brief["figures"]["lights"]["red"])
    text = snapshot.paragraphs_of(brief)[0]["text"]
    assert text == f"{brief['fields']['滞后']}个地区滞后，节能率12.8%，⟦没有这个⟧。"


@pytest.mark.parametrize("scope", ["province", "city:320200"])
def test_problems_carry_owner_days_and_next_date(scope: str) -> None:
    facts = programme("all_late", scope=scope)
    found = figures.problems(facts, made.more(facts))
    late = [one for one in facts.exceptions if one.kind == "late"]
    assert found["all"] == len(late)
    assert len(found["rows"]) == min(len(late), figures.LISTED)
    assert len(found["top"]) == min(figures.TOP, len(facts.regions))
    assert len({row["code"] for row in found["top"]}) == len(found["top"])
    order = [one.code for one in facts.regions]
    places = [order.index(row["code"]) for row in found["rows"]]
    assert places == sorted(places)
    for row in found["rows"]:
        assert row["owner"]
        assert row["next"]
        assert re.search(rf"{row['days']}天", row["standing"])


def test_a_region_lists_only_what_is_supervised() -> None:
    facts = programme("all_late", scope="region:320282")
    assert figures.problems(facts, More())["rows"] == []
    rows = figures.problems(facts, made.more(facts))["rows"]
    assert [bool(row["order"]) for row in rows] == [True] * len(rows)
    assert rows


def test_amounts_as_papers_write_them() -> None:
    assert amounts.money(Decimal("5017200000")) == "50.17亿元"
    assert amounts.money(Decimal("88000000")) == "8800.0万元"
    assert amounts.area(9_263_704) == "926.4万平方米"
    assert amounts.area(980) == "980平方米"
    assert amounts.use(27_053_846, "kWh") == "2705.4万千瓦时"
    assert amounts.use(120, "GJ") == "120吉焦"


@pytest.mark.parametrize("form", list(Form))
def test_titles_name_period_and_form(form: Form) -> None:
    head = replace(MASTHEAD, period="2026-Q4")
    brief = snapshot.freeze(programme(), masthead=head, form=form)
    assert "全省2026年第四季度整区能源费用托管" in brief["title"]
    assert brief["form"] == form.value
