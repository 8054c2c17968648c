"""From what happened to messages. Nobody is told of what they did themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from custody.inbox.rules.groups import Group
from custody.inbox.rules.notices import TELL, Notice, page_of
from custody.inbox.rules.people import Happened, Person

FRESH = timedelta(days=2)
"""What is older when the post office gets to it is not mailed any more."""
FILED = timedelta(days=7)
"""What is older is filed as read: nobody needs to be alarmed by last month."""
NAMED = 6
"""So many of a batch are named, the others counted."""


@dataclass(frozen=True, slots=True)
class Message:
    """For one person. `key` names what it is about: the same is never told twice."""

    account: int
    key: str
    group: Group
    title: str
    detail: str
    page: str
    at: datetime
    event: int | None = None
    about: tuple[str, ...] = ()
    """Of a reminder: the subjects it names."""


def messages(events: Sequence[Happened], people: Sequence[Person]) -> list[Message]:
    """Everything there is to say, the acts of one batch to one person in one message."""
    heaps: dict[tuple[int, str, int | None, datetime, Notice], list[Happened]] = {}
    for event in events:
        for notice in TELL.get(event.action, ()) if event.place else ():
            assert event.place is not None
            near = [p for p in people if p.place.province == event.place.province]
            for person in notice.to(near, event.place):
                if person.id == event.actor or event.at < person.since:
                    continue
                heap = (person.id, event.action, event.actor, event.at, notice)
                heaps.setdefault(heap, []).append(event)
    told = [_message(heap[0], heap[4], batch) for heap, batch in heaps.items()]
    unique: dict[tuple[int, str], Message] = {}
    for message in told:
        unique.setdefault((message.account, message.key), message)
    return list(unique.values())


def _message(account: int, notice: Notice, batch: Sequence[Happened]) -> Message:
    first = batch[0]
    if len(batch) == 1:
        title = notice.one.format(label=first.label)
    else:
        names = "、".join(event.label for event in batch[:NAMED])
        more = f"等{len(batch)}项" if len(batch) > NAMED else ""
        title = notice.many.format(n=len(batch), label=names + more)
    return Message(
        account=account,
        key=f"event:{first.id}",
        group=notice.group,
        title=title[:400],
        detail=f"{first.actor_name}：{first.note}" if first.note else f"经办人：{first.actor_name}",
        page=first.page if len(batch) == 1 else _common_page(notice, batch),
        at=first.at,
        event=first.id,
    )


def _common_page(notice: Notice, batch: Sequence[Happened]) -> str:
    """Where all of a batch can be seen: the reviewer's queue when it waits there, else the region."""
    first = batch[0]
    if notice.group is Group.REVIEW and first.kind == "milestone":
        return "/queue"
    if notice.group is Group.REVIEW and first.kind == "energy_month":
        return "/energy/months"
    regions = {event.place.region for event in batch if event.place}
    only = regions.pop() if len(regions) == 1 else None
    return page_of("region", only or "", region=only) if only else first.page
