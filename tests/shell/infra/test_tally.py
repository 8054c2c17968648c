"""Counting within a minute, by several processes at once."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custody.infra.tally import Tally

NOW = datetime(2026, 11, 22, 1, 30, 5, tzinfo=UTC)


def test_so_many_in_a_minute_each(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "x.tally", 3)
    assert [tally.allows("a", NOW) for _ in range(5)] == [True, True, True, False, False]
    assert tally.allows("b", NOW + timedelta(seconds=54))
    assert not tally.allows("a", NOW + timedelta(seconds=54))
    assert tally.allows("a", NOW + timedelta(seconds=55))


def test_it_never_grows(tmp_path: Path) -> None:
    path = tmp_path / "x.tally"
    tally = Tally(path, 1)
    tally.allows("first", NOW)
    size = path.stat().st_size
    for number in range(500):
        tally.allows(f"guess\ud800{number}", NOW + timedelta(minutes=number % 3))
    assert path.stat().st_size == size


def _count(path: Path, done: multiprocessing.Queue[int]) -> None:
    tally = Tally(path, 150)
    done.put(sum(tally.allows("a", NOW) for _ in range(100)))


def test_processes_count_together(tmp_path: Path) -> None:
    forked = multiprocessing.get_context("spawn")
    done = forked.Queue()
    workers = [forked.Process(target=_count, args=(tmp_path / "x.tally", done)) for _ in range(3)]
    for one in workers:
        one.start()
    assert sum(done.get() for _ in workers) == 150
    for one in workers:
        one.join()
