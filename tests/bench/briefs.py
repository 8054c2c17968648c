"""`python -m tests.bench.briefs`: printed briefs beside a warm headless Chromium and WeasyPrint's command line.

Same run, same HTML and sheets. CPU is user and system time of the process that prints, and of all
Chromium's processes together; seconds are those of the clock. The archival brief is PDF/A-3a and
PDF/UA-1, tagged, with our fonts cut; Chromium prints a plain PDF.
"""

from __future__ import annotations

import base64
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from custody.briefs import pressrun, render, snapshot
from custody.briefs.actions import editions
from custody.briefs.facts import More
from custody.briefs.pressrun import Entry, PressRun
from custody.briefs.snapshot import Masthead, Snapshot
from custody.infra import fonts, press
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.pdf import Job, Printed, RenderFailed
from tests.bench import data
from tests.factories import evidence
from tests.factories.facts import programme

RENDERS = 200
TIMES = 9
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    say()


def say() -> None:
    print(f"\n{'printed briefs':50}{'CPU ms':>9}{'wall ms':>9}")
    archival, shape = _four_pages()
    ours = _press(archival)
    chromium = _chromium(archival)
    _line(f"one brief of {shape} pages, PDF/A-3a + UA-1", ours)
    _line("the same HTML, warm Chromium", chromium)
    print(f"{'CPU of ours to Chromium (≤ 0.9)':50}{ours.cpu / chromium.cpu:9.2f}x")
    jobs = [archival, *(render.job(one) for one in _places())]
    alone = _command_line(jobs[:: len(jobs) // 4])
    before = _children()
    seconds, pages = _pile(jobs)
    work = _children() - before
    loop = alone.wall * len(jobs)
    print(
        f"{f'{len(jobs)} briefs, {pages} pages, {press.AT_ONCE} processes and their start':50}"
        f"{seconds:17.1f} s"
    )
    print(f"{'a loop of the weasyprint command line (from 4)':50}{loop:17.1f} s")
    print(f"{'as a share of the loop (≤ 1/6 = 0.167)':50}{seconds / loop:17.3f}")
    print(
        f"{'CPU of the 46 and of the loop':50}{work:11.1f} s{alone.cpu * len(jobs):8.1f} s",
        flush=True,
    )
    _memory(jobs)
    _unchanged()


@dataclass(frozen=True, slots=True)
class Taken:
    cpu: float
    wall: float


def _line(name: str, taken: Taken) -> None:
    print(f"{name:50}{taken.cpu * 1000:9.0f}{taken.wall * 1000:9.0f}", flush=True)


_MASTHEAD = Masthead(
    issuer="江苏省机关事务管理局",
    year=2026,
    day=date(2026, 11, 22),
    issue=11,
    total=23,
    copies=(("报", "省委办公厅、省政府办公厅"), ("发", "各设区市机关事务管理局")),
    editor="张三",
    phone="025-00000000",
)


def _brief(scope: str = "province", *, short: bool = False, **words: str) -> Snapshot:
    """As published: numbered, with its code. `short`: without the tables of savings and of problems."""
    facts = programme(scope=scope)
    more = More() if short else evidence.more(facts)
    found = snapshot.freeze(facts, masthead=_MASTHEAD, words=words, more=more)
    return snapshot.numbered(found, issue=11, total=23, base_url="https://nengyuan.example.gov.cn")


def _places() -> list[Snapshot]:
    """13 cities and 32 regions, of three pages each."""
    regions = programme().regions
    cities = sorted({one.city_code for one in regions})
    scopes = [*(f"city:{one}" for one in cities), *(f"region:{one.code}" for one in regions)]
    return [_brief(one, short=True) for one in scopes]


def _four_pages() -> tuple[Job, int]:
    """The brief of the province with fewer words, so that table and pictures fill four pages."""
    whole = _brief(short=True)
    keys = [one["key"] for one in snapshot.paragraphs_of(whole)]
    for kept in range(len(keys), 0, -1):
        job = render.job(_brief(short=True, **dict.fromkeys(keys[kept:], "")))
        pages = press.print_isolated(job).pages
        if pages <= 4:
            return job, pages
    return job, pages


# --- ours -------------------------------------------------------------------------------------


def _press(job: Job) -> Taken:
    one = press._Press(60, press.MEGABYTES)
    cpu, wall = [], []
    try:
        for _ in range(3):
            one.print(job)
        for _ in range(TIMES):
            before, begun = _cpu_of(one._process.pid), time.perf_counter()
            one.print(job)
            wall.append(time.perf_counter() - begun)
            cpu.append(_cpu_of(one._process.pid) - before)
    finally:
        one.close()
    return Taken(statistics.mean(cpu), statistics.median(wall))


def _children() -> float:
    """CPU of all processes that were started here and are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pile(jobs: list[Job]) -> tuple[float, int]:
    """Seconds by the clock, and pages."""
    begun, pages = time.perf_counter(), 0
    for one in press.print_pile(enumerate(jobs)):
        if one is not None:
            assert isinstance(one[1], Printed), one
            pages += one[1].pages
    return time.perf_counter() - begun, pages


def _memory(jobs: list[Job]) -> None:
    one = press._Press(60, press.MEGABYTES)
    said, before = {}, 0.0
    try:
        for number in range(1, RENDERS + 1):
            one.print(jobs[number % len(jobs)])
            if number in (8, 50, 100, 150, RENDERS):
                said[number] = _resident(one._process.pid)
        before = _cpu_of(one._process.pid)
    finally:
        one.close()
    told = "  ".join(f"{number}: {size}" for number, size in said.items())
    print(f"{'MB of a press after so many briefs (≤ 200, flat)':50}{told}")
    print(
        f"{'CPU of a press for a brief, mean of all kinds':50}{before / RENDERS * 1000:9.0f}",
        flush=True,
    )


def _unchanged() -> None:
    """A batch of 46 of a real database; the press is a stand-in, for it is the second run that counts."""
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as folder:
        built = data.build(Path(folder) / "data", data.JIANGSU)
        database = Database(f"sqlite:///{built.folder / 'custody.sqlite3'}")
        files, taken = FileStore(built.folder / "files"), []
        real = press.print_pile
        press.print_pile = _stand_in  # type: ignore[assignment]
        try:
            for _ in range(4):
                begun = time.perf_counter()
                _batch(database, files, built.province)
                taken.append(time.perf_counter() - begun)
        finally:
            press.print_pile = real
        database.dispose()
    print(
        f"{'unchanged batch, gathering included (≤ 300)':59}{statistics.median(taken[1:]) * 1000:9.0f}"
    )


def _batch(database: Database, files: FileStore, province: str) -> None:
    with database.reader() as session:
        found = editions.pieces(session, province, period="2026-11", as_of=data.TODAY, demo=False)
    run = PressRun(database, files, [Entry(piece) for piece in found], lambda _words: None)
    run.settle()
    run.print()
    run.bind(period="2026年11月", issuer="省局", as_of=data.TODAY, demo=False)
    assert len(run.done) == 46
    for entry in run.done:
        assert pressrun.name_of(entry, data.TODAY)


def _stand_in(jobs: Any, **_limits: Any) -> Iterator[tuple[Any, Printed | RenderFailed]]:
    for key, job in jobs:
        yield key, Printed(job.title.encode(), 1)


def _cpu_of(pid: int) -> float:
    """Of the process and of its children that are over: Chromium starts one for every print."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / _TICK


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


# --- the others -------------------------------------------------------------------------------


def _document(job: Job) -> str:
    """One HTML file with everything in it."""
    html = job.html.replace("</head>", f"<style>{job.css}</style></head>")
    for name, asset in job.assets.items():
        packed = base64.b64encode(asset.content).decode()
        html = html.replace(f'"custody:{name}"', f'"data:{asset.media};base64,{packed}"')
    return html


@contextmanager
def _our_fonts() -> Iterator[dict[str, str]]:
    yield {**os.environ, "FONTCONFIG_FILE": str(fonts.locate().configuration)}


def _chromium(job: Job) -> Taken:
    from playwright.sync_api import sync_playwright

    cpu, wall = [], []
    with _our_fonts() as environment, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
            env=dict(environment),
        )
        page = browser.new_page()
        for number in range(TIMES + 3):
            before, begun = _cpu_of_family(), time.perf_counter()
            page.set_content(_document(job), wait_until="load")
            printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
            if number >= 3:
                wall.append(time.perf_counter() - begun)
                cpu.append(_cpu_of_family() - before)
            assert printed.startswith(b"%PDF")
        browser.close()
    return Taken(statistics.mean(cpu), statistics.median(wall))


def _cpu_of_family() -> float:
    """Of all processes that descend from this one and are called chromium."""
    parents, names = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            head, _, rest = (folder / "stat").read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(folder.name)] = int(rest.split()[1])
        names[int(folder.name)] = head
    total = 0.0
    for pid in parents:
        up = pid
        while up in parents and up != os.getpid():
            up = parents[up]
        if up == os.getpid() and "chrom" in names[pid]:
            try:
                total += _cpu_of(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total


def _command_line(jobs: list[Job]) -> Taken:
    """What a brief takes with `weasyprint FILE.html FILE.pdf`, as most offices would print them."""
    taken, before = [], _children()
    with tempfile.TemporaryDirectory() as folder, _our_fonts() as environment:
        source, target = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        for job in jobs:
            source.write_text(_document(job), "utf-8")
            begun = time.perf_counter()
            subprocess.run(
                [
                    *(sys.executable, "-m", "weasyprint", "--pdf-variant", "pdf/a-3a"),
                    *(str(source), str(target)),
                ],
                env=environment,
                check=True,
                capture_output=True,
            )
            taken.append(time.perf_counter() - begun)
            assert target.stat().st_size > 10_000
    return Taken((_children() - before) / len(jobs), statistics.mean(taken))


if __name__ == "__main__":
    main()
