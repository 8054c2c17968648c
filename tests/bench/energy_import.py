"""A file of 100,000 bills checked and stored, beside pandas.read_excel and to_sql on the same file.

Ours does all its checks: every cell, meters of the roster, doubles, doubts, the comparison with what is
stored, versions. Each run is a process of its own, so that its memory is its own; CPU time. The peer
lives in an environment of its own, .venv/peers or a temporary folder, made on the first run.
`python -m tests.bench.energy_import` measures this alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from config import ROOT
from custody.accounts.rules import Identity, Role
from custody.energy.actions import imports, ledger, rehearsing
from custody.energy.queries.files import open_file
from custody.energy.rules.energies import Energy
from custody.energy.rules.rows import InstitutionRow, MeterRow
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.columns import FIELDS, SCHEMAS, SHEETS
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.kernel.credit_code import check_digit
from custody.kernel.periods import codes
from custody.regions.models import Region
from tests.bench import data
from tests.factories import people

ROWS, MONTHS = 100_000, 12
INSTITUTIONS = 5_000
PEER = {"pandas": "2.2.3", "openpyxl": "3.1.5", "SQLAlchemy": "2.0.44"}
RATE, MEGABYTES, RATIO = 15_000, 400, 2.0
"""Rows a second, memory and how many times faster than the peer: what is promised."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_PEER_SCRIPT = """
import json, sys, time
import pandas
from sqlalchemy import create_engine
begun = time.process_time()
frame = pandas.read_excel(sys.argv[1], header=2, dtype={"户号": str})
engine = create_engine("sqlite:///" + sys.argv[2])
frame.to_sql("bill", engine, if_exists="append", index=False, chunksize=2000)
taken = time.process_time() - begun
most = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps({"seconds": taken, "megabytes": most, "rows": len(frame)}))
"""


@dataclass(frozen=True, slots=True)
class Taken:
    seconds: float
    megabytes: float


# --- what is measured -------------------------------------------------------------------------


def build(folder: Path) -> None:
    """A region with meters for so many bills, and its files: bills, a roster, a small one of bills."""
    built = data.build(folder / "data", data.JIANGSU)
    database = Database(f"sqlite:///{built.folder / 'custody.sqlite3'}")
    with database.transaction() as session:
        region = session.get_one(Region, people.YIXING)
        rows = [
            InstitutionRow(f"第{n}单位", _code(n), "021", meters=(_meter(n), _meter(n, "2")))
            for n in range(ROWS // MONTHS // 2 + 1)
        ]
        ledger.store_roster(
            session, actor=_actor(region), now=clock.now(), region=region, rows=rows
        )
    database.dispose()
    _sheet(folder / "bills.xlsx", Kind.BILLS, _bills(ROWS))
    _sheet(folder / "small.xlsx", Kind.BILLS, _bills(3_000))
    _sheet(folder / "roster.xlsx", Kind.ROSTER, _roster())


def _code(number: int) -> str:
    body = f"1132028{number:010d}"
    return body + check_digit(body)


def _meter(number: int, more: str = "1") -> MeterRow:
    return MeterRow(Energy.ELECTRICITY, f"00{number:06d}{more}")


def _actor(region: Region) -> Identity:
    return Identity(3, "officer", "officer", "", Role.OFFICER, region.place)


def _bills(rows: int) -> list[list[object]]:
    months = codes(202501, 202512)
    found: list[list[object]] = []
    for at in range(rows):
        meter, month = divmod(at, MONTHS)
        number, which = divmod(meter, 2)
        use = 900 + (at * 37 % 4001) / 10
        found.append(
            [
                *(f"第{number}单位", "电", f"00{number:06d}{which + 1}"),
                f"{months[month] // 100}-{months[month] % 100:02d}",
                *(use, "kWh", round(use * 0.65, 2), None, None, None, 1000.5, 650.33),
            ]
        )
    return found


def _roster() -> list[list[object]]:
    return [
        [
            *(f"名录单位{n}", _code(900_000 + n), "教育" if n % 2 else "其他事业单位"),
            *(f"宜城街道{n}号", 1200.5 + n, 30 + n % 400, "是", "", "", f"09{n:08d}", f"气{n}"),
        ]
        for n in range(INSTITUTIONS)
    ]


def _sheet(path: Path, kind: Kind, rows: list[list[object]]) -> None:
    """As our template is when it comes back."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEETS[kind])
        sheet.write_row(0, 0, [SHEETS[kind]])
        sheet.write_string(0, len(FIELDS[kind]), SCHEMAS[kind])
        sheet.write_row(2, 0, [field.title for field in FIELDS[kind]])
        for at, row in enumerate(rows):
            sheet.write_row(3 + at, 0, row)


# --- ours -------------------------------------------------------------------------------------


