"""Background work: done once, cancelled, tried again, taken up after its worker died."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from custody.accounts.models import Account
from custody.accounts.rules import Identity, Role
from custody.dossiers import actions as dossiers
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs import actions
from custody.jobs.models import Job
from custody.jobs.queries import results
from custody.jobs.rules import LEASE, MAX_TRIES, State
from custody.jobs.runner import Result, Work, run_all, run_one
from custody.kernel.problems import Problem, Refused
from custody.verify import inspect
from tests.conftest import NOW, Clock
from tests.critic import Critic
from tests.factories import clicks, people
from tests.factories.programme import PDF


def ordered(
    database: Database, who: Identity, clock: Clock, key: str = "k", kind: str = "x"
) -> int:
    with database.transaction() as session:
        return actions.order(
            session, actor=who, now=clock.now, kind=kind, key=key, arguments={"n": 3}, label="试办"
        ).id


def the_job(database: Database, number: int) -> Job:
    with database.reader() as session:
        return session.get_one(Job, number)


def test_work_is_done_once_and_says_how_far_it_is(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    who = actor("officer")
    number = ordered(database, who, clock)
    assert ordered(database, who, clock) == number  # a double click
    seen: list[tuple[int, int]] = []

    def handler(work: Work) -> Result:
        assert work.actor.id == who.id
        for done in range(work.arguments["n"]):
            work.progress(done + 1, 3, f"共3项，已完成{done + 1}")
            now = the_job(database, number)
            seen.append((now.done, now.total))
        return Result("已办完3项。")

    assert run_all(database, store, {"x": handler}) == 1
    job = the_job(database, number)
    assert (job.state, job.words) == (State.DONE, "已办完3项。")
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert not run_one(database, store, {"x": handler})
    # Ordered again after it is over, it is another one.
    assert ordered(database, who, clock) != number


def test_two_clicks_at_once_order_one_job(
    database: Database, actor: Callable[..., Identity], clock: Clock
) -> None:
    who = actor("officer")

    def click(session: Session) -> int:
        return actions.order(
            session, actor=who, now=NOW, kind="x", key="k", arguments={}, label="试办"
        ).id

    def other() -> int:
        with database.transaction() as session:
            return click(session)

    with database.transaction() as session:
        first = click(session)
        second = clicks.Second(other)
    assert second.result() == first


def test_a_refusal_is_told_in_its_own_words_and_a_crash_is_not(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    def refuses(_work: Work) -> Result:
        raise Refused([Problem("x", "第3行无法识别，请改正。")])

    def crashes(_work: Work) -> Result:
        raise ZeroDivisionError

    first = ordered(database, actor("officer"), clock, "a", "refuses")
    second = ordered(database, actor("officer"), clock, "b", "crashes")
    run_all(database, store, {"refuses": refuses, "crashes": crashes})
    assert the_job(database, first).words == "第3行无法识别，请改正。"
    assert the_job(database, second).state is State.FAILED
    assert "请重试" in the_job(database, second).words


def test_cancelled_before_and_during(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    who = actor("officer")

    def handler(work: Work) -> Result:
        with database.transaction() as session:
            actions.cancel(session, actor=who, now=clock.now, number=work.job)
        work.progress(1, 2)
        raise AssertionError("went on after it was cancelled")

    early = ordered(database, who, clock, "early")
    with database.transaction() as session:
        actions.cancel(session, actor=who, now=clock.now, number=early)
    late = ordered(database, who, clock, "late")
    assert run_all(database, store, {"x": handler}) == 1
    for number in (early, late):
        assert the_job(database, number).state is State.CANCELLED
    with database.transaction() as session:
        actions.retry(session, actor=who, now=clock.now, number=late)
    assert the_job(database, late).state is State.QUEUED


def test_a_dead_worker_s_job_is_begun_again_and_given_up_in_the_end(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    number = ordered(database, actor("officer"), clock)

    class Died(BaseException):
        pass

    def dies(_work: Work) -> Result:
        raise Died

    for attempt in range(1, MAX_TRIES + 1):
        with pytest.raises(Died):
            run_one(database, store, {"x": dies})
        assert the_job(database, number).tries == attempt
        # Nobody takes it while its lease runs.
        assert not run_one(database, store, {"x": dies})
        clock.to(clock.now + LEASE + timedelta(seconds=1))
    assert not run_one(database, store, {"x": dies})
    assert the_job(database, number).state is State.FAILED


def test_a_worker_that_lost_its_job_writes_nothing(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    number = ordered(database, actor("officer"), clock)

    def slow(work: Work) -> Result:
        if work.tries == 1:
            clock.to(clock.now + LEASE + timedelta(seconds=1))
            assert run_one(database, store, {"x": slow})
            work.progress(1, 1)
            raise AssertionError("it should have lost the job")
        return Result("第二个办完。")

    assert run_one(database, store, {"x": slow})
    assert the_job(database, number).words == "第二个办完。"


def test_the_page_follows_and_only_its_owner_sees_it(
    database: Database, store: FileStore, sign_in: Callable[..., Critic], clock: Clock
) -> None:
    officer = sign_in("officer")
    number = ordered(database, officer.who, clock)  # type: ignore[arg-type]
    assert "排队中" in officer.get(f"/jobs/{number}").text
    assert sign_in("coordinator").get(f"/jobs/{number}").status_code == 404
    answer = officer.get(f"/jobs/{number}", headers={"Accept": "application/json"})
    assert answer.json == {
        "state": "queued", "label": "排队中", "over": False, "done": 0, "total": 0,
        "words": "已提交，即将开始办理。",
    }  # fmt: skip
    assert officer.get(f"/jobs/{number}/file").status_code == 404
    assert officer.send(f"/jobs/{number}/cancel").status_code == 303
    assert "已取消" in officer.get(f"/jobs/{number}").text
    assert "试办" in officer.get("/jobs").text


def test_a_queue_that_stands_still_says_so(
    database: Database, store: FileStore, sign_in: Callable[..., Critic], clock: Clock
) -> None:
    officer = sign_in("officer")
    number = ordered(database, officer.who, clock)  # type: ignore[arg-type]
    late = "排队超过1分钟：后台服务可能未启动，请联系系统管理员"
    assert late not in officer.get(f"/jobs/{number}").text
    clock.to(clock.now + timedelta(seconds=61))
    assert late in officer.get(f"/jobs/{number}").text
    assert late in officer.get("/jobs").text

    def works(work: Work) -> Result:
        work.progress(31, 46, "佐证 31/46")
        # Meanwhile the next one waits for a reason, and the list shows the bar of this one.
        after = ordered(database, officer.who, clock, "later")  # type: ignore[arg-type]
        clock.to(clock.now + timedelta(seconds=61))
        assert "轮到后自动开始" in officer.get(f"/jobs/{after}").text
        listed = officer.get("/jobs").text
        assert "进行中 31/46" in listed
        assert '<progress max="46" value="31"' in listed
        # Until the worker is not heard of any more.
        clock.to(clock.now + LEASE)
        assert "办理中断" in officer.get(f"/jobs/{number}").text
        return Result("已办完。")

    assert run_one(database, store, {"x": works})
    assert "已办完。" in officer.get(f"/jobs/{number}").text


def test_files_are_swept_after_some_time_and_can_be_made_again(
    database: Database, store: FileStore, sign_in: Callable[..., Critic], clock: Clock
) -> None:
    officer = sign_in("officer")
    kept = results(store)

    def handler(work: Work) -> Result:
        stored = kept.put(io.BytesIO(f"{work.arguments['n']}".encode()))
        os.utime(kept.path(stored.digest), (clock.now.timestamp(),) * 2)
        return Result("已办完。", stored.digest, "结果.pdf", stored.size, "application/pdf")

    def sweep() -> int:
        with database.reader() as session:
            return actions.sweep(session, store, now=clock.now, days=30)

    assert sweep() == 0  # before there is a folder
    number = ordered(database, officer.who, clock)  # type: ignore[arg-type]
    run_all(database, store, {"x": handler})
    uploaded = store.put(io.BytesIO(b"evidence"))
    os.utime(store.path(uploaded.digest), (0, 0))
    digest = the_job(database, number).result["digest"]
    half = kept.folder / ".dossier-9"
    half.touch()
    os.utime(half, (0, 0))
    clock.to(clock.now + timedelta(days=29))
    assert sweep() == 1
    assert not half.exists()
    officer = sign_in("officer")  # the session has ended long ago
    assert officer.get(f"/jobs/{number}/file").status_code == 200
    # The same bytes, made again: the younger job keeps them.
    with database.transaction() as session:
        actions.retry(session, actor=officer.who, now=clock.now, number=number)  # type: ignore[arg-type]
    run_all(database, store, {"x": handler})
    os.utime(kept.path(digest), (0, 0))
    clock.to(clock.now + timedelta(days=29))
    assert sweep() == 0
    clock.to(clock.now + timedelta(days=2))
    assert sweep() == 1
    assert not kept.path(digest).exists()
    assert store.intact(uploaded.digest)
    officer = sign_in("officer")
    gone = officer.get(f"/jobs/{number}/file")
    assert (gone.status_code, gone.location) == (303, f"/jobs/{number}")
    shown = officer.get(f"/jobs/{number}")
    assert "下载文件已清理" in shown.text
    assert "/file" not in shown.text
    with database.reader() as session:
        [part] = [part for part in inspect(session, store) if part.title == "后台任务"]
    assert part.wrong == ()
    assert "下载文件已清理" in part.notes[0]
    # One press, and it is there again.
    assert officer.press(shown, "重新生成", {}).status_code == 303
    run_all(database, store, {"x": handler})
    assert officer.get(f"/jobs/{number}/file").data == b"3"
    # What is not what it was is damage.
    kept.path(digest).write_bytes(b"4")
    with database.reader() as session:
        [part] = [part for part in inspect(session, store) if part.title == "后台任务"]
    assert "内容已被改动" in part.wrong[0]


@pytest.mark.parametrize(
    "moved",
    [
        {"city_code": "320200", "region_code": people.XISHAN},
        {"city_code": "320200", "region_code": None, "role": Role.LEADER},
    ],
)
def test_what_was_made_stays_with_the_place_and_the_permission(
    database: Database,
    store: FileStore,
    sign_in: Callable[..., Critic],
    clock: Clock,
    moved: dict[str, object],
) -> None:
    """An officer who has moved, or lost the permission, no longer reads the old region's dossier."""
    officer = sign_in("yixing")
    stored = results(store).put(io.BytesIO(PDF))
    with database.transaction() as session:
        job = dossiers.order(
            session, actor=officer.who, now=clock.now, region=people.YIXING, demo=False
        )
        job.state, job.words, job.finished_at = State.DONE, "已办完。", clock.now
        job.result = asdict(
            Result("已办完。", stored.digest, "档案.zip", stored.size, "application/zip")
        )
        number = job.id
    addresses = (f"/jobs/{number}", f"/jobs/{number}/file")
    assert [officer.get(one).status_code for one in addresses] == [200, 200]
    assert "宜兴市项目档案" in officer.get("/jobs").text
    with database.transaction() as session:
        account = session.get_one(Account, officer.who.id)
        for name, value in moved.items():
            setattr(account, name, value)
    assert [officer.get(one).status_code for one in addresses] == [404, 404]
    assert officer.send(f"/jobs/{number}/retry").status_code == 404
    assert "宜兴市项目档案" not in officer.get("/jobs").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_worker_leaves_with_its_parent(
    config: object, database: Database, tmp_path: Path
) -> None:
    """`custody serve` may be killed hard; its worker must not stay behind."""
    environ = {
        **os.environ,
        "CUSTODY_DATA": str(tmp_path),
        "CUSTODY_DATABASE_URL": str(database.url),
        "PYTHONPATH": str(ROOT),
    }
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-m', 'custody.cli', 'work', '--with-parent']);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    deadline = time.monotonic() + 30
    while not (tmp_path / "logs" / "custody.log").exists() and time.monotonic() < deadline:
        time.sleep(0.1)  # until it works
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    raise AssertionError("the worker outlived its parent")


def test_everything_ordered_is_in_the_journal(
    database: Database, actor: Callable[..., Identity], clock: Clock
) -> None:
    from custody.infra.journal import Event

    number = ordered(database, actor("officer"), clock)
    with database.reader() as session:
        event = session.scalars(
            select(Event).where(Event.kind == "job", Event.subject == str(number))
        ).one()
        assert event.action == "job.ordered"
        assert not event.modifies
