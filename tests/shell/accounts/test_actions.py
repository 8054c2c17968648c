"""Sign-in, locks and first passwords, and what the journal keeps of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts import actions
from custody.accounts.models import Account
from custody.accounts.queries import (
    Wanted,
    by_session_id,
    by_username,
    get_account,
    listed,
    within,
)
from custody.accounts.rules import Place, Role
from custody.infra.journal import Event
from custody.kernel.problems import Conflict, NotFound, Refused
from tests.conftest import NOW
from tests.factories import people
from tests.factories.people import PASSWORD, identity


def attempt(
    session: Session, username: str, password: str, minutes: int = 0
) -> tuple[str | None, list[str]]:
    """(who is in, codes of the problems)."""
    account, problems = actions.sign_in(
        session,
        username=username,
        password=password,
        now=NOW + timedelta(minutes=minutes),
        address="10.1.2.3",
    )
    session.flush()
    return account.username if account else None, [problem.code for problem in problems]


def account_of(session: Session, username: str) -> Account:
    found = by_username(session, username)
    assert found is not None
    return found


def events(session: Session, action: str) -> list[Event]:
    session.flush()
    return list(session.scalars(select(Event).where(Event.action == action).order_by(Event.id)))


def test_the_right_password_opens_and_is_recorded(session: Session) -> None:
    assert attempt(session, " YIXING ", PASSWORD) == ("yixing", [])
    [event] = events(session, "account.signed_in")
    assert (event.actor_name, event.address, event.modifies) == ("宜报", "10.1.2.3", False)
    assert account_of(session, "yixing").last_sign_in_at == NOW


def test_unknown_name_and_wrong_password_sound_alike(session: Session) -> None:
    assert attempt(session, "nobody", PASSWORD) == (None, ["wrong"])
    assert attempt(session, "yixing", "wrong") == (None, ["wrong"])
    assert [e.refused for e in events(session, "account.sign_in_failed")] == [True, True]


def test_five_failures_lock_and_time_opens_again(session: Session) -> None:
    for _ in range(4):
        assert attempt(session, "yixing", "wrong") == (None, ["wrong"])
    assert attempt(session, "yixing", "wrong") == (None, ["locked"])
    assert attempt(session, "yixing", PASSWORD, 29) == (None, ["locked"])
    assert attempt(session, "yixing2", PASSWORD) == ("yixing2", [])
    assert attempt(session, "yixing", PASSWORD, 30) == ("yixing", [])
    account = account_of(session, "yixing")
    assert (account.failures, account.locked_until) == (0, None)


def test_a_success_forgets_the_failures(session: Session) -> None:
    for _ in range(3):
        for _ in range(4):
            attempt(session, "yixing", "wrong")
        assert attempt(session, "yixing", PASSWORD) == ("yixing", [])


def test_failures_survive_because_they_are_not_an_error(database) -> None:
    """They are counted in a transaction that commits: raising would take the count back."""
    for _ in range(5):
        with database.transaction() as session:
            attempt(session, "yixing", "wrong")
    with database.transaction() as session:
        assert attempt(session, "yixing", PASSWORD) == (None, ["locked"])


def test_an_administrator_unlocks(session: Session) -> None:
    admin = identity(session, "admin")
    for _ in range(5):
        attempt(session, "yixing", "wrong")
    account = account_of(session, "yixing")
    actions.unlock(session, actor=admin, now=NOW, account=account)
    assert attempt(session, "yixing", PASSWORD) == ("yixing", [])
    assert len(events(session, "account.unlocked")) == 1
    with pytest.raises(Refused):
        actions.unlock(session, actor=admin, now=NOW, account=account)


def test_a_stopped_account_stays_out(session: Session) -> None:
    account = account_of(session, "yixing")
    account.active = False
    assert attempt(session, "yixing", PASSWORD) == (None, ["inactive"])
    assert attempt(session, "yixing", "wrong") == (None, ["wrong"])
    assert by_session_id(session, f"{account.id}.{account.session_epoch}") is None


def change(session: Session, current: str, password: str) -> Account:
    who = identity(session, "yixing")
    return actions.change_password(session, actor=who, now=NOW, current=current, password=password)


def test_a_new_password_ends_every_other_session(session: Session) -> None:
    account = account_of(session, "yixing")
    before = f"{account.id}.{account.session_epoch}"
    assert by_session_id(session, before) is account
    change(session, PASSWORD, "Another-2026!")
    session.flush()
    assert by_session_id(session, before) is None
    assert attempt(session, "yixing", PASSWORD) == (None, ["wrong"])
    assert attempt(session, "yixing", "Another-2026!") == ("yixing", [])


@pytest.mark.parametrize(
    ("current", "new", "codes"),
    [
        ("wrong", "Another-2026!", ["current"]),
        (PASSWORD, PASSWORD, ["same"]),
        (PASSWORD, "short", ["short", "simple"]),
        ("wrong", "Yixing1!", ["current", "short", "own_name"]),
    ],
)
def test_a_bad_new_password_is_refused_with_all_reasons(
    session: Session, current: str, new: str, codes: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        change(session, current, new)
    assert [p.code for p in caught.value.problems] == codes
    assert attempt(session, "yixing", PASSWORD) == ("yixing", [])


def test_a_reset_password_must_be_changed(session: Session) -> None:
    account = account_of(session, "yixing")
    first = actions.reset_password(
        session, actor=identity(session, "admin"), now=NOW, account=account
    )
    assert attempt(session, "yixing", PASSWORD) == (None, ["wrong"])
    assert attempt(session, "yixing", first) == ("yixing", [])
    assert account.must_change_password
    change(session, first, "Another-2026!")
    assert not account.must_change_password


def new_account(session: Session, **values: object) -> tuple[Account, str]:
    given = {
        "username": "NewOne",
        "name": "新人",
        "unit": "丹阳市机关事务管理局",
        "phone": "",
        "role": Role.OFFICER,
        "place": Place("320000", "321100", "321181"),
        **values,
    }
    return actions.add(session, actor=identity(session, "admin"), now=NOW, **given)


def test_a_new_account_has_a_first_password_that_must_be_changed(session: Session) -> None:
    account, first = new_account(session)
    assert account.username == "newone"
    assert account.must_change_password
    assert attempt(session, "newone", first) == ("newone", [])
    [event] = [e for e in events(session, "account.added") if e.label.startswith("新人")]
    assert first not in str(event.changes) + event.note + event.label
    assert event.changes["role"] == [None, "officer"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"username": "yixing"}, "taken"),
        ({"username": " YiXing "}, "taken"),
        ({"place": Place("320000")}, "binding"),
        ({"role": Role.COORDINATOR}, "binding"),
        ({"password": "short"}, "short"),
    ],
)
def test_a_new_account_that_cannot_be(
    session: Session, values: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        new_account(session, **values)
    assert code in [p.code for p in caught.value.problems]


def edited(session: Session, username: str, **values: object) -> Account:
    account = account_of(session, username)
    given = {
        "account_id": account.id,
        "version": account.version,
        "name": account.name,
        "unit": account.unit,
        "phone": account.phone,
        "role": account.role,
        "place": account.place,
        "active": account.active,
        **values,
    }
    return actions.edit(session, actor=identity(session, "admin"), now=NOW, **given)


def test_an_edit_records_what_changed_and_nothing_else(session: Session) -> None:
    before = account_of(session, "yixing").session_epoch
    edited(session, "yixing", name="宜新", unit="宜兴市机关事务管理局")
    [event] = events(session, "account.edited")
    assert event.changes == {"name": ["宜报", "宜新"]}
    assert account_of(session, "yixing").session_epoch == before
    edited(session, "yixing")
    assert len(events(session, "account.edited")) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"place": Place("320000", "320500", "320582")},
        {"role": Role.LEADER},
    ],
)
def test_whoever_loses_rights_is_signed_out(session: Session, values: dict[str, object]) -> None:
    account = account_of(session, "yixing")
    before = f"{account.id}.{account.session_epoch}"
    edited(session, "yixing", **values)
    session.flush()
    assert by_session_id(session, before) is None


def test_the_second_of_two_editors_is_told(session: Session) -> None:
    stale = account_of(session, "yixing").version
    edited(session, "yixing", name="先到")
    session.flush()
    with pytest.raises(Conflict):
        edited(session, "yixing", version=stale, name="后到")


def test_nobody_locks_themselves_out(session: Session) -> None:
    for values in ({"active": False}, {"role": Role.AUDITOR}):
        with pytest.raises(Refused):
            edited(session, "admin", **values)


def test_lists_end_at_the_border(session: Session) -> None:
    wuxi = Place("320000", people.WUXI)
    names = {account.username for account in listed(session, place=wuxi, wanted=Wanted())}
    assert names == {
        "wuxi",
        "leader-wuxi",
        "auditor-wuxi",
        "yixing",
        "yixing2",
        "xishan",
        "leader-yixing",
    }
    assert {a.username for a in listed(session, place=wuxi, wanted=Wanted(words="宜"))} >= {
        "yixing",
        "yixing2",
    }
    assert len(listed(session, place=Place("320000"), wanted=Wanted())) == len(people.PEOPLE)
    assert listed(session, place=Place("330000"), wanted=Wanted()) == []
    other = account_of(session, "zhangjiagang")
    with pytest.raises(NotFound):
        get_account(session, other.id, place=wuxi)
    assert session.scalars(select(Account).where(within(other.place))).all() == [other]


@pytest.mark.parametrize(
    "words", ["", ".", "1", "x.0", "1.x", "1.0.0", "-1.0", "1.-1", "².0", "1.²"]
)
def test_a_made_up_session_is_nobody_s(session: Session, words: str) -> None:
    assert by_session_id(session, words) is None