def run(step: str, folder: Path) -> None:
    """One step in this process; prints what it took."""
    database = Database(f"sqlite:///{folder / 'data' / 'custody.sqlite3'}")
    files = FileStore(folder / "files")
    # What a worker has long since loaded is not measured.
    with database.reader() as session:
        region = session.get_one(Region, people.YIXING)
    actor = _actor(region)
    kind, name = (Kind.ROSTER, "roster.xlsx") if step == "roster" else (Kind.BILLS, "bills.xlsx")
    name = "small.xlsx" if step == "small" else name
    begun = time.process_time()
    if step in ("small", "check"):
        body = (folder / name).read_bytes()
        layout = open_file(body, name, kind)
        with database.reader() as session:
            assert rehearsing.rehearse(session, layout, region, now=clock.now()).clean
    else:
        _stored(database, files, actor, folder / name, kind)
    taken = time.process_time() - begun
    print(json.dumps({"seconds": taken, "megabytes": _most()}))


def _most() -> float:
    """Of this process alone: getrusage also tells what its parent had when it began."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _stored(database: Database, files: FileStore, actor: Identity, path: Path, kind: Kind) -> None:
    """The work that begins with «全部接受»: read, checked, compared, stored; all or none."""
    now = clock.now()
    with path.open("rb") as stream:
        kept = files.put(stream)
    with database.transaction() as session:
        region = session.get_one(Region, people.YIXING)
        one = imports.upload(
            session, actor=actor, now=now, region=region, key=f"bench-{time.time_ns()}",
            kind=kind, stored=kept, name=path.name,
        )  # fmt: skip
        one.state = ImportState.REHEARSED
        number = one.id
    with database.transaction() as session:
        done = imports.accept(session, files, actor=actor, now=now, number=number)
        assert done.state is ImportState.ACCEPTED


def measured(step: str, folder: Path) -> Taken:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.energy_import", step, str(folder)],
        env={**os.environ, **_ONE_THREAD, "CUSTODY_TODAY": date(2026, 11, 22).isoformat()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return Taken(**json.loads(done.stdout.splitlines()[-1]))


# --- the peer ---------------------------------------------------------------------------------


def peer(folder: Path) -> Taken | None:
    python = _installed()
    if python is None:
        return None
    done = subprocess.run(
        [
            python,
            "-W",
            "ignore",
            "-c",
            _PEER_SCRIPT,
            folder / "bills.xlsx",
            folder / "peer.sqlite3",
        ],
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(f"  pandas does not run here: {done.stderr.strip().splitlines()[-1]}")
        return None
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["rows"] == ROWS
    return Taken(answer["seconds"], answer["megabytes"])


def _installed() -> Path | None:
    home = ROOT / ".venv" if (ROOT / ".venv").is_dir() else Path(tempfile.gettempdir())
    folder = home / "peers" / f"pandas-{PEER['pandas']}"
    python = folder / "bin" / "python"
    if (folder / ".done").exists():
        return python
    print(f"  installing pandas {PEER['pandas']} into {folder}", flush=True)
    wanted = [f"{name}=={version}" for name, version in PEER.items()]
    steps: tuple[list[str], ...] = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *wanted],
    )
    for step in steps:
        if subprocess.run(step, capture_output=True, check=False).returncode != 0:
            print("  pandas cannot be installed here; no ratio")
            return None
    (folder / ".done").touch()
    return python


# --- said -------------------------------------------------------------------------------------


def say() -> None:
    print(f"imports: {ROWS:,} bills in one .xlsx, all checks on, SQLite, CPU time on one core")
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as name:
        folder = Path(name)
        build(folder)
        check = measured("check", folder)
        print(f"  checked alone: {_told(check)}", flush=True)
        stored = measured("store", folder)
        good = _kept(ROWS / stored.seconds >= RATE and stored.megabytes <= MEGABYTES)
        promise = f"promised {RATE:,} within {MEGABYTES} MB"
        print(f"  checked and stored: {_told(stored)}  ({promise}: {good})", flush=True)
        print(f"  the same file again: {_told(measured('store', folder))}", flush=True)
        other = peer(folder)
        if other:
            ratio = other.seconds / stored.seconds
            good = _kept(ratio >= RATIO)
            print(f"  pandas {PEER['pandas']}, no checks: {_told(other)}")
            print(f"  custody {ratio:.1f}x as fast (aim {RATIO:g}: {good})", flush=True)
        _short("roster", f"{INSTITUTIONS:,} institutions stored", 5.0, folder)
        size = (folder / "small.xlsx").stat().st_size / 1000
        _short("small", f"{size:.0f} kB workbook of 3,000 bills checked", 0.5, folder)


def _short(step: str, words: str, most: float, folder: Path) -> None:
    taken = measured(step, folder)
    print(
        f"  {words}: {taken.seconds:.2f} s (promised {most:g}: {_kept(taken.seconds < most)}),"
        f" {taken.megabytes:.0f} MB",
        flush=True,
    )


def _told(taken: Taken) -> str:
    rate = ROWS / taken.seconds
    return f"{taken.seconds:5.1f} s, {rate:7,.0f} rows/s, {taken.megabytes:4.0f} MB"


def _kept(good: bool) -> str:
    return "kept" if good else "MISSED"


def main() -> None:
    if len(sys.argv) == 3:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        say()


if __name__ == "__main__":
    main()
