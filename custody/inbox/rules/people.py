"""Who is told: people, what happened, and who hears of what happens at a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custody.accounts.rules import ALLOWED, Can, Place, Role


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    role: Role
    place: Place
    since: datetime
    """What happened before is not news to them."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the journal."""

    id: int
    at: datetime
    actor: int | None
    actor_name: str
    action: str
    kind: str
    subject: str
    label: str
    place: Place | None
    note: str
    page: str = ""
    """The address of what it is about."""


Audience = Callable[[Sequence[Person], Place], Iterable[Person]]


def officers(people: Sequence[Person], place: Place) -> list[Person]:
    """Of the region; of nowhere where it was no region."""
    return [p for p in people if p.role is Role.OFFICER and p.place.region == place.region]


def city(people: Sequence[Person], place: Place) -> list[Person]:
    """The reviewers of the city."""
    reviewers = (p for p in people if p.role is Role.CITY_REVIEWER)
    return [p for p in reviewers if p.place.city == place.city]


def coordinators(people: Sequence[Person], place: Place) -> list[Person]:
    return [p for p in people if p.role is Role.COORDINATOR]


def confirmers(people: Sequence[Person], place: Place) -> list[Person]:
    """Coordinators, for what comes from below; what the province enters itself needs nobody."""
    return coordinators(people, place) if place.city else []


def reviewers(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever has it on the desk first: the city, or the province where the city has no reviewer."""
    return city(people, place) or coordinators(people, place)


def reporters(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever reports for the very place: a region's officers, a city's reviewers."""
    if place.region:
        return officers(people, place)
    return city(people, place) if place.city else coordinators(people, place)


def local(people: Sequence[Person], place: Place) -> list[Person]:
    """The region's officers and its city's reviewers."""
    return [*officers(people, place), *city(people, place)]


def local_leaders(people: Sequence[Person], place: Place) -> list[Person]:
    """Leaders of the region and of its city; those of the province have the board."""
    leaders = (p for p in people if p.role is Role.LEADER and p.place.city)
    return [p for p in leaders if p.place.covers(place)]


def leaders(people: Sequence[Person], place: Place) -> list[Person]:
    """Those of the place and of what it belongs to."""
    return [p for p in people if p.role is Role.LEADER and p.place.covers(place)]


def readers(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever reads briefs at the very place, and the leaders above it."""
    allowed = ALLOWED[Can.READ_BRIEF]
    return [
        p
        for p in people
        if p.role in allowed
        and (p.place == place or (p.role is Role.LEADER and p.place.covers(place)))
    ]
