"""What the pages of the daily work say of the end of the year. They ask by a word of the templates,
for they stand below and know nothing of forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app

from custody.forecast import wording
from custody.forecast.queries import Way, way_of
from custody.infra import clock
from custody.infra.shelf import Shelf
from custody.web.database import edition, session

blueprint = Blueprint("forecast", __name__)


@dataclass(frozen=True, slots=True)
class Foreseen:
    late: bool
    words: str
    """The likeliest day and, beside it, how sure that is: see wording.foreseen."""
    path: str
    """What the end hangs on; empty once the gate is passed."""
    moved: str
    """What becomes of the milestone asked for, and of what follows it."""


@blueprint.record_once
def _shelf(state: Any) -> None:
    state.app.extensions["custody.forecast"] = Shelf[tuple[Way | None]](500, lambda _way: 1)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"foreseen": foreseen}


def foreseen(region: str, code: str = "") -> Foreseen | None:
    """The region's year, and one of its milestones; None where too little is known."""
    shelf: Shelf[tuple[Way | None]] = current_app.extensions["custody.forecast"]
    today = clock.today()
    (way,) = shelf.get((edition(), region, today), lambda: (way_of(session(), region, today),))
    if way is None:
        return None
    return Foreseen(
        late=way.probability < 0.5 and not way.schedule.settled,
        words=wording.foreseen(
            way.schedule,
            way.gate_name,
            odds=wording.chance_of(way.schedule, way.probability, today),
            half=way.half,
        ),
        path=wording.path_words(way.schedule),
        moved=wording.moved(way.schedule, way.tasks, code) if code else "",
    )
