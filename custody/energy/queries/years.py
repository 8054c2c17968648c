"""What is doubtful about the figures of years: area, people, the sum of the months; the word on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.energy.models.roster import Institution, YearExplanation, YearFigures
from custody.energy.queries.institutions import billed, told_by
from custody.energy.queries.months import Doubtful, covered
from custody.energy.queries.tables import limits_of
from custody.energy.rules.annual import Billed, Finding, changed_facts, unequal_years
from custody.energy.rules.doubts import WORDS
from custody.energy.rules.energies import Energy
from custody.infra.journal import Event
from custody.regions.models import Region

Words = Mapping[tuple[int, int, str, str], YearExplanation]


@dataclass(frozen=True, slots=True)
class YearDoubt:
    """A doubt about an institution's figures of a year."""

    institution_id: int
    institution: str
    finding: Finding
    given: YearExplanation | None

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def label(self) -> str:
        return WORDS[self.code][0]

    @property
    def weight(self) -> int:
        return WORDS[self.code][1]

    @property
    def words(self) -> str:
        return self.finding.words

    @property
    def year(self) -> int:
        return self.finding.year

    @property
    def explained(self) -> str:
        return self.given.words if self.given else ""

    @property
    def key(self) -> str:
        one = self.finding
        return f"year-{self.institution_id}-{one.year}-{one.doubt}-{one.digest[:16]}"


Doubtable = Doubtful | YearDoubt


def year_doubts_of(session: Session, region: Region, today: date) -> list[YearDoubt]:
    """Of institutions in custody: the year that is over and this one, the weightiest first.

    A fixed number of statements. Older years are told on the page of the institution alone.
    """
    last = today.year - 1
    years: dict[Institution, list[YearFigures]] = {}
    for one, row in session.execute(
        select(Institution, YearFigures)
        .outerjoin(YearFigures, YearFigures.institution_id == Institution.id)
        .where(Institution.region_code == region.code, Institution.in_custody)
        .order_by(Institution.id, YearFigures.year.desc())
    ):
        years.setdefault(one, []).extend([row] if row else [])
    history = _history(session, region.code)
    sums = _sums(session, region, last) if any(_uses(rows, last) for rows in years.values()) else {}
    words = explained_years(session, region.code)
    limits = limits_of(session, region.province_code)
    found = []
    for one, mine in years.items():
        told = told_by(one, mine, history.get(one.id, ()), today.year)
        billed_here = {
            (last, energy): sums[one.id, energy] for energy in Energy if (one.id, energy) in sums
        }
        for finding in (*changed_facts(told, limits), *unequal_years(told, billed_here, limits)):
            if finding.year >= last:
                key = (one.id, finding.year, finding.doubt, finding.digest)
                found.append(YearDoubt(one.id, one.name, finding, words.get(key)))
    return sorted(found, key=lambda one: (-one.weight, -one.finding.size, one.institution_id))


def explained_years(session: Session, region: str, institution: int | None = None) -> Words:
    query = (
        select(YearExplanation)
        .join(Institution, Institution.id == YearExplanation.institution_id)
        .where(Institution.region_code == region)
    )
    if institution is not None:
        query = query.where(Institution.id == institution)
    return {
        (row.institution_id, row.year, row.doubt, row.digest): row for row in session.scalars(query)
    }


def _uses(rows: Sequence[YearFigures], year: int) -> bool:
    return any(row.year == year and row.uses for row in rows)


def _history(session: Session, region: str) -> Mapping[int, list[Event]]:
    """Institution → what was done to it by hand, the newest first."""
    rows = session.scalars(
        select(Event)
        .where(
            Event.kind == "institution",
            Event.region_code == region,
            Event.action == "institution.edited",
            ~Event.refused,
        )
        .order_by(Event.id.desc())
    )
    found: dict[int, list[Event]] = {}
    for row in rows:
        found.setdefault(int(row.subject), []).append(row)
    return found


def _sums(session: Session, region: Region, year: int) -> Mapping[tuple[int, Energy], Billed]:
    """(institution, energy) → its bills of the year."""
    one = covered(session, [region.code], year * 100 + 1, year * 100 + 12)
    series = one.series
    groups: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for row, (owner, energy) in enumerate(zip(series.institutions, series.energies, strict=True)):
        groups[int(owner), str(energy)].append(row)
    found = {}
    for (owner, energy), rows in groups.items():
        at = np.array(rows)
        if one.wanted[at].any():
            found[owner, Energy(energy)] = billed(one.wanted[at], one.there[at], series.use[at])
    return found
