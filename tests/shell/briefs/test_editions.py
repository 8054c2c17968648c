"""All briefs of a period: ordered, printed once each, stopped, killed, faulty; over HTTP."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import select

from config import ROOT
from custody.accounts.rules import Place
from custody.briefs import printing, runner
from custody.briefs.actions import editions
from custody.briefs.actions.editions import KIND
from custody.briefs.models import Edition, EditionPart, Print
from custody.briefs.rules import Status
from custody.dashboard.queries import programme_facts, programme_facts_each
from custody.infra import press
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.infra.pdf import Job as Paper
from custody.infra.pdf import Printed, RenderFailed
from custody.jobs.models import Job
from custody.jobs.rules import LEASE, State
from custody.jobs.runner import run_all, run_one
from custody.regions.queries import cities_of, regions_of
from custody.worker import HANDLERS
from tests.critic import page
from tests.factories import people, province
from tests.factories import programme as arrange

NOVEMBER = date(2026, 11, 22)
SignIn = Callable[..., Any]


def fake(paper: Paper) -> Printed:
    return Printed(
        f"%PDF {paper.title} {hashlib.sha256(paper.html.encode()).hexdigest()}".encode(), 3
    )


@dataclass
class FakePress:
    """Prints text at once; what it was given is in `said`."""

    said: list[str] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    before: Callable[[int], None] = lambda _count: None

    def pile(self, papers: Any, **_limits: Any) -> Iterator[Any]:
        for key, paper in papers:
            self.before(len(self.said))
            self.said.append(paper.title)
            broken = any(name in paper.title for name in self.faulty)
            yield key, RenderFailed("glyph", "有字体不含的字。") if broken else fake(paper)


@pytest.fixture
def printing_press(monkeypatch: pytest.MonkeyPatch) -> FakePress:
    made = FakePress()
    monkeypatch.setattr(press, "print_pile", made.pile)
    return made


def ordered(c: Any, period: str = "2026-11") -> str:
    answer = c.press(c.get("/briefs/editions"), "开始印制", {"period": period})
    assert answer.status_code == 303, page(answer).problems
    return str(answer.location)


def the_parts(database: Database) -> list[EditionPart]:
    with database.reader() as session:
        return list(session.scalars(select(EditionPart).order_by(EditionPart.ordinal)))


def the_edition(database: Database) -> Edition:
    with database.reader() as session:
        return session.scalars(select(Edition)).one()


def the_job(database: Database) -> Job:
    with database.reader() as session:
        return session.scalars(select(Job).where(Job.kind == KIND).order_by(Job.id.desc())).first()  # type: ignore[return-value]


def test_from_order_to_downloads(
    sign_in: SignIn, database: Database, store: FileStore, printing_press: FakePress
) -> None:
    with database.transaction() as session:
        arrange.brief_published(session, people.YIXING, as_of=NOVEMBER)
        with store.open(store.put(io.BytesIO(arrange.PDF)).digest):
            pass
    c = sign_in("coordinator")
    assert "还没有印制过成套简报" in page(c.get("/briefs/editions")).text()
    url = ordered(c)
    waiting = page(c.get(url)).text()
    assert "排队中" in waiting
    assert "待印" in waiting
    assert run_all(database, store, HANDLERS) == 1
    shown = page(c.get(url)).text()
    assert "46份，已完成46。" in shown
    assert "内容截至" in shown
    assert len(printing_press.said) == 45 + 1, "the published one is not printed again; a booklet"
    parts = the_parts(database)
    assert [part.name for part in parts[:2]] == ["江苏省", "南京市"]
    own = next(part for part in parts if part.region_code == people.YIXING)
    assert own.status is Status.PUBLISHED
    assert all(part.status is Status.DRAFT for part in parts if part is not own)
    published = c.get(f"{url}/{own.ordinal}.pdf", buffered=True)
    assert published.data == arrange.PDF

    packed = c.get(f"{url}.zip", buffered=True)
    with zipfile.ZipFile(io.BytesIO(packed.data)) as file:
        assert file.testzip() is None
        assert len(file.namelist()) == 46
        assert file.namelist()[0] == (
            "整区能源费用托管工作简报（2026年11月）/"
            "01 整区能源费用托管工作简报（江苏省，截至2026年11月22日）.pdf"
        )
        assert {one.compress_type for one in file.infolist()} == {zipfile.ZIP_STORED}
    booklet = c.get(f"{url}/booklet.pdf", buffered=True)
    assert "合订本（2026年11月）".encode() in booklet.data
    sheet = load_workbook(io.BytesIO(c.get(f"{url}.xlsx").data)).get_sheet_by_index(0)
    assert len([row for row in sheet.to_python() if "草稿" in row or "已发布" in row]) == 46
    assert c.get("/briefs/editions/list.xlsx").status_code == 200
    with database.reader() as session:
        told = list(session.scalars(select(Event.action).where(Event.kind == "edition")))
        noted = session.scalars(
            select(Event.note).where(Event.action == "edition.downloaded").order_by(Event.id)
        ).all()
    assert told == ["edition.ordered", "edition.finished", *["edition.downloaded"] * 3]
    assert list(noted) == ["宜兴市", "全部", "合订本"]
    listed = page(c.get("/briefs/editions")).text()
    assert "46份，已完成46" in listed

    # The same once more: all of it is there already, and the archive has the same bytes.
    first = the_edition(database).archive
    again = ordered(c)
    assert again != url
    run_all(database, store, HANDLERS)
    assert len(printing_press.said) == 46
    with database.reader() as session:
        assert {one.archive for one in session.scalars(select(Edition))} == {first}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_double_order_is_one_edition(
    sign_in: SignIn, database: Database, store: FileStore, printing_press: FakePress
) -> None:
    c, other = sign_in("coordinator"), sign_in("coordinator2")
    assert ordered(c) == ordered(c) == ordered(other)
    with database.reader() as session:
        assert len(session.scalars(select(Job).where(Job.kind == KIND)).all()) == 1
    refused = c.send("/briefs/editions", {"period": "2027-01"})
    assert refused.status_code == 422
    assert "请选择已经开始的月份或季度" in page(refused).text()
    assert len(the_parts(database)) == 46


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_faulty_part_is_named_and_the_rest_goes_on(
    sign_in: SignIn, database: Database, store: FileStore, printing_press: FakePress
) -> None:
    printing_press.faulty.add("宜兴市")
    c = sign_in("coordinator")
    url = ordered(c)
    run_all(database, store, HANDLERS)
    shown = page(c.get(url))
    assert "46份，已完成45，1份未生成" in shown.text()
    assert "有字体不含的字。" in shown.text()
    bad = next(part for part in the_parts(database) if part.failure)
    assert (bad.name, bad.address) == ("宜兴市", "")
    assert c.get(f"{url}/{bad.ordinal}.pdf").status_code == 303
    printing_press.faulty.clear()
    printing_press.said.clear()
    assert c.press(c.get(url), "继续印制").status_code == 303
    run_all(database, store, HANDLERS)
    assert len(printing_press.said) == 2, "that part, and the booklet with it"
    assert "46份，已完成46。" in page(c.get(url)).text()
    assert "继续印制" not in page(c.get(url)).text()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_cancelled_what_is_printed_stays(
    sign_in: SignIn, database: Database, store: FileStore, printing_press: FakePress, clock: Any
) -> None:
    c = sign_in("coordinator")
    url = ordered(c)

    def stop(count: int) -> None:
        if count == 10:
            assert c.press(c.get(url), "取消").status_code == 303

    printing_press.before = stop
    run_all(database, store, HANDLERS)
    job = the_job(database)
    assert job.state is State.CANCELLED
    done = sum(bool(part.address) for part in the_parts(database))
    assert 10 <= done <= 11
    assert f"已印好的{done}份保留" in page(c.get(url)).text()
    printing_press.before = lambda _count: None
    c.press(c.get(url), "继续印制")
    run_all(database, store, HANDLERS)
    assert "46份，已完成46。" in page(c.get(url)).text()
    assert len(printing_press.said) == 46 + 1, "nothing was printed twice"


_SLOW = """
import sys, time
from pathlib import Path
from custody.infra import clock, press
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.runner import run_one
from custody.worker import HANDLERS
from datetime import date
from tests.shell.briefs.test_editions import fake
def slow(papers, **_limits):
    for number, (key, paper) in enumerate(papers):
        if number == 7:
            print("seven", flush=True)
            time.sleep(60)
        yield key, fake(paper)
