"""What is typed behind a command: days, roles, scopes."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy.orm import Session

from custody.accounts.rules import Place, Role
from custody.briefs.rules import problems_of_as_of
from custody.kernel.problems import NotFound, Problem, Refused, refuse_if
from custody.regions import queries as regions


class Day(click.ParamType[date]):
    name = "日期"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期，请写成 2026-11-22 的样式。", param, context)


def day_of(session: Session, wanted: date | None, today: date) -> date:
    """The day of --as-of, today without it. Raises Refused outside the programme's days."""
    began = [regions.programme_began(session, one.code) for one in regions.provinces(session)]
    if not began:
        raise NotFound
    day = wanted or today
    refuse_if(problems_of_as_of(day, today=today, since=min(began)) if wanted else [])
    return day


class RoleName(click.ParamType[Role]):
    """A role by its code or by its Chinese name."""

    name = "角色"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> Role:
        for role in Role:
            if value.strip() in (role.value, role.label):
                return role
        known = "、".join(f"{role.value}（{role.label}）" for role in Role)
        raise Refused([Problem("role", f"没有角色“{value}”。角色只能是：{known}。", "role")])


def scope_of(session: Session, text: str) -> Place:
    """«province», «city:320200» or «region:320282»; refuses what is not there."""
    kind, _, code = text.partition(":")
    if kind == "province":
        found = regions.provinces(session)
        wanted = [p for p in found if not code or p.code == code]
        if len(wanted) == 1:
            return Place(wanted[0].code)
        raise Refused([Problem("scope", "有多个省份，请用 province:代码 指明。", "scope")])
    place = regions.place_of_code(session, code)
    if place.level.value != kind:
        raise Refused(
            [Problem("scope", "范围应写成 province、city:代码 或 region:代码，请改正。", "scope")]
        )
    return place
