"""The forecast's ten thousand futures, with NumPy and as the plain loop anybody would write first."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from custody.accounts.rules import Place
from custody.dashboard.queries import outlook_of
from custody.forecast.rules import Experience, Task
from custody.forecast.rules.montecarlo import DRAWS, Odds, odds
from custody.infra.db import Database
from tests.bench import data

Way = tuple[tuple[Task, ...], str, int, Experience]
PEER_DRAWS = 500
PEER_REGIONS = 16
"""The plain loop takes minutes for all: a part is measured and the rest reckoned from it."""


@dataclass(frozen=True, slots=True)
class Measured:
    regions: int
    whole: float
    """Seconds for reading the rows, schedules, draws and sums."""
    drawn: float
    """Seconds for the draws alone."""
    plain: float
    """Seconds the plain loop would take for them."""
    apart: float
    """The greatest difference between the two chances of a region."""


def measure(folder: Path, province: str) -> Measured:
    database = Database(f"sqlite:///{folder / 'custody.sqlite3'}")
    ways: list[Way] = []
    spent = 0.0

    def noted(tasks: tuple[Task, ...], name: str, left: int, learnt: Experience) -> Odds:
        nonlocal spent
        ways.append((tasks, name, left, learnt))
        start = time.perf_counter()
        found = odds(tasks, name, left, learnt)
        spent += time.perf_counter() - start
        return found

    start = time.perf_counter()
    with database.reader() as session:
        outlook = outlook_of(session, Place(province), data.TODAY, odds=noted)
    whole = time.perf_counter() - start
    database.dispose()
    open_ones = [way for way in ways if way[0][-1].settled is None]
    sample = open_ones[:: max(1, len(open_ones) // PEER_REGIONS)][:PEER_REGIONS]
    dice = random.Random(2026)
    start = time.perf_counter()
    chances = [(way[1], _plain(*way, dice)) for way in sample]
    plain = time.perf_counter() - start
    share = len(sample) * PEER_DRAWS / (len(open_ones) * DRAWS)
    apart = max(abs(chance - (outlook.regions[code].probability or 0)) for code, chance in chances)
    return Measured(len(outlook.regions), whole, spent, plain / share, apart)


def _plain(
    tasks: Sequence[Task], _name: str, left: int, learnt: Experience, dice: random.Random
) -> float:
    passed = 0
    for _ in range(PEER_DRAWS):
        ends: list[float] = []
        for task in tasks:
            if task.settled is not None:
                ends.append(task.settled)
                continue
            share = dice.triangular(task.low, task.high, 1.0)
            share *= learnt.of(task.learns) if task.learns else 1.0
            ready = max((ends[place] + lag for place, lag in task.before), default=0.0)
            end = max(1.0, share * task.own)
            ends.append(max(end, ready + share * task.work) if ready > 0 else end)
        passed += ends[-1] <= left
    return passed / PEER_DRAWS


def say(found: Measured) -> None:
    print(
        f"{found.regions:>5,} {'forecast':20}{found.whole * 1000:9.0f} ms in all,"
        f"{found.drawn * 1000:9.0f} ms for {DRAWS:,} draws; plain Python {found.plain * 1000:9.0f} ms"
        f" ({found.plain / found.drawn:.0f}x), chances within {found.apart * 100:.1f} points",
        flush=True,
    )