press.print_pile = slow
clock.freeze_day(date(2026, 11, 22))
run_one(Database(sys.argv[1]), FileStore(Path(sys.argv[2])), HANDLERS)
"""


def test_after_kill_9_another_worker_prints_the_rest_and_nothing_twice(
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    printing_press: FakePress,
    clock: Any,
) -> None:
    c = sign_in("coordinator")
    url = ordered(c)
    worker = subprocess.Popen(
        [sys.executable, "-c", _SLOW, str(database.url), str(store.folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "seven\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert sum(bool(part.address) for part in the_parts(database)) == 7
    assert the_job(database).state is State.RUNNING
    assert "46份，已完成7" in the_job(database).words
    with database.transaction() as session:
        row = session.scalars(select(Job).where(Job.kind == KIND)).one()
        row.lease_until = clock.now - LEASE
    assert run_one(database, store, HANDLERS)
    assert len(printing_press.said) == 39 + 1
    assert "46份，已完成46。" in page(c.get(url)).text()
    with database.reader() as session:
        assert len(session.scalars(select(Print)).all()) == 46 + 1


@pytest.mark.parametrize("template", ["lived"])
def test_another_province_has_its_own(
    sign_in: SignIn, database: Database, printing_press: FakePress
) -> None:
    with database.reader() as session:
        theirs = session.scalars(
            select(Edition.id).where(Edition.province_code == province.CODE)
        ).first()
    c = sign_in("coordinator")
    assert theirs is not None
    for path in ("", ".xlsx", ".zip", "/booklet.pdf", "/1.pdf"):
        assert c.get(f"/briefs/editions/{theirs}{path}").status_code == 404
    assert c.send(f"/briefs/editions/{theirs}/resume").status_code == 404
    assert c.send(f"/briefs/editions/{theirs}/cancel").status_code == 404
    assert sign_in("leader").get("/briefs/editions").status_code == 403


@pytest.mark.parametrize("template", ["lived"])
def test_facts_of_all_places_are_those_of_each_alone(database: Database, clock: Any) -> None:
    for day in (NOVEMBER, date(2026, 10, 15)):
        with database.reader() as session:
            whole = Place(people.JIANGSU)
            each = programme_facts_each(session, whole, day)
            cities = [Place(people.JIANGSU, city.code) for city in cities_of(session, whole)]
            places = [whole, *cities, *(region.place for region in regions_of(session, whole))]
            for place in places[::3]:
                assert each(place) == programme_facts(session, place, day), place


@pytest.mark.parametrize("template", ["lived"])
def test_as_many_statements_for_few_places_as_for_many(
    database: Database, statements: Any, clock: Any
) -> None:
    counts = []
    for code in (people.JIANGSU, province.CODE):
        with database.reader() as session, statements() as seen:
            found = editions.pieces(session, code, period="2026-11", as_of=NOVEMBER, demo=False)
        counts.append((len(found), len(seen)))
    (many, first), (few, second) = counts
    assert many == 46
    assert few < many
    assert second <= first <= 36
    assert first - second <= 1, "where nobody saved anything, nobody asks about the weather"


def test_pages_of_editions_ask_a_fixed_number_of_questions(
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    printing_press: FakePress,
    statements: Any,
) -> None:
    c = sign_in("coordinator")
    url = ordered(c)
    with statements() as waiting:
        c.get(url)
    run_all(database, store, HANDLERS)
    with statements() as done:
        c.get(url)
    with statements() as one:
        c.get("/briefs/editions")
    for period in ("2026-10", "2026-09", "2026-Q3"):
        ordered(c, period)
    with statements() as several:
        c.get("/briefs/editions")
    assert len(done) <= len(waiting) <= len(done) + 1, "whether somebody works is asked of a queue"
    assert len(one) == len(several)


def test_the_worker_knows_the_work(database_kind: str) -> None:
    assert HANDLERS[KIND] is runner.make


def test_prints_that_belong_to_no_edition_are_swept(
    database: Database, store: FileStore, clock: Any, sign_in: SignIn, printing_press: FakePress
) -> None:
    ordered(sign_in("coordinator"))
    run_all(database, store, HANDLERS)
    kept = printing.store(store)
    with database.transaction() as session:
        stray = printing.shelve(session, store, "f" * 64, Printed(b"%PDF stray", 1), now=clock.now)
    before = len(list(kept.folder.glob("??/*")))
    clock.to(date(2027, 3, 1))
    for path in kept.folder.glob("??/*"):
        os.utime(path, (0, 0))
    with database.transaction() as session:
        printing.sweep(session, store, now=clock.now, days=30)
    assert not kept.path(stray.digest).exists()
    edition = the_edition(database)
    assert kept.path(edition.archive).exists()
    assert kept.path(edition.booklet).exists()
    assert len(list(kept.folder.glob("??/*"))) == before - 1
