"""Who may what, written down a second time: a change of the table must be made twice, on purpose."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.accounts import rules
from custody.accounts.rules import ALLOWED, Can, Level, Place, Role
from tests.factories.people import invented

A, K, S, T, L, R = (
    Role.SYSADMIN,
    Role.COORDINATOR,
    Role.CITY_REVIEWER,
    Role.OFFICER,
    Role.LEADER,
    Role.AUDITOR,
)
TABLE = {
    Can.SEE_PROGRAMME: {A, K, S, T, L, R},
    Can.REPORT_MILESTONE: {T},
    Can.REPORT_MONTH: {T},
    Can.EDIT_PROFILE: {T, K},
    Can.REVIEW_FOR_CITY: {S},
    Can.REVIEW_FOR_PROVINCE: {K},
    Can.READ_EVIDENCE: {T, S, K, R},
    Can.REPLAN: {K},
    Can.EXPORT: {K, S, T, L},
    Can.DRAFT_BRIEF: {K},
    Can.REVIEW_BRIEF: {K},
    Can.READ_BRIEF: {K, S, T, L, R},
    Can.INSTRUCT: {K, L},
    Can.ANSWER_INSTRUCTION: {K, S, T},
    Can.MANAGE_ACCOUNTS: {A},
    Can.MANAGE_TEMPLATES: {A},
    Can.MANAGE_NOTICE: {A},
    Can.READ_AUDIT: {R},
    Can.FOLLOW_JOB: {A, K, S, T, L, R},
    Can.SEE_CONTRACTS: {K, S, T, L, R},
    Can.EDIT_CONTRACT: {T, K},
    Can.SETTLE: {T},
    Can.REPORT_TARGET: {K, S, T},
    Can.CONFIRM_TARGET: {K},
    Can.SEE_SUPERVISION: {K, S, T, L, R},
    Can.SUPERVISE: {K},
    Can.ANSWER_SUPERVISION: {T},
    Can.READ_INBOX: {A, K, S, T, L, R},
    Can.MANAGE_CALENDAR: {A},
    Can.MANAGE_MAIL: {A},
    Can.FILL_SHEET: {T, S},
    Can.MAKE_DOSSIER: {T, S, K, R},
    Can.SEE_ENERGY: {K, S, T, L, R},
    Can.FILL_ENERGY: {T},
    Can.IMPORT_WEATHER: {S, K},
    Can.CHECK_MONTH: {S, K},
    Can.UNLOCK_MONTH: {S, K},
    Can.MANAGE_COEFFICIENTS: {K},
    Can.PROPOSE_BASELINE: {T},
    Can.COMMENT_BASELINE: {T, S, K},
    Can.ADOPT_BASELINE: {K},
}

places = st.one_of(
    st.builds(Place, st.sampled_from("ab")),
    st.builds(Place, st.sampled_from("ab"), st.sampled_from("cd")),
    st.builds(Place, st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("ef")),
)


def test_the_table_of_permissions() -> None:
    assert set(ALLOWED) == set(Can) == set(TABLE)
    assert {can: set(roles) for can, roles in ALLOWED.items()} == TABLE


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("can", Can)
def test_both_role_and_place_are_asked(role: Role, can: Can) -> None:
    own, other = Place("320000", "320200", "320282"), Place("320000", "320500", "320582")
    who = invented(role, own)
    assert rules.may(who, can) is (role in TABLE[can])
    assert rules.may(who, can, own) is (role in TABLE[can])
    assert rules.may(who, can, other) is False


@given(places)
def test_a_place_covers_itself(place: Place) -> None:
    assert place.covers(place)


@given(places, places, places)
def test_covering_is_an_order(one: Place, two: Place, three: Place) -> None:
    if one.covers(two) and two.covers(three):
        assert one.covers(three)
    if one.covers(two) and two.covers(one):
        assert one == two


@given(places, places)
def test_nothing_is_covered_from_outside_its_province(one: Place, two: Place) -> None:
    if one.province != two.province:
        assert not one.covers(two)
    if one.covers(two):
        assert [Level.PROVINCE, Level.CITY, Level.REGION].index(one.level) <= [
            Level.PROVINCE,
            Level.CITY,
            Level.REGION,
        ].index(two.level)


def test_a_region_does_not_cover_its_city() -> None:
    region = Place("320000", "320200", "320282")
    assert Place("320000", "320200").covers(region)
    assert Place("320000").covers(region)
    assert not region.covers(Place("320000", "320200"))
    assert not region.covers(Place("320000"))
    assert not region.covers(Place("320000", "320200", "320205"))
    assert region.code == "320282"
    assert Place("320000", "320200").code == "320200"
    assert Place("320000").code == "320000"


@pytest.mark.parametrize("role", Role)
def test_a_role_is_bound_only_where_it_works(role: Role) -> None:
    every = [Place("320000"), Place("320000", "320200"), Place("320000", "320200", "320282")]
    good = {place.level for place in every if not rules.problems_of_binding(role, place)}
    wanted = {
        Role.SYSADMIN: {Level.PROVINCE},
        Role.COORDINATOR: {Level.PROVINCE},
        Role.CITY_REVIEWER: {Level.CITY},
        Role.OFFICER: {Level.REGION},
        Role.LEADER: set(Level),
        Role.AUDITOR: {Level.PROVINCE, Level.CITY},
    }
    assert good == wanted[role]


# --- passwords and locks ---------------------------------------------------------------------


def codes(password: str, **kwargs: bool) -> set[str]:
    found = rules.problems_of_password(password, username="yixing", name="宜报", **kwargs)
    assert all(problem.where == "password" for problem in found)
    return {problem.code for problem in found}


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Custody-2026", set()),
        ("abcdefg123!", set()),
        ("短Aa1", {"short"}),
        ("abcdefghijkl", {"simple"}),
        ("abcdefgh1234", {"simple"}),
        ("abc", {"short", "simple"}),
        ("Yixing-2026!", {"own_name"}),
        ("我是宜报Aa12345", {"own_name"}),
    ],
)
def test_passwords(password: str, wrong: set[str]) -> None:
    assert codes(password) == wrong
    assert codes(password, same_as_old=True) == wrong | {"same"}


@given(st.text(max_size=9))
def test_no_short_password_is_good(password: str) -> None:
    assert "short" in codes(password)


NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_the_fifth_failure_locks_for_half_an_hour() -> None:
    failures, until = 0, None
    for attempt in range(1, 5):
        failures, until = rules.after_failure(failures, NOW)
        assert (failures, until) == (attempt, None)
    failures, until = rules.after_failure(failures, NOW)
    assert (failures, until) == (0, NOW + timedelta(minutes=30))
    assert rules.locked(until, NOW)
    assert rules.locked(until, NOW + timedelta(minutes=29, seconds=59))
    assert not rules.locked(until, NOW + timedelta(minutes=30))
    assert not rules.locked(None, NOW)
