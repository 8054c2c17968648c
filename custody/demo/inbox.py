"""How the demonstration's people want to be told. What they are told comes from the journal itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from custody.demo.courses import YEAR
from custody.demo.story import Act
from custody.inbox.actions import post, wishes
from custody.inbox.rules import Channel, Group
from custody.infra import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from custody.demo.chapters import Verb
    from custody.demo.play import Player

_CHOSEN: Mapping[str, tuple[date, Mapping[Group, Channel]]] = {
    "shengju1": (date(YEAR, 3, 9), {Group.REVIEW: Channel.NOW, Group.RESULT: Channel.NONE}),
    "wuxi": (date(YEAR, 3, 16), {Group.REVIEW: Channel.NOW, Group.BRIEF: Channel.NONE}),
    "yixing": (date(YEAR, 4, 8), {Group.DEADLINE: Channel.NOW}),
    "wuxi-huishan": (date(YEAR, 5, 12), {Group.DEADLINE: Channel.NOW, Group.BRIEF: Channel.NOW}),
    "lingdao": (date(YEAR, 6, 3), {Group.BRIEF: Channel.NOW, Group.DEADLINE: Channel.NONE}),
}
"""Nobody has an address: the demonstration sends no mail to anybody."""


def acts(until: datetime) -> list[Act]:
    return [
        Act(clock.at(day, 15, 20), username, "wishes", values={"choices": choices})
        for username, (day, choices) in _CHOSEN.items()
    ]


def choose(player: Player, act: Act) -> None:
    choices = act.values["choices"]
    assert isinstance(choices, Mapping)
    wishes.choose(player.session, actor=player.actors[act.actor], now=act.at, choices=choices)


VERBS: Mapping[str, Verb] = {"wishes": choose}


def deliver(session: Session, until: datetime) -> None:
    """What the post office would have done all year; what is older than a week has been read."""
    session.flush()
    post.deliver_all(session, now=until)
    post.remind(session, now=until - timedelta(hours=16))
