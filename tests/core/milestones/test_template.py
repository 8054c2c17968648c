"""Templates, chains and stages; tried on invented templates and on the one that is shipped."""

import csv
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import setup
from custody.kernel.problems import Refused
from custody.milestones import rules, sheet
from custody.milestones.rules import STAGES, Item, Stage, Status

SHIPPED = setup.JIANGSU / "milestones.csv"


def rows() -> list[dict[str, str]]:
    with SHIPPED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def item(code: str, *after: str, gate: bool = False, **values: object) -> Item:
    return Item(
        **{  # type: ignore[arg-type]
            "code": code,
            "name": f"事项{code}",
            "phase": "前期评估",
            "stage": Stage.PRE_TENDER,
            "evidence": "文件",
            "owner": "牵头单位",
            "after": after,
            "weight": 1,
            "gate": gate,
            "order": 1,
            "due": {},
            **values,
        }
    )


@st.composite
def ladders(draw: st.DrawFn) -> list[Item]:
    """Templates without circles: an item may only rest on earlier ones."""
    number = draw(st.integers(2, 12))
    items = []
    for n in range(number):
        before = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        items.append(item(f"M{n:02}", *(f"M{b:02}" for b in sorted(before)), order=n))
    return [*items, item("G", f"M{number - 1:02}", gate=True, order=number)]


@given(ladders())
def test_a_ladder_is_a_good_template(items: list[Item]) -> None:
    assert rules.problems_of_template(items) == []


@given(ladders(), st.data())
def test_any_circle_is_found_and_walked(items: list[Item], data: st.DataObject) -> None:
    after = {one.code: one.after for one in items}
    gate_chain = sorted(rules.chain_of("G", after) - {"G"})
    low = data.draw(st.sampled_from(gate_chain))
    items = [replace(i, after=(*i.after, "G")) if i.code == low else i for i in items]
    [problem] = [p for p in rules.problems_of_template(items) if p.code == "circle"]
    path = problem.message.split("：")[1].split("，")[0].split("→")
    assert path[0] == path[-1]
    after = {one.code: one.after for one in items}
    assert all(second in after[first] for first, second in pairwise(path))


def test_a_thing_that_waits_for_itself_is_a_circle() -> None:
    found = rules.problems_of_template([item("A", "A"), item("G", "A", gate=True)])
    assert [p.message for p in found] == ["前置关系成环：A→A，请断开其中一处。"]


def test_every_fault_of_a_template_is_named_at_once() -> None:
    wrong = [item("A"), item("A", "Z", weight=-1), item("G", gate=True)]
    assert [p.code for p in rules.problems_of_template(wrong)] == [
        "twice",
        "unknown_predecessor",
        "weight",
        "gate_alone",
    ]
    assert [p.code for p in rules.problems_of_template([item("A")])] == ["no_gate"]


@given(ladders())
def test_a_chain_is_closed(items: list[Item]) -> None:
    after = {one.code: one.after for one in items}
    for one in items:
        chain = rules.chain_of(one.code, after)
        assert one.code in chain
        for code in chain:
            assert set(after[code]) <= chain
        assert chain == {one.code}.union(*(rules.chain_of(b, after) for b in one.after))


# --- the shipped lifecycle --------------------------------------------------------------------


def test_the_shipped_lifecycle() -> None:
    items = sheet.read(rows())
    assert [i.code for i in items if not i.gate] == [f"M{n:02}" for n in range(1, 25)]
    assert [(i.code, i.stage) for i in items if i.gate] == [
        ("G-C", Stage.PRE_TENDER),
        ("G-B", Stage.PLATFORM),
        ("G-A", Stage.PILOT),
    ]
    year_end = date(2026, 12, 31)
    gates = {i.code: i.due for i in items if i.gate}
    assert (gates["G-C"][3], gates["G-B"][2], gates["G-A"][1]) == (year_end,) * 3
    assert all(i.evidence and i.owner and i.phase for i in items)


def test_no_shipped_due_date_comes_before_a_predecessor_s() -> None:
    items = {i.code: i for i in sheet.read(rows())}
    for one in items.values():
        for batch, due in one.due.items():
            for before in one.after:
                earlier = items[before].due.get(batch) if before in items else None
                assert not (due and earlier) or earlier <= due, (one.code, before, batch)


def test_a_plan_begins_when_the_last_predecessor_is_due() -> None:
    items = {i.code: i for i in sheet.read(rows())}
    new_year = date(2026, 1, 1)
    assert rules.plan_start(items["M01"], items, 3, new_year) == new_year
    assert rules.plan_start(items["M05"], items, 3, new_year) == date(2026, 7, 31)
    for batch in (1, 2, 3):
        for one in items.values():
            start = rules.plan_start(one, items, batch, new_year)
            due = one.due.get(batch)
            assert due is None or start < due


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("stage", "later", "pre_tender"),
        ("weight", "重", "非负整数"),
        ("weight", "-1", "非负整数"),
        ("due_3", "4月底", "2026-12-31"),
        ("name", "", "文字"),
    ],
)
def test_a_wrong_cell_is_named(column: str, value: str, words: str) -> None:
    changed = rows()
    changed[2][column] = value
    with pytest.raises(Refused) as caught:
        sheet.read(changed)
    [problem] = caught.value.problems
    assert f"milestones.csv 第4行 {column}" in problem.message
    assert words in problem.message


