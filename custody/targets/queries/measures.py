"""The retrofits that custody contracts report. No contract is kept here yet, so there are none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.targets.rules.retrofits import Measure


def completed(session: Session, place: Place, year: int) -> Sequence[Measure]:
    """Measures of contracts within the place that were completed in the year, with their area."""
    return ()
