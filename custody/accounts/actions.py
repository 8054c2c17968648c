"""Verbs about people. Passwords are hashed with Argon2id; what is recorded never holds a password."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts import queries, rules
from custody.accounts.models import Account
from custody.accounts.rules import Identity, Place, Role
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's second profile for Argon2id: 19 MiB, 2 passes; 0.02 s, so a flood cannot fill the memory."""
_NOBODY = _hasher.hash("nobody has this password")
_WRONG = Problem("wrong", "用户名或密码不正确，请核对后重新输入。")


@dataclass(frozen=True, slots=True)
class _Stranger:
    """Somebody who is not signed in, as the actor of a failed attempt."""

    name: str
    address: str
    role_label: str = "未登录"
    id: None = None


def verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(
    session: Session, *, username: str, password: str, now: datetime, address: str
) -> tuple[Account | None, list[Problem]]:
    """The account, or why not. Failures are counted and kept, so this returns instead of raising.

    The hash is checked for unknown names too: the answer takes equally long and says the same.
    """
    account = session.scalar(
        select(Account).where(Account.username == username.strip().lower()).with_for_update()
    )
    right = verify(account.password_hash if account else _NOBODY, password)
    stranger = _Stranger(username.strip()[:60] or "（空）", address)
    if account is None:
        _record_attempt(session, stranger, now, note="用户名不存在")
        return None, [_WRONG]
    if rules.locked(account.locked_until, now):
        _record_attempt(session, stranger, now, account, note="账号处于锁定状态")
        return None, [_locked(account.locked_until)]
    if not right:
        account.failures, account.locked_until = rules.after_failure(account.failures, now)
        _record_attempt(session, stranger, now, account, note="密码不正确")
        return None, [_locked(account.locked_until) if account.locked_until else _WRONG]
    if not account.active:
        _record_attempt(session, stranger, now, account, note="账号已停用")
        return None, [Problem("inactive", "该账号已停用，如需恢复请联系系统管理员。")]
    account.failures, account.locked_until = 0, None
    account.last_sign_in_at = now
    _record(session, account.identity(address), now, "account.signed_in", account, modifies=False)
    return account, []


def _locked(until: datetime | None) -> Problem:
    time = f"{until:%H:%M}" if until else ""
    return Problem("locked", f"连续输错密码，账号已锁定，请在{time}后重试，或联系系统管理员解锁。")


def _record_attempt(
    session: Session, who: _Stranger, now: datetime, account: Account | None = None, *, note: str
) -> None:
    journal.record(
        session,
        actor=who,
        now=now,
        action="account.sign_in_failed",
        kind="account",
        subject=account.id if account else "",
        label=account.username if account else who.name,
        province=account.province_code if account else None,
        city=account.city_code if account else None,
        region=account.region_code if account else None,
        note=note,
        refused=True,
    )


def _record(
    session: Session,
    actor: journal.Actor,
    now: datetime,
    action: str,
    account: Account,
    *,
    changes: Changes | None = None,
    modifies: bool = True,
    note: str = "",
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="account",
        subject=account.id,
        label=f"{account.name}（{account.username}）",
        province=account.province_code,
        city=account.city_code,
        region=account.region_code,
        changes=changes,
        modifies=modifies,
        note=note,
    )


def sign_out(session: Session, *, actor: Identity, now: datetime) -> None:
    account = session.get_one(Account, actor.id)
    _record(session, actor, now, "account.signed_out", account, modifies=False)


def change_password(
    session: Session, *, actor: Identity, now: datetime, current: str, password: str
) -> Account:
    """Replace one's own password; every other session of the account ends."""
    account = session.get_one(Account, actor.id)
    found = []
    if not verify(account.password_hash, current):
        found.append(Problem("current", "原密码不正确，请重新输入。", "current"))
    found += rules.problems_of_password(
        password,
        username=account.username,
        name=account.name,
        same_as_old=verify(account.password_hash, password),
    )
    refuse_if(found)
    account.password_hash = _hasher.hash(password)
    account.must_change_password = False
    account.session_epoch += 1
    _record(session, actor, now, "account.password_changed", account)
    return account


