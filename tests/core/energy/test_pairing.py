"""Which institution a line of a roster is, and what a file without a column leaves alone."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.pairing import completed, paired
from tests.factories.energy import code, institution


def test_a_code_comes_before_a_name() -> None:
    one = institution(1)
    assert paired([one], {one.credit_code: "旧名", one.name: one.name}) == {one.key: one.key}


def test_an_institution_that_gains_its_code_is_no_second_one() -> None:
    one = institution(1)
    assert paired([one], {one.name: one.name}) == {one.key: one.name}


def test_a_line_that_lacks_the_code_is_the_institution_of_that_name() -> None:
    bare = institution(1, credit_code="")
    assert paired([bare], {code(1): bare.name}) == {bare.name: code(1)}
    # Two of one name: nobody knows which.
    assert paired([bare], {code(1): bare.name, code(2): bare.name}) == {}


def test_another_code_is_another_institution() -> None:
    assert paired([institution(1)], {code(2): institution(1).name}) == {}


def test_two_lines_of_one_name_take_nothing_from_each_other() -> None:
    first, second = institution(1), institution(1, credit_code=code(2))
    assert paired([first, second], {first.name: first.name}) == {}
    bare = institution(1, credit_code="")
    assert paired([bare, second], {bare.name: bare.name}) == {bare.name: bare.name}


names = st.sampled_from(["甲", "乙", "丙"])
lines = st.lists(st.tuples(names, st.sampled_from(["", code(1), code(2), code(3)])), max_size=6)


@given(lines, lines)
def test_nobody_is_two_lines(rows: list[tuple[str, str]], there: list[tuple[str, str]]) -> None:
    wanted = {
        one.key: one for name, c in rows for one in [institution(1, name=name, credit_code=c)]
    }
    known = {(c or name): name for name, c in there}
    found = paired(list(wanted.values()), known)
    assert len(set(found.values())) == len(found)
    assert set(found) <= set(wanted)
    assert set(found.values()) <= set(known)
    for key in wanted:
        if key in known:
            assert found[key] == key


def test_what_a_file_has_no_column_for_stays() -> None:
    one = institution(1, floor_area=None, address="")
    known = {one.name: {"name": one.name, "floor_area": Decimal("12.50"), "address": "东路1号"}}
    [found] = completed([one], ["floor_area"], known)
    assert (found.floor_area, found.address) == (Decimal("12.50"), "")
    assert completed([institution(2)], ["floor_area"], known) == [institution(2)]
