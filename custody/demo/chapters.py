"""What the story tells besides milestones: one module a subject, named here.

A chapter has `acts(until)`: what happens before a moment, as Acts in any order, and `VERBS`: what each
of its words does, given the player (its session, store, papers and actors) and the act. A region's
milestones at that moment are as story.py has brought them there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from custody.demo import (
    adjustments,
    baselines,
    contracts,
    dossiers,
    editions,
    energy,
    inbox,
    leaders,
    ledger,
    settlements,
    sheets,
    supervision,
    targets,
)
from custody.demo.story import START, Act

if TYPE_CHECKING:
    from custody.demo.play import Player

Verb = Callable[["Player", Act], None]
CHAPTERS: tuple[ModuleType, ...] = (
    energy,
    baselines,
    adjustments,
    ledger,
    contracts,
    settlements,
    targets,
    supervision,
    sheets,
    dossiers,
    leaders,
    editions,
    inbox,
)
"""The inbox last: it tells what the others did at the same moment."""


def acts(until: datetime) -> list[Act]:
    return [act for chapter in CHAPTERS for act in chapter.acts(until) if START < act.at < until]


@cache
def verbs() -> Mapping[str, Verb]:
    return {word: verb for chapter in CHAPTERS for word, verb in chapter.VERBS.items()}