def test_all_wrong_cells_are_named_at_once() -> None:
    changed = rows()
    changed[0]["name"] = changed[1]["stage"] = ""
    changed[5]["after"] = "M99"
    with pytest.raises(Refused) as caught:
        sheet.read(changed)
    assert [p.code for p in caught.value.problems] == ["value", "value", "unknown_predecessor"]


# --- stages -----------------------------------------------------------------------------------


@given(st.sets(st.sampled_from(STAGES[:-1])))
def test_the_stage_is_the_first_one_not_left(left: set[Stage]) -> None:
    reached = rules.stage_reached(left)
    assert reached not in left
    assert all(stage in left for stage in STAGES[: reached.order])
    assert (reached is Stage.DONE) == (left == set(STAGES[:-1]))


rows_of_stage = st.lists(
    st.tuples(
        st.sampled_from([Stage.TENDER, Stage.PLATFORM]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Status),
    ),
    max_size=8,
)


@given(rows_of_stage)
def test_a_stage_closes_with_its_gate_or_with_all_that_is_required(
    states: list[tuple[Stage, bool, bool, Status]],
) -> None:
    own = [s for s in states if s[0] is Stage.TENDER]
    gates = [s for s in own if s[1]]
    needed = gates or [s for s in own if s[2]]
    wanted = bool(needed) and all(s[3].settled for s in needed)
    assert rules.stage_closed(Stage.TENDER, states) is wanted


def test_stages_are_called_what_officials_call_them() -> None:
    assert [stage.label() for stage in STAGES] == [
        "招标前准备",
        "招标签约",
        "平台建设",
        "试点",
        "完成",
    ]
    assert Stage.PILOT.label(pilot=False) == "托管运行"
    assert Stage.TENDER.label(pilot=False) == "招标签约"


# --- days between, durations ---------------------------------------------------------------------

CODE = st.from_regex(r"[A-Z][A-Z0-9-]{0,5}", fullmatch=True)


@given(st.dictionaries(CODE, st.integers(0, 999), max_size=5))
def test_predecessors_are_read_as_they_are_written(wanted: dict[str, int]) -> None:
    lags = {code: days for code, days in wanted.items() if days}
    text = rules.written_after(tuple(wanted), lags)
    assert rules.read_after(text.split()) == (tuple(wanted), lags)
    assert rules.predecessors(text) == tuple(wanted)


@pytest.mark.parametrize("word", ["M11+", "M11+x", "M11+1000", "+30", "M11+-3"])
def test_what_is_no_lag_is_named_with_how_to_write_it(word: str) -> None:
    after, lags = rules.read_after([word])
    wrong = [item("M11"), item("G", *after, gate=True, lags=lags)]
    [problem] = rules.problems_of_template(wrong)
    assert f"“{word}”写法有误：间隔天数应写成 M11+30 的样式" in problem.message


def test_a_lag_moves_the_planned_start() -> None:
    items = {
        "A": item("A", due={3: date(2026, 5, 1)}),
        "B": item("B", "A", due={3: date(2026, 8, 1)}, lags={"A": 30}),
    }
    assert rules.plan_start(items["B"], items, 3, date(2026, 1, 1)) == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((None, 5, 9), "应同时填写"),
        ((5, 4, 9), "应依次不减"),
        ((0, 4, 9), "应依次不减"),
        ((1, 4, 1000), "应依次不减"),
        ((None, None, None), ""),
        ((1, 1, 1), ""),
    ],
)
def test_durations_are_all_there_and_in_order(days: tuple[int, ...], words: str) -> None:
    low, likely, high = days
    one = item("A", days_low=low, days_likely=likely, days_high=high)
    found = rules.problems_of_days(one)
    assert [words in problem.message for problem in found] == ([True] if words else [])
    assert bool(rules.problems_of_template([one, item("G", "A", gate=True)])) == bool(words)


def test_a_sheet_without_durations_is_a_good_sheet_and_a_wrong_one_is_named() -> None:
    plain = [{name: text for name, text in row.items() if "days" not in name} for row in rows()]
    assert {one.days_likely for one in sheet.read(plain)} == {None}
    assert {one.lags.get("M11", 0) for one in sheet.read(rows())} == {0, 30}
    assert all(one.days_likely for one in sheet.read(rows()))
    changed = rows()
    changed[2]["days_low"] = "两周"
    with pytest.raises(Refused) as refused:
        sheet.read(changed)
    [problem, *_] = refused.value.problems
    assert "milestones.csv 第4行 days_low（最短工期）：应填写天数" in problem.message
