"""The people of every test: one of each role, some of them twice, so that «own» and «other» differ.

They are made once, in the template database, with the verbs an administrator uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts import actions
from custody.accounts.rules import Identity, Place, Role
from custody.infra.journal import Machine
from custody.regions.queries import place_of_code

PASSWORD = "Custody-2026!"
"""Of everybody in tests."""


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    role: Role
    place: str
    """The code of the province, city or region the person is bound to."""
    unit: str


JIANGSU, WUXI, SUZHOU = "320000", "320200", "320500"
YIXING, ZHANGJIAGANG, XISHAN, QINHUAI = "320282", "320582", "320205", "320104"
"""宜兴市 (batch 1, its city has a reviewer), 张家港市 (batch 1), 锡山区 (batch 3, same city as 宜兴市),
秦淮区 (batch 3, its city has no reviewer)."""

PEOPLE = (
    Person("admin", "管雯", Role.SYSADMIN, JIANGSU, "省机关事务管理局信息中心"),
    Person("coordinator", "韩协", Role.COORDINATOR, JIANGSU, "省机关事务管理局节能处"),
    Person("coordinator2", "冯协", Role.COORDINATOR, JIANGSU, "省机关事务管理局节能处"),
    Person("leader", "郑领", Role.LEADER, JIANGSU, "省机关事务管理局"),
    Person("auditor", "沈计", Role.AUDITOR, JIANGSU, "省审计厅"),
    Person("wuxi", "吴审", Role.CITY_REVIEWER, WUXI, "无锡市机关事务管理局"),
    Person("suzhou", "苏审", Role.CITY_REVIEWER, SUZHOU, "苏州市机关事务管理局"),
    Person("leader-wuxi", "周领", Role.LEADER, WUXI, "无锡市机关事务管理局"),
    Person("auditor-wuxi", "蒋计", Role.AUDITOR, WUXI, "无锡市审计局"),
    Person("yixing", "宜报", Role.OFFICER, YIXING, "宜兴市机关事务管理局"),
    Person("yixing2", "宜二", Role.OFFICER, YIXING, "宜兴市财政局"),
    Person("zhangjiagang", "张报", Role.OFFICER, ZHANGJIAGANG, "张家港市机关事务管理局"),
    Person("xishan", "锡报", Role.OFFICER, XISHAN, "无锡市锡山区机关事务管理局"),
    Person("qinhuai", "秦报", Role.OFFICER, QINHUAI, "南京市秦淮区机关事务管理局"),
    Person("leader-yixing", "徐领", Role.LEADER, YIXING, "宜兴市人民政府"),
)


def person(role: Role | str, place: str | None = None) -> Person:
    """The first person of a role (at a place). `role` may also be a username."""
    for one in PEOPLE:
        if role in (one.username, one.role) and place in (None, one.place):
            return one
    raise LookupError(f"nobody is {role} of {place}")


def add_everybody(session: Session, *, now: datetime) -> None:
    for one in PEOPLE:
        actions.add(
            session,
            actor=Machine(),
            now=now,
            username=one.username,
            name=one.name,
            unit=one.unit,
            phone="025-80000000",
            role=one.role,
            place=place_of_code(session, one.place),
            password=PASSWORD,
            must_change=False,
        )


def identity(session: Session, role: Role | str, place: str | None = None) -> Identity:
    """The person as the actor of an act."""
    from custody.accounts.queries import by_username

    account = by_username(session, person(role, place).username)
    assert account is not None
    return account.identity("127.0.0.1")


def invented(role: Role, place: Place | None = None, number: int = 1) -> Identity:
    """A person without a row, for rules that only look at role and place."""
    return Identity(
        id=number,
        username=f"{role}{number}",
        name="测试",
        unit="测试单位",
        role=role,
        place=place or Place(JIANGSU),
    )
