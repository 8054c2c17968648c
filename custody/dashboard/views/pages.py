"""What the dashboard's pages share: the blueprint, what this process has worked out, addresses.

Pages are the same for everybody who may see the place, so their body is kept on a shelf under the
edition of the data; whatever depends on the person is part of the key or stands outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from custody.accounts.access import identity
from custody.accounts.rules import Place
from custody.dashboard import queries
from custody.dashboard.rules import ProgrammeFacts
from custody.forecast.queries import remembered
from custody.forecast.rules import Outlook
from custody.infra import clock
from custody.infra.shelf import Shelf
from custody.kernel.days import full_day
from custody.kernel.problems import NotFound
from custody.regions.queries import get_city
from custody.web.database import edition, session
from custody.web.days import Day

blueprint = Blueprint("dashboard", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Shelves:
    """What this process has worked out: facts by regions held, bodies by their length."""

    facts: Shelf[ProgrammeFacts] = field(
        default_factory=lambda: Shelf(8_000, lambda facts: len(facts.regions) + 1)
    )
    outlooks: Shelf[Outlook] = field(
        default_factory=lambda: Shelf(8_000, lambda outlook: len(outlook.regions) + 1)
    )
    bodies: Shelf[Markup] = field(default_factory=lambda: Shelf(32_000_000, len))


def _shelves() -> _Shelves:
    found = current_app.extensions.setdefault("custody.dashboard", _Shelves())
    assert isinstance(found, _Shelves)
    return found


def facts_of(place: Place, day: Day) -> ProgrammeFacts:
    demo = bool(current_app.config["DEMO"])
    return _shelves().facts.get(
        (edition(), place, day.on, clock.today(), demo),
        lambda: queries.programme_facts(session(), place, day.on, demo=demo),
    )


def outlook_of(place: Place, day: Day) -> Outlook:
    """Of the whole province, whatever the place. A province's board asks the database once for both."""
    demo = bool(current_app.config["DEMO"])
    province = Place(place.province)
    key = (edition(), province, day.on, clock.today(), demo)
    made: list[Outlook] = []

    def both() -> ProgrammeFacts:
        facts, outlook = queries.programme_ahead(
            session(), province, day.on, demo=demo, odds=remembered
        )
        made.append(outlook)
        return facts

    def alone() -> Outlook:
        return queries.outlook_of(session(), province, day.on, odds=remembered)

    if place == province:
        _shelves().facts.get(key, both)
    return _shelves().outlooks.get(key, lambda: made[0] if made else alone())


def body_of(template: str, key: tuple[object, ...], words: Callable[[], dict[str, Any]]) -> Markup:
    """A rendered template; `key` names all it shows besides the data and today.

    Rendered without the words of the frame: who is asking is not known in there.
    """
    page = current_app.jinja_env.get_template(template)
    return _shelves().bodies.get(
        (template, edition(), clock.today(), current_app.config["DEMO"], *key),
        lambda: Markup(page.render(words())),  # noqa: S704 - escaped by Jinja
    )


class Links:
    """Addresses inside a body: worked out once, the day looked at carried along."""

    def __init__(self, day: Day) -> None:
        self.as_of: dict[str, Any] = {"as_of": day.on.isoformat()} if day.past else {}
        self._query = f"?as_of={day.on.isoformat()}" if day.past else ""
        self._region = url_for("dashboard.region", code="CODE").split("CODE")
        self._milestone = url_for("milestones.show", region="REGION", code="CODE")

    def region(self, code: str) -> str:
        return code.join(self._region) + self._query

    def milestone(self, region: str, code: str) -> str:
        return self._milestone.replace("REGION", region).replace("CODE", code)

    def city(self, code: str) -> str:
        return url_for("dashboard.city", code=code, **self.as_of)

    def attention(self, kind: str = "", city: str = "") -> str:
        return url_for("dashboard.attention", kind=kind or None, city=city or None, **self.as_of)


def city_place(code: str) -> Place:
    """The city as a place. Whoever is bound to one of its regions may not see it as a whole."""
    place = identity().place
    if place.region:
        raise NotFound
    found = get_city(session(), code, place=place)
    return Place(found.province_code, found.code)


def noted(day: Day, count: str) -> str:
    return f"截至{full_day(day.on)}，{count}"
