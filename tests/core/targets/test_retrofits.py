"""Every square metre once: whatever is linked to what, and in whatever order it comes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.targets.rules.retrofits import (
    BY_CONTRACT,
    BY_ENTRY,
    TO_CHECK,
    Alike,
    AreaEntry,
    Measure,
    alike,
    counted,
    versions_before,
)

AREAS = st.integers(1, 200_000).map(Decimal)
NUMBERS = st.integers(1, 8)
MEASURES = st.dictionaries(NUMBERS, AREAS, max_size=6)
ENTRIES = st.dictionaries(
    NUMBERS,
    st.tuples(AREAS, st.none() | NUMBERS, st.none() | NUMBERS),
    max_size=8,
)


def measure(number: int, area: Decimal | int = 1000) -> Measure:
    return Measure(number, 1, "宜兴市", f"措施{number}", Decimal(area), date(2026, 6, 1))


def entry(number: int, area: Decimal | int = 500, **links: Any) -> AreaEntry:
    return AreaEntry(number, Decimal(area), f"建筑{number}", **links)


def rows(
    measures: dict[int, Decimal], entries: dict[int, tuple[Decimal, int | None, int | None]]
) -> tuple[list[Measure], list[AreaEntry]]:
    return (
        [measure(number, area) for number, area in measures.items()],
        [
            entry(number, area, measure=of, entry=other)
            for number, (area, of, other) in entries.items()
        ],
    )


@given(MEASURES, ENTRIES)
def test_a_linked_pair_is_never_counted_twice(measures, entries) -> None:  # type: ignore[no-untyped-def]
    found = counted(*rows(measures, entries))
    there = {(part.source, part.id) for part in found.parts}
    assert len(there) == len(found.parts)
    for number, (_, of, other) in entries.items():
        if ("entry", number) in there:
            assert ("measure", of) not in there
            assert other == number or ("entry", other) not in there


@given(MEASURES, ENTRIES)
def test_every_row_is_counted_or_has_its_reason(measures, entries) -> None:  # type: ignore[no-untyped-def]
    found = counted(*rows(measures, entries))
    own = {part.id for part in found.parts if part.source == "entry"}
    assert {part.id for part in found.parts if part.source == "measure"} == set(measures)
    assert own | set(found.left_out) == set(entries)
    assert not own & set(found.left_out)


@given(MEASURES, ENTRIES)
def test_the_total_is_the_sum_of_the_listed_parts(measures, entries) -> None:  # type: ignore[no-untyped-def]
    found = counted(*rows(measures, entries))
    listed = {("measure", number): area for number, area in measures.items()}
    listed |= {("entry", number): values[0] for number, values in entries.items()}
    assert found.total == sum(listed[part.source, part.id] for part in found.parts)


@given(MEASURES, ENTRIES, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(measures, entries, dice) -> None:  # type: ignore[no-untyped-def]
    first = counted(*rows(measures, entries))
    some, others = rows(measures, entries)
    dice.shuffle(some)
    dice.shuffle(others)
    assert counted(some, others) == first


@given(MEASURES, ENTRIES)
def test_nothing_linked_means_everything_counts(measures, entries) -> None:  # type: ignore[no-untyped-def]
    loose = {number: (area, None, None) for number, (area, _, _) in entries.items()}
    found = counted(*rows(measures, loose))
    assert found.total == sum(measures.values()) + sum(area for area, _, _ in loose.values())


def test_the_measure_of_a_contract_counts_before_an_entry() -> None:
    found = counted([measure(1, 1000)], [entry(1, 900, measure=1), entry(2, 300)])
    assert found.total == 1300
    assert dict(found.left_out) == {1: BY_CONTRACT}


def test_of_two_entries_the_older_counts() -> None:
    assert dict(counted([], [entry(1), entry(2, entry=1)]).left_out) == {2: BY_ENTRY}
    assert dict(counted([], [entry(1, entry=2), entry(2)]).left_out) == {2: BY_ENTRY}


@given(MEASURES, ENTRIES.filter(bool), st.data())
def test_a_correction_changes_no_total_whoever_is_linked_to_what(measures, entries, data) -> None:  # type: ignore[no-untyped-def]
    """Links keep naming the version they were made for."""
    of_contracts, told = rows(measures, entries)
    before = counted(of_contracts, told)
    old = data.draw(st.sampled_from(told))
    new = replace(old, id=50, replaces=(old.id,))
    after = counted(of_contracts, [new, *(one for one in told if one is not old)])
    assert after.total == before.total
    newest = {old.id: 50}
    assert {newest.get(one, one) for one in before.left_out} == set(after.left_out)
    # While both stand, the one that is confirmed counts and its correction adds nothing.
    assert counted(of_contracts, [new, *told]).total == before.total


def test_versions_are_followed_back_to_the_first() -> None:
    replaces = {5: None, 12: 5, 20: 12, 9: None}
    assert versions_before(20, replaces) == (12, 5)
    assert versions_before(9, replaces) == ()
    assert entry(20, replaces=(12, 5)).first == 5


def test_what_names_a_measure_that_is_gone_waits_to_be_checked() -> None:
    found = counted([measure(8)], [entry(1, measure=7, gone=True), entry(2, entry=1), entry(3)])
    assert found.total == 1500
    assert dict(found.left_out) == {1: TO_CHECK, 2: TO_CHECK}
    tied = [entry(1, measure=7, gone=True), entry(2, measure=8, entry=1)]
    assert dict(counted([measure(8)], tied).left_out) == {1: BY_CONTRACT, 2: BY_CONTRACT}


def test_what_was_never_completed_leaves_its_entry_counted() -> None:
    found = counted([], [entry(1, 500, measure=7), entry(2, 400, measure=7)])
    assert found.total == 500


@pytest.mark.parametrize(
    ("name", "area", "looks"),
    [
        ("宜兴市行政中心 主楼", 46_000, True),
        ("宜兴市行政中心主楼（空调改造）", 42_000, True),
        ("宜兴市行政中心主楼", 30_000, False),
        ("宜兴市图书馆", 46_000, False),
        ("", 46_000, False),
    ],
)
def test_what_looks_alike(name: str, area: int, looks: bool) -> None:
    there = [Alike("entry", 3, "宜兴市行政中心主楼", Decimal(46_000))]
    assert bool(alike(name, Decimal(area), there)) is looks


def test_two_offices_of_the_same_kind_do_not_look_alike() -> None:
    there = [Alike("entry", 3, "宜兴市机关事务管理局办公楼", Decimal(12_000))]
    assert alike("无锡市机关事务管理局办公楼", Decimal(12_000), there) == []
