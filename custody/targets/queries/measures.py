"""The retrofits that custody contracts report, as parts of the year's area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.queries.measures import area_done
from custody.targets.rules.retrofits import Measure


def completed(
    session: Session, place: Place, year: int, *, by: date | None = None
) -> Sequence[Measure]:
    """Measures of contracts within the place that were completed in the year, with their area;
    with `by`: by that day."""
    return [
        Measure(
            id=one.measure.id,
            contract=one.contract.id,
            region=one.region.name,
            name=f"{one.contract.name}：{one.measure.name}",
            area=one.area,
            completed_on=one.completed_on,
        )
        for one in area_done(session, place, year, by=by)
    ]
