"""Moving a region to another version: what people did stays, and moving twice moves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from custody.milestones.move import (
    Position,
    Standing,
    applied,
    contradictions,
    digest,
    due_changes,
    plan,
)
from custody.milestones.rules import Item, Stage, Status

CODES = [f"M{n:02}" for n in range(1, 9)]
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
OPEN_STAGES = [stage for stage in Stage if stage is not Stage.DONE]


def item(code: str, **how: object) -> Item:
    plain = Item(
        code=code,
        name=f"名称{code}",
        phase="前期评估",
        stage=Stage.PRE_TENDER,
        evidence="材料",
        owner="牵头单位",
        after=(),
        weight=1,
        gate=False,
        order=1,
        due={3: date(2026, 6, 30)},
    )
    return replace(plain, **how)  # type: ignore[arg-type]


def standing(code: str, **how: object) -> Standing:
    plain = Standing(
        code=code,
        status=Status.NOT_STARTED,
        planned=date(2026, 6, 30),
        plan_start=date(2026, 1, 1),
        unit="牵头单位",
        replanned=False,
        touched=False,
    )
    return replace(plain, **how)  # type: ignore[arg-type]


def position(items: list[Item], rows: list[Standing], **how: object) -> Position:
    plain = Position("320282", 3, 2026, tuple(items), tuple(rows), {})
    return replace(plain, **how)  # type: ignore[arg-type]


items = st.builds(
    item,
    st.just(""),
    name=st.sampled_from(["甲", "乙"]),
    owner=st.sampled_from(["牵头单位", "财政部门"]),
    stage=st.sampled_from(OPEN_STAGES),
    gate=st.booleans(),
    required=st.booleans(),
    due=st.dictionaries(st.sampled_from([1, 2, 3]), DAYS, max_size=3),
    after=st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple),
)


@st.composite
def templates(draw: st.DrawFn) -> tuple[Item, ...]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    return tuple(replace(draw(items), code=code, order=n) for n, code in enumerate(codes, 1))


@st.composite
def positions(draw: st.DrawFn) -> Position:
    template = draw(templates())
    rows = []
    for each in draw(st.lists(st.sampled_from(template), unique_by=lambda i: i.code)):
        status = draw(st.sampled_from(Status))
        replanned = draw(st.booleans())
        rows.append(
            standing(
                each.code,
                status=status,
                planned=draw(DAYS),
                plan_start=draw(DAYS),
                unit=draw(st.sampled_from(["牵头单位", "自己的单位"])),
                replanned=replanned,
                touched=replanned or status is not Status.NOT_STARTED or draw(st.booleans()),
            )
        )
    left = draw(st.integers(0, 4))
    passed = {stage: draw(st.booleans()) for stage in OPEN_STAGES[:left]}
    return Position("320282", draw(st.sampled_from([1, 2, 3])), 2026, template, tuple(rows), passed)


@given(positions(), templates())
def test_moving_twice_moves_nothing(before: Position, target: tuple[Item, ...]) -> None:
    move = plan(before, target)
    after = applied(before, target, move)
    again = plan(after, target)
    assert (again.opened, again.dropped, again.changed) == ((), (), ())


@given(positions(), templates())
def test_what_people_did_stays(before: Position, target: tuple[Item, ...]) -> None:
    move = plan(before, target)
    dropped = {line.code for line in move.dropped}
    after = {row.code: row for row in applied(before, target, move).rows}
    for row in before.rows:
        if row.touched and row.code in dropped:
            assert any(problem.where == row.code for problem in move.blocked)
        if row.code not in after:
            continue
        kept = after[row.code]
        assert kept.status is row.status
        if row.replanned:
            assert (kept.planned, kept.plan_start) == (row.planned, row.plan_start)
        if row.status.settled or row.status.awaiting:
            assert kept == row
        if row.unit == "自己的单位":
            assert kept.unit == row.unit


@given(positions(), templates())
def test_after_a_move_the_rows_are_the_new_versions(
    before: Position, target: tuple[Item, ...]
) -> None:
    move = plan(before, target)
    after = applied(before, target, move)
    codes = {each.code for each in target}
    assert {row.code for row in after.rows} <= codes
    stage_of = {each.code: each.stage for each in target}
    for line in move.opened:
        assert not before.passed.get(stage_of[line.code]), "a stage passed here is not opened again"


@given(positions(), templates())
def test_a_stage_passed_here_stays_passed_or_the_region_is_blocked(
    before: Position, target: tuple[Item, ...]
) -> None:
    move = plan(before, target)
    if move.blocked:
        return
    after = applied(before, target, move)
    assert not [w for w in contradictions(after) if "尚未办结" in w]


def test_dates_names_and_new_milestones() -> None:
    old = [item("M01"), item("M02"), item("G-C", gate=True, after=("M01", "M02"))]
    new = [
        item("M01", name="新名称", due={3: date(2026, 7, 31)}),
        item("M03", due={3: date(2026, 8, 31)}, after=("M01",)),
        item("G-C", gate=True, after=("M01", "M03")),
    ]
    rows = [standing(each.code) for each in old]
    move = plan(position(old, rows), new)
    assert [(line.code, line.planned, line.plan_start) for line in move.opened] == [
        ("M03", date(2026, 8, 31), date(2026, 7, 31))
    ]
    assert [line.code for line in move.dropped] == ["M02"]
    first = move.changed[0]
    assert first.row[0] == ("planned", date(2026, 6, 30), date(2026, 7, 31))
    assert ("name", "名称M01", "新名称") in first.item
    assert move.redated == 1
    assert not move.blocked
    assert due_changes(old[0], new[0]) == (("due_3", "2026-06-30", "2026-07-31"),)


def test_work_in_a_removed_milestone_blocks_the_region_in_words() -> None:
    old = [item("M01"), item("M02")]
    rows = [standing("M01"), standing("M02", status=Status.IN_PROGRESS, touched=True)]
    move = plan(position(old, rows), [item("M01")])
    assert [problem.code for problem in move.blocked] == ["touched"]
    assert "M02 名称M02已有办理记录（进行中）" in move.blocked[0].message


def test_a_new_gate_in_a_passed_stage_blocks_the_region() -> None:
    old = [item("G-C", gate=True)]
    done = standing("G-C", status=Status.CONFIRMED, touched=True)
    at = position(old, [done], passed={Stage.PRE_TENDER: True})
    assert not plan(at, old).blocked
    moved = plan(at, [item("G-C", gate=True), item("G-X", gate=True)])
    assert not moved.opened, "nothing is opened in a stage that was passed"
    assert not moved.blocked
    stricter = plan(at, [item("G-C", gate=False, required=False), item("G-X", gate=True)])
    assert [problem.code for problem in stricter.blocked] == ["reopens"]


def test_a_stage_closes_when_what_was_open_is_no_longer_asked() -> None:
    old = [item("M01"), item("M02")]
    rows = [standing("M01", status=Status.CONFIRMED, touched=True), standing("M02")]
    assert plan(position(old, rows), [item("M01")]).closes is Stage.PRE_TENDER
    assert plan(position(old, rows), old).closes is None


def test_a_stage_opened_by_a_gate_gets_all_of_the_new_versions_milestones() -> None:
    tender = item("M12", stage=Stage.TENDER, due={})
    old = [item("G-C", gate=True), tender]
    rows = [standing("G-C", status=Status.CONFIRMED, touched=True), standing("M12", planned=None)]
    at = position(old, rows, passed={Stage.PRE_TENDER: True})
    more = item("M13", stage=Stage.TENDER, due={})
    assert [line.code for line in plan(at, [*old, more]).opened] == ["M13"]


def test_a_preview_has_a_digest_of_its_own() -> None:
    at = position([item("M01")], [standing("M01")])
    one, two = plan(at, [item("M01")]), plan(at, [item("M01", owner="财政部门")])
    assert digest({"320282": one}) == digest({"320282": one})
    assert digest({"320282": one}) != digest({"320282": two})
    assert digest({"320282": one}) != digest({"320582": one})


def test_contradictions_are_named() -> None:
    gate = item("G-C", gate=True)
    fine = position([gate], [standing("G-C")])
    assert contradictions(fine) == []
    assert "尚未办结" in contradictions(replace(fine, passed={Stage.PRE_TENDER: True}))[0]
    assert "却未通过之前的" in contradictions(replace(fine, passed={Stage.TENDER: False}))[0]
    done = position([gate], [standing("G-C", status=Status.CONFIRMED)])
    assert "却未记为通过" in contradictions(done)[0]
    assert "不在所用模板中" in contradictions(position([gate], [standing("M99")]))[0]
