"""Does the work that is in the queue: claims a job, runs its handler, keeps what came out.

A worker may die at any moment (kill -9): its lease runs out and the next worker begins the job
again, so handlers must be idempotent — all they change happens in one transaction at their end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from custody.accounts.models import Account
from custody.accounts.rules import Identity
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.rules import LEASE, MAX_TRIES, State
from custody.kernel.problems import Conflict, NotFound, Refused

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The person who ordered the work has cancelled it. Said otherwise: what stays nevertheless."""


class Lost(Exception):
    """Another worker has taken the job; this one must stop."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a handler hands back; a file to download, a page to go to, or words alone."""

    words: str
    digest: str = ""
    name: str = ""
    size: int = 0
    media_type: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler is given."""

    job: int
    tries: int
    arguments: Mapping[str, Any]
    actor: Identity
    """Who ordered it; the handler sees and does what this person may."""
    database: Database
    files: FileStore

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Say how far it is (「46份，已完成31」). Raises Cancelled or Lost when it must stop."""
        with self.database.transaction() as session:
            job = session.get(Job, self.job, with_for_update=True)
            if job is None or job.state is not State.RUNNING or job.tries != self.tries:
                raise Lost
            if job.cancel:
                raise Cancelled
            job.done, job.total, job.words = done, total, words
            job.lease_until = clock.now() + LEASE


Handler = Callable[[Work], Result]
Handlers = Mapping[str, Handler]


def run_one(database: Database, files: FileStore, handlers: Handlers) -> bool:
    """Do the oldest job that waits; False when none does."""
    claimed = _claim(database, files)
    if claimed is None:
        return False
    kind, work = claimed
    try:
        result = handlers[kind](work)
    except Lost:
        return True
    except Cancelled as stopped:
        words = str(stopped) or "已取消，没有留下任何改动。"
        _finish(database, work, State.CANCELLED, words)
    except Refused as refusal:
        words = "；".join(problem.message for problem in refusal.problems)
        _finish(database, work, State.FAILED, words)
    except Conflict:
        _finish(database, work, State.FAILED, "办理期间数据被他人更新，没有保存；请重试。")
    except NotFound:
        _finish(database, work, State.FAILED, "所办事项已不存在或不在您的管辖范围内。")
    except Exception:
        log.exception("job %s (%s) failed", work.job, kind)
        words = "系统处理时出错，没有留下任何改动；请重试，仍不成功的请联系系统管理员。"
        _finish(database, work, State.FAILED, words)
    else:
        _finish(database, work, State.DONE, result.words, asdict(result))
    return True


def run_all(database: Database, files: FileStore, handlers: Handlers) -> int:
    """Everything that waits, in this process (tests, demonstration). Returns how many that were."""
    count = 0
    while run_one(database, files, handlers):
        count += 1
    return count


def _claim(database: Database, files: FileStore) -> tuple[str, Work] | None:
    now = clock.now()
    with database.reader() as reading:
        if reading.scalar(_waiting(now).limit(1)) is None:
            return None
    with database.transaction() as session:
        job = session.scalar(_waiting(now).limit(1).with_for_update(skip_locked=True))
        if job is None:
            return None
        if job.tries >= MAX_TRIES:
            job.state, job.finished_at = State.FAILED, now
            job.words = "多次中断，已停止办理；请重试，仍不成功的请联系系统管理员。"
            return None
        owner = session.get_one(Account, job.owner_id)
        if not owner.active:
            job.state, job.finished_at = State.FAILED, now
            job.words = "提交人的账号已停用，没有办理。"
            return None
        job.state, job.started_at, job.lease_until = State.RUNNING, now, now + LEASE
        job.tries += 1
        work = Work(job.id, job.tries, job.arguments, owner.identity(), database, files)
        return job.kind, work


def _waiting(now: Any) -> Any:
    dead = (Job.state == State.RUNNING) & (Job.lease_until < now)
    return select(Job).where((Job.state == State.QUEUED) | dead).order_by(Job.id)


def _finish(
    database: Database,
    work: Work,
    state: State,
    words: str,
    result: Mapping[str, Any] | None = None,
) -> None:
    with database.transaction() as session:
        job = session.get(Job, work.job, with_for_update=True)
        if job is None or job.state is not State.RUNNING or job.tries != work.tries:
            return
        job.state, job.words, job.finished_at = state, words, clock.now()
        job.result = dict(result or {})
        job.lease_until = None


__all__ = ["Cancelled", "Handler", "Handlers", "Lost", "Result", "Work", "run_all", "run_one"]
