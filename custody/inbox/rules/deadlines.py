"""From deadlines to reminders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custody.accounts.rules import Place
from custody.inbox.rules.groups import Group
from custody.inbox.rules.messages import NAMED, Message
from custody.inbox.rules.people import Person, local, reporters


class Mark(StrEnum):
    """When somebody is reminded of a deadline, once each."""

    WEEK = "7"
    DAY = "1"
    LATE = "late"

    @property
    def label(self) -> str:
        return {"7": "7天内到期", "1": "即将到期", "late": "已逾期"}[self.value]


def mark_of(day: date, today: date) -> Mark | None:
    """The most pressing reminder that a deadline asks for today; None while there is time."""
    left = (day - today).days
    if left < 0:
        return Mark.LATE
    if left <= 1:
        return Mark.DAY
    return Mark.WEEK if left <= 7 else None


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a day: for reminders and for the calendar feed."""

    kind: str
    subject: str
    day: date
    title: str
    place: Place
    page: str
    gate: bool = False
    """Of interest to city and province too, not to the region alone."""
    remind: bool = True
    """Somebody must act: it is reminded of, not only shown in calendars."""
    note: str = ""
    """What to do, in a sentence."""
    state: str = ""
    """Where it stands, for the calendar."""


Told = tuple[int, str, str]
"""(person, kind, mark and day as the key of a reminder begins, subject)."""


def told_of(account: int, key: str, about: Iterable[str]) -> set[Told]:
    """What a reminder that was written has told its person."""
    stem = key.rpartition(":")[0]
    return {(account, stem, subject) for subject in about}


def reminders(
    dues: Iterable[Due],
    people: Sequence[Person],
    *,
    today: date,
    now: datetime,
    told: Set[Told] = frozenset(),
) -> list[Message]:
    """One message for all of a person's things of one kind that are due on the same day.

    `told`: what earlier reminders named; it is left out, and what came after them is told by itself.
    """
    heaps: dict[tuple[int, str, Mark, date], list[Due]] = {}
    for due in dues:
        mark = mark_of(due.day, today) if due.remind else None
        if mark is None:
            continue
        near = [p for p in people if p.place.province == due.place.province]
        audience = local if mark is Mark.LATE and due.gate else reporters
        for person in audience(near, due.place):
            if (person.id, _stem(due.kind, mark, due.day), due.subject) not in told:
                heaps.setdefault((person.id, due.kind, mark, due.day), []).append(due)
    return [
        Message(
            account=account,
            key=f"{_stem(kind, mark, day)}:{_digest_of(batch)}",
            group=Group.DEADLINE,
            title=_due_title(mark, day, today, batch),
            detail="；".join(dict.fromkeys(due.note for due in batch if due.note)),
            page=batch[0].page if len(batch) == 1 else _region_page(batch),
            at=now,
            about=tuple(due.subject for due in batch),
        )
        for (account, kind, mark, day), batch in heaps.items()
    ]


def _stem(kind: str, mark: Mark, day: date) -> str:
    return f"due:{kind}:{mark.value}:{day.isoformat()}"


def _digest_of(batch: Sequence[Due]) -> str:
    subjects = "\n".join(sorted(due.subject for due in batch))
    return hashlib.sha256(subjects.encode()).hexdigest()[:16]


def _due_title(mark: Mark, day: date, today: date, batch: Sequence[Due]) -> str:
    names = "、".join(due.title for due in batch[:NAMED])
    more = f"等{len(batch)}项" if len(batch) > NAMED else ""
    if mark is Mark.LATE:
        when = f"已逾期{(today - day).days}天"
    else:
        left = (day - today).days
        when = {0: "今天到期", 1: "明天到期"}.get(
            left, f"{left}天后（{day.month}月{day.day}日）到期"
        )
    return f"{when}：{names}{more}"[:400]


def _region_page(batch: Sequence[Due]) -> str:
    regions = {due.place.region for due in batch}
    only = regions.pop() if len(regions) == 1 else None
    return f"/regions/{only}" if only else ""
