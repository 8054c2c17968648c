"""A dossier in the demonstration: ordered near the end; the worker makes it when the system starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from custody.demo.story import Act
from custody.dossiers.actions import order
from custody.infra import clock

if TYPE_CHECKING:
    from custody.demo.chapters import Verb
    from custody.demo.play import Player

_ON = date(2026, 11, 20)


def acts(_until: datetime) -> list[Act]:
    at = clock.at(_ON, 16, 35)
    return [Act(at=at, actor="yixing", what="dossier", region="320282")]


def _order(player: Player, act: Act) -> None:
    who = player.actors[act.actor]
    order(player.session, actor=who, now=act.at, region=act.region, demo=True)


VERBS: Mapping[str, Verb] = {"dossier": _order}
