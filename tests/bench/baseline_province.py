"""A province's baselines from the database: 200,000 accounts × 36 months read, fitted and stored.

The database is SQLite, made by raw inserts; what is measured is the action that the worker runs, region
by region, in a process of its own. Beside it better-lbnl-os, which only fits, from its time per meter.
`python -m tests.bench.baseline_province` measures this alone.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from config import ROOT
from custody import setup
from custody.accounts.models import Account
from custody.baselines import recomputed
from custody.baselines.actions import drafts
from custody.baselines.models import Baseline, Line
from custody.baselines.rules.bills import Digest
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.infra.db import Database
from custody.kernel.periods import Month, codes
from custody.mv.custody_rule import Answer, Change
from custody.regions.models import Region
from tests.bench import baseline
from tests.factories import province

ACCOUNTS, REGIONS = 200_000, 40
MONTHS = codes(202301, 202512)
SECONDS, MEGABYTES = 25.0, 500
"""What is promised: CPU time in all, memory at most."""
_WARMTH = (3.4, 5.6, 10.3, 16.2, 21.6, 25.1, 29.0, 28.4, 24.1, 18.3, 11.9, 5.6)
_KINDS = (Energy.ELECTRICITY, Energy.WATER, Energy.ELECTRICITY, Energy.GAS, Energy.WATER)
"""Of every five accounts; electricity and gas go with the weather."""
NOW = clock.at(date(2026, 3, 2))
_AT = "2026-03-01 00:00:00.000000"


def build(folder: Path, accounts: int = ACCOUNTS) -> Path:
    """custody.sqlite3 with the accounts spread over the regions, three at an institution."""
    file = folder / "custody.sqlite3"
    database = Database(f"sqlite:///{file}")
    setup.migrate.upgrade(database, setup.MIGRATIONS)
    with database.transaction() as session:
        province.load_province(session, folder / "notice", REGIONS, now=NOW)
    database.dispose()
    raw = sqlite3.connect(file)
    with raw:
        raw.execute(
            "INSERT INTO account (username, name, unit, phone, role, province_code, password_hash,"
            " must_change_password, active, failures, session_epoch, created_at, version)"
            " VALUES ('bench', '', '', '', 'coordinator', ?, '', 0, 1, 0, 0, ?, 1)",
            (province.CODE, _AT),
        )
        cities = [row[0] for row in raw.execute("SELECT code FROM city ORDER BY code")]
        raw.executemany(
            "INSERT INTO temperature VALUES (?, ?, ?, '', NULL, ?, 1, 1)",
            [
                (city, month, round(_warmth(month) + place / 10, 2), _AT)
                for place, city in enumerate(cities)
                for month in MONTHS
            ],
        )
        for number in range(REGIONS):
            _fill(raw, number, accounts // REGIONS)
    raw.close()
    return file


def _warmth(month: int) -> float:
    """No two years are alike."""
    return _WARMTH[month % 100 - 1] + (month * 7919 % 31 - 15) / 10


def _fill(raw: sqlite3.Connection, number: int, meters: int) -> None:
    """One region. One account in fifty lacks a month, one in fifty reads zero, one in ten has dates."""
    region, first = province.region_code(number + 1), number * meters + 1
    schools = range(
        number * meters // 3 + number + 1, number * meters // 3 + number + 2 + meters // 3
    )
    raw.executemany(
        "INSERT INTO institution VALUES"
        " (?, ?, ?, ?, '', '021', '', 10000, 800, 1, '', NULL, NULL, ?, 1, 1)",
        [(one, region, f"学校{one}", f"学校{one}", _AT) for one in schools],
    )
    kinds = [_KINDS[place % len(_KINDS)] for place in range(meters)]
    raw.executemany(
        "INSERT INTO meter VALUES (?, ?, ?, ?, ?, 'metered_paid', NULL, NULL, '', NULL, 1)",
        [
            (first + place, region, schools[place // 3], kinds[place].value, f"{place:010d}")
            for place in range(meters)
        ],
    )
    raw.executemany(
        "INSERT INTO bill VALUES (?, ?, 1, ?, ?, ?, ?, ?, NULL, NULL, ?, 1)",
        _bills(np.random.default_rng((2026, number)), first, kinds),
    )


def _bills(dice: np.random.Generator, first: int, kinds: list[Energy]) -> Iterator[tuple[Any, ...]]:
    spans = [Month.coded(month) for month in MONTHS]
    warm = np.array([_warmth(month) for month in MONTHS])
    size = (len(kinds), len(MONTHS))
    cold, hot = dice.uniform(0, 1, (2, len(kinds), 1)) * (dice.random((2, len(kinds), 1)) < 0.8)
    cold[[kind is Energy.WATER for kind in kinds]] = 0
    hot[[kind is not Energy.ELECTRICITY for kind in kinds]] = 0
    daily = 100 + 3 * cold * np.maximum(12 - warm, 0) + 9 * hot * np.maximum(warm - 20, 0)
    use = daily * [one.days for one in spans] * (1 + dice.normal(0, 0.05, size))
    use *= dice.lognormal(0, 1, (len(kinds), 1))
    missing = np.where(
        dice.random(len(kinds)) < 0.02, dice.integers(0, len(MONTHS), len(kinds)), -1
    )
    zero = np.where(dice.random(len(kinds)) < 0.02, dice.integers(0, len(MONTHS), len(kinds)), -1)
    dated = dice.random(len(kinds)) < 0.1
    for place, values in enumerate(use.tolist()):
        for at, (month, span) in enumerate(zip(MONTHS, spans, strict=True)):
            if at != missing[place]:
                told = 0 if at == zero[place] else round(values[at], 2)
                ends = (str(span.first), str(span.last)) if dated[place] else (None, None)
                yield (first + place, month, span.days, *ends, told, round(told * 0.67, 2), _AT)


# --- measured ---------------------------------------------------------------------------------


def run(file: Path) -> dict[str, float]:
    """CPU seconds of each phase, in this process; lines, and megabytes at most."""
    spent = {"read": 0.0, "digest": 0.0, "fit": 0.0}
    for where, name, phase in (
        (recomputed, "_bills", "read"),
        (recomputed, "_meters", "read"),
        (recomputed, "written", "fit"),
        (Digest, "add", "digest"),
    ):
        setattr(where, name, _clocked(getattr(where, name), phase, spent))
    database = Database(f"sqlite:///{file}")
    with database.transaction() as session:
        actor = session.scalars(select(Account)).one().identity()
        numbers = [
            drafts.begin(
                session,
                actor=actor,
                now=NOW,
                region=code,
                key=f"bench-{code}-{time.monotonic_ns()}",
                first=MONTHS[0],
                last=MONTHS[-1],
                answers=dict.fromkeys(Change, (Answer.NO, "")),
            ).id
            for code in session.scalars(select(Region.code).order_by(Region.code))
        ]
    begun = time.process_time()
    for number in numbers:
        with database.transaction() as session:
            drafts.fit(session, actor=actor, now=NOW, number=number)
    whole = time.process_time() - begun
    memory = _memory()
    with database.reader() as session:
        lines = session.scalar(
            select(func.count()).select_from(Line).where(Line.baseline_id.in_(numbers))
        )
        digests = session.scalars(select(Baseline.digest).where(Baseline.id.in_(numbers))).all()
    database.dispose()
    assert all(digests)
    return {
        **spent,
        "store": whole - sum(spent.values()),
        "whole": whole,
        "lines": float(lines or 0),
        "memory": memory,
    }


def _memory() -> float:
    """Megabytes at most, of this program: ru_maxrss would tell of the one that started it too."""
    (line,) = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(line) / 1024


def _clocked(called: Callable[..., Any], phase: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        begun = time.process_time()
        found = called(*given)
        spent[phase] += time.process_time() - begun
        return found

    return timed


def say(accounts: int = ACCOUNTS) -> None:
    print(
        f"baselines of a province: {accounts:,} accounts x {len(MONTHS)} months, SQLite, one core"
    )
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as folder:
        file = build(Path(folder), accounts)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.baseline_province", str(file)],
            cwd=ROOT,
            env={**os.environ, **baseline.ONE_THREAD},
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    for phase in ("read", "digest", "fit", "store"):
        print(f"  {phase:8}{found[phase]:8.2f} s CPU")
    kept = "kept" if found["whole"] <= SECONDS and found["memory"] <= MEGABYTES else "MISSED"
    print(
        f"  in all  {found['whole']:8.2f} s CPU, {found['memory']:.0f} MB, {found['lines']:,.0f} lines"
        f"  (promised {SECONDS:g} s, {MEGABYTES} MB: {kept})",
        flush=True,
    )
    other = baseline.peer(*baseline.made(baseline.PEER_METERS, len(MONTHS)))
    fits = other.per_meter * accounts
    print(
        f"  {other.name}: {other.per_meter * 1000:.1f} ms per meter of {len(MONTHS)} months, for all"
        f" {fits:,.0f} s CPU of fitting alone; custody in all {fits / found['whole']:,.0f}x",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(Path(sys.argv[1]))))
    else:
        say()
