"""What an institution reported for a year, entered and corrected by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.roster import YearFigures
from custody.energy.queries.roster import get_institution
from custody.energy.rules.energies import Energy
from custody.infra import journal
from custody.kernel.problems import Conflict, Problem, refuse_if

FIRST = 2010
"""No year before it can be entered (our choice)."""


@dataclass(frozen=True, slots=True)
class Reported:
    floor_area: Decimal | None
    people: int | None
    uses: Mapping[Energy, Decimal]
    source: str

    @property
    def told(self) -> dict[str, object]:
        return {
            "floor_area": self.floor_area,
            "people": self.people,
            "uses": {energy.value: f"{use:f}" for energy, use in sorted(self.uses.items())},
            "source": self.source,
        }


def write_year(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    institution: int,
    year: int,
    version: int,
    reported: Reported,
) -> YearFigures:
    """Enter a year (`version` 0: there was none) or correct it; what stands there already is left."""
    owner, region = get_institution(session, institution, place=actor.place)
    row = session.get(YearFigures, (institution, year))
    old = {name: getattr(row, name) if row else None for name in reported.told}
    if row is not None and old == reported.told:
        return row
    if (row.version if row else 0) != version:
        raise Conflict
    found = []
    if not FIRST <= year < now.year:
        words = f"{year}年还没有过完，年报数请在次年登记。"
        found.append(Problem("year", words))
    if reported.floor_area is None and reported.people is None and not reported.uses:
        found.append(Problem("none", "请至少填写一项年报数。"))
    refuse_if(found)
    action = "institution_year.edited" if row else "institution_year.entered"
    if row is None:
        row = YearFigures(institution_id=institution, year=year)
        session.add(row)
    for name, value in reported.told.items():
        setattr(row, name, value)
    row.edited_at, row.edited_by = now, actor.id
    try:
        session.flush()
    except IntegrityError:
        raise Conflict from None
    told = _flat(reported.told)
    before = _flat(old)
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="institution_year",
        subject=f"{institution}-{year}",
        label=f"{owner.name}{year}年年报数",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes={
            name: (before.get(name), told.get(name))
            for name in {**before, **told}
            if before.get(name) != told.get(name)
        },
    )
    return row


def _flat(told: Mapping[str, object]) -> dict[str, object]:
    """The uses as fields of their own, so that the journal names the one that changed."""
    uses = told["uses"]
    rest = {name: value for name, value in told.items() if name != "uses"}
    if isinstance(uses, Mapping):
        rest |= {f"use_{energy}": value for energy, value in uses.items()}
    return rest