def new_password() -> str:
    """A random first password: three groups that can be read over the phone."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    groups = [
        "".join(secrets.choice(letters) for _ in range(4)),
        "".join(secrets.choice(letters.upper()) for _ in range(4)),
        "".join(secrets.choice(string.digits[2:]) for _ in range(4)),
    ]
    return "-".join(groups)


def add(
    session: Session,
    *,
    actor: journal.Actor,
    now: datetime,
    username: str,
    name: str,
    unit: str,
    phone: str,
    role: Role,
    place: Place,
    password: str | None = None,
    must_change: bool = True,
) -> tuple[Account, str]:
    """The new account and its first password (generated where none is given)."""
    username = username.strip().lower()
    found = [*rules.problems_of_username(username), *rules.problems_of_binding(role, place)]
    if queries.by_username(session, username):
        found.append(Problem("taken", f"用户名“{username}”已被使用，请换一个。", "username"))
    if password is not None:
        found += rules.problems_of_password(password, username=username, name=name)
    refuse_if(found)
    first = password or new_password()
    account = Account(
        username=username,
        name=name.strip(),
        unit=unit.strip(),
        phone=phone.strip(),
        role=role,
        province_code=place.province,
        city_code=place.city,
        region_code=place.region,
        password_hash=_hasher.hash(first),
        must_change_password=must_change,
        active=True,
        created_at=now,
    )
    session.add(account)
    session.flush()
    changes: Changes = {
        "role": (None, role),
        "place": (None, place.code),
        "unit": (None, account.unit),
    }
    _record(session, actor, now, "account.added", account, changes=changes)
    return account, first


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    account_id: int,
    version: int,
    name: str,
    unit: str,
    phone: str,
    role: Role,
    place: Place,
    active: bool,
) -> Account:
    """Change an account. Whoever loses rights is signed out at once."""
    account = queries.get_account(session, account_id, place=actor.place)
    if account.version != version:
        raise Conflict
    found = rules.problems_of_binding(role, place)
    if account.id == actor.id and (not active or role is not account.role):
        found.append(
            Problem("self", "不能停用自己的账号或更改自己的角色，请由另一位系统管理员办理。")
        )
    refuse_if(found)
    before = _visible(account)
    account.name, account.unit, account.phone = name.strip(), unit.strip(), phone.strip()
    account.role, account.active = role, active
    account.province_code, account.city_code, account.region_code = (
        place.province,
        place.city,
        place.region,
    )
    after = _visible(account)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if {"role", "place", "active"} & changes.keys():
        account.session_epoch += 1
    if changes:
        _record(session, actor, now, "account.edited", account, changes=changes)
    return account


def set_active(
    session: Session, *, actor: Identity, now: datetime, account: Account, active: bool
) -> None:
    """Deactivate an account (every session of it ends at once) or bring it back."""
    if account.active is active:
        return
    if account.id == actor.id:
        raise Refused([Problem("self", "不能停用自己的账号，请由另一位系统管理员办理。")])
    account.active = active
    account.session_epoch += 1
    changes: Changes = {"active": (not active, active)}
    _record(session, actor, now, "account.edited", account, changes=changes)


def _visible(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "unit": account.unit,
        "phone": account.phone,
        "role": account.role,
        "place": account.place.code,
        "active": account.active,
    }


def reset_password(
    session: Session, *, actor: journal.Actor, now: datetime, account: Account
) -> str:
    """A new first password; the person must change it and all sessions end."""
    first = new_password()
    account.password_hash = _hasher.hash(first)
    account.must_change_password = True
    account.failures, account.locked_until = 0, None
    account.session_epoch += 1
    _record(session, actor, now, "account.password_reset", account)
    return first


def unlock(session: Session, *, actor: Identity, now: datetime, account: Account) -> None:
    if account.locked_until is None:
        raise Refused([Problem("not_locked", "该账号没有被锁定，无需解锁。")])
    account.failures, account.locked_until = 0, None
    _record(session, actor, now, "account.unlocked", account)
