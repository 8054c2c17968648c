"""How a province supervises: the words of its orders, the days it leaves for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.kernel.problems import Conflict, refuse_if
from custody.regions.queries import get_province
from custody.supervision import rules
from custody.supervision.actions.drafting import PREFIX, REQUIREMENT
from custody.supervision.models import SupervisionSettings
from custody.supervision.queries.matters import settings_of
from custody.supervision.rules import LEVELS, Level

FIELDS = ("prefix", "basis", "requirement", "days_blue", "days_yellow", "days_red")


def current(session: Session, province: str) -> dict[str, object]:
    """The settings as a form holds them, also where nothing was set yet."""
    row = settings_of(session, province)
    if row is not None:
        return {name: getattr(row, name) for name in FIELDS} | {"version": str(row.version)}
    days = {f"days_{level.value}": rules.answer_days_of(level, {}) for level in LEVELS}
    return {
        "prefix": PREFIX,
        "basis": "",
        "requirement": REQUIREMENT,
        **days,
        "version": "0",
    }


def save(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    version: int,
    values: Mapping[str, object],
) -> None:
    """Conflict when somebody else saved since `version` (0: nothing was set then)."""
    province = get_province(session, actor.place.province)
    before = current(session, province.code)
    changes = {
        name: (before[name], values[name]) for name in FIELDS if before[name] != values[name]
    }
    if not changes:
        return
    days = {level: int(str(values[f"days_{level.value}"])) for level in Level}
    refuse_if(rules.problems_of_settings(days))
    if str(version) != before["version"]:
        raise Conflict
    row = settings_of(session, province.code)
    if row is None:
        session.add(SupervisionSettings(province_code=province.code, **values))
    else:
        for name in FIELDS:
            setattr(row, name, values[name])
    journal.record(
        session,
        actor=actor,
        now=now,
        action="supervision.settings_edited",
        kind="supervision_settings",
        subject=province.code,
        label=f"{province.name}督办设置",
        province=province.code,
        changes=changes,
    )
