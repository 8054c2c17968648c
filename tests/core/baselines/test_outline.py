"""Sums of a version: every line once, by energy, by institution, whole; two versions side by side."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules.outline import (
    Mark,
    Outline,
    by_energy,
    by_institution,
    compared,
    marked,
    whole,
)
from custody.energy.rules.energies import Energy

_amounts = st.none() | st.decimals("0.0001", "1000000", places=4, allow_nan=False)


def outline(**changes: object) -> Outline:
    values: dict[str, object] = {
        "line": 1,
        "meter": 1,
        "institution": 1,
        "energy": Energy.ELECTRICITY,
        "chosen": "rule",
        "rule": "mean",
        "rule_use": Decimal(1000),
        "rule_cost": Decimal(700),
        "method": "4P",
        "model_use": Decimal(1100),
        "price": Decimal("0.7"),
        "quota": None,
        "stopped": False,
        "cvrmse": 8.0,
    } | changes
    return Outline(**values)  # type: ignore[arg-type]


@st.composite
def versions(draw: st.DrawFn) -> list[Outline]:
    count = draw(st.integers(0, 8))
    return [
        outline(
            line=number,
            meter=number,
            institution=draw(st.integers(1, 3)),
            energy=draw(st.sampled_from([Energy.ELECTRICITY, Energy.GAS, Energy.WATER])),
            chosen=draw(st.sampled_from(["rule", "regression", "quota", ""])),
            rule_use=draw(_amounts),
            rule_cost=draw(_amounts),
            model_use=draw(_amounts),
            price=draw(_amounts),
            quota=draw(_amounts),
        )
        for number in range(1, count + 1)
    ]


@given(versions())
def test_every_line_is_counted_once_whichever_way_it_is_added(lines: list[Outline]) -> None:
    total, energies, owners = whole(lines), by_energy(lines), by_institution(lines)
    assert total.meters == len(lines)
    assert sum(one.meters for one in energies) == sum(one.meters for one in owners) == len(lines)
    for side in ("rule", "model", "chosen"):
        sums = [getattr(one, side) for one in (total,)]
        for parts in (energies, owners):
            assert sum(getattr(one, side).cost for one in parts) == sums[0].cost
            assert sum(getattr(one, side).use for one in parts) == sums[0].use
            assert sum(getattr(one, side).unpriced for one in parts) == sums[0].unpriced
    assert total.chosen.meters == sum(one.use is not None for one in lines)
    assert [one.chosen.cost for one in owners] == sorted(
        (one.chosen.cost for one in owners), reverse=True
    )


def test_what_is_chosen_is_what_counts() -> None:
    assert (outline().use, outline().cost) == (Decimal(1000), Decimal(700))
    regressed = outline(chosen="regression")
    assert (regressed.use, regressed.cost) == (Decimal(1100), Decimal("770.00"))
    by_quota = outline(chosen="quota", quota=Decimal(500), price=None)
    assert (by_quota.use, by_quota.cost) == (Decimal(500), None)
    assert (outline(chosen="").use, outline(chosen="").cost) == (None, None)


def test_the_two_methods_are_compared_where_both_tell_something() -> None:
    lines = [outline(), outline(line=2, meter=2, rule_use=None), outline(line=3, model_use=None)]
    [electricity] = by_energy(lines)
    assert electricity.apart == 10.0
    assert by_energy([outline(rule_use=None)])[0].apart is None
    assert by_energy([outline(chosen="")])[0].leading == ""
    assert electricity.leading == "rule"


def test_marks_say_what_to_look_at() -> None:
    assert outline().marks == frozenset()
    assert outline(chosen="", stopped=True).marks == {Mark.UNDECIDED, Mark.STOPPED}
    assert outline(rule="mean_flagged").marks == {Mark.FLAGGED}
    assert outline(cvrmse=25.0).marks == frozenset()
    assert outline(cvrmse=25.1).marks == {Mark.LOOSE}
    assert outline(method="daily_mean", chosen="regression").marks == {Mark.SHORT}
    assert outline(chosen="quota").marks == {Mark.QUOTA}
    assert marked([outline(chosen=""), outline(chosen="", stopped=True)]) == {
        Mark.UNDECIDED: 2,
        Mark.STOPPED: 1,
    }
    assert all(mark.label and mark.advice.endswith("。") for mark in Mark)


@given(versions())
def test_a_version_differs_from_itself_in_nothing(lines: list[Outline]) -> None:
    assert [row.kind for row in compared(lines, lines)] == ["未变"] * len(lines)


@given(versions(), versions())
def test_two_versions_name_every_meter_of_either_once(
    old: list[Outline], new: list[Outline]
) -> None:
    rows = compared(old, new)
    both = {one.meter for one in old} | {one.meter for one in new}
    assert sorted(row.meter for row in rows) == sorted(both)
    moved = [row.moved for row in rows]
    assert moved == sorted(moved, reverse=True)


def test_differences_are_told_by_kind_and_size() -> None:
    old = [outline(), outline(meter=2), outline(meter=3), outline(meter=4)]
    new = [
        outline(rule_use=Decimal(1200)),
        outline(meter=2, chosen="regression"),
        outline(meter=4),
        outline(meter=5),
    ]
    rows = {row.meter: row for row in compared(old, new)}
    assert [rows[meter].kind for meter in (1, 2, 3, 4, 5)] == [
        *("用量改变", "方法改变", "不再纳入", "未变", "新增户号")
    ]
    assert (rows[1].by, rows[1].percent) == (Decimal(200), 20.0)
    assert (rows[3].by, rows[3].percent) == (None, None)
    assert [row.meter for row in compared(old, new)] == [3, 5, 1, 2, 4]
