"""The roof's worker: does background work until it is stopped. `custody serve` starts one beside it.

Between jobs it goes its rounds: raises orders that nobody answered, delivers messages, reminds of
deadlines, writes the daily digest and sends mails, each at its own pace. A round that fails is logged
and tried again at its next time.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps

from config import Config
from custody import setup
from custody.app import log_to
from custody.baselines import runner as baselines
from custody.baselines.actions.drafts import KIND as BASELINE_FIT
from custody.baselines.actions.papers import KIND as BASELINE_PAPER
from custody.briefs import ahead, printing
from custody.briefs import runner as briefs
from custody.briefs.actions.editions import KIND as EDITION
from custody.dossiers import runner
from custody.dossiers.actions import KIND
from custody.energy import runner as energy
from custody.inbox.actions import outbox, post
from custody.inbox.actions.outbox import Letters
from custody.infra import clock, workdays
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.mail import Server
from custody.jobs import actions as jobs
from custody.jobs.runner import Handler, Handlers, Result, Work, run_one
from custody.supervision.actions import issuing
from custody.workdays.queries import overlay_of

log = logging.getLogger(__name__)

HANDLERS: Handlers = {
    KIND: runner.make,
    energy.REHEARSAL: energy.rehearse,
    energy.ACCEPTANCE: energy.accept,
    BASELINE_FIT: baselines.fit,
    BASELINE_PAPER: baselines.print_table,
    EDITION: briefs.make,
}
"""Kind of job → who does it."""
PAUSE = 1.0
"""Seconds between two looks at an empty queue."""


def run(config: Config, *, with_parent: bool = False) -> None:
    """Work until stopped; `with_parent`: until the process that started it is gone."""
    parent = os.getppid()  # first of all: it may be gone before the rest is ready
    log_to(config)
    database = setup.existing_database(config)
    files = FileStore(config.files)
    handlers = by_the_calendar(HANDLERS)
    rounds = Rounds(rounds_of(config, database))
    while not (with_parent and os.getppid() != parent):
        if not turn(database, files, handlers, rounds):
            time.sleep(PAUSE)


def turn(database: Database, files: FileStore, handlers: Handlers, rounds: Rounds) -> bool:
    """Go the rounds that are due, then do one job; False when none waits.

    A long queue holds the rounds up by one job, never by all of them.
    """
    rounds.go(time.monotonic())
    try:
        return run_one(database, files, handlers)
    except Exception:
        log.exception("the worker stumbled")
        return False


def by_the_calendar(handlers: Handlers) -> Handlers:
    """The same handlers, counting working days as the province of whoever ordered the work does."""

    def informed(handler: Handler) -> Handler:
        @wraps(handler)
        def does(work: Work) -> Result:
            with work.database.reader() as session:
                overlay = overlay_of(session, work.actor.place.province)
            with workdays.consulting(overlay):
                return handler(work)

        return does

    return {kind: informed(handler) for kind, handler in handlers.items()}


# --- rounds -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Round:
    name: str
    seconds: float
    act: Callable[[], object]
    next_at: float = field(default=0.0)


class Rounds:
    """What is done again and again; one that fails does not keep the others from going on."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self.rounds = rounds

    def go(self, moment: float) -> None:
        for one in self.rounds:
            if moment < one.next_at:
                continue
            one.next_at = moment + one.seconds
            try:
                one.act()
            except Exception:
                log.exception("round %s failed", one.name)


def rounds_of(config: Config, database: Database) -> list[Round]:
    letters = Letters(config.base_url) if config.mails else None
    printed = ahead.Memory()
    rounds = [
        Round("overdue orders", 60, lambda: escalate(database)),
        Round("post", 3, lambda: deliver(database, letters)),
        Round("reminders", 60, lambda: remind(database, letters)),
        Round("sweeping", 3600, lambda: sweep(config, database)),
        Round("printing ahead", 5, lambda: print_ahead(config, database, printed)),
    ]
    if letters:
        server = Server.parse(config.smtp_url)
        rounds += [
            Round("digest", 60, lambda: digest(database, letters)),
            Round(
                "mail",
                2,
                lambda: send_mails(database, server, FileStore(config.files), config.mail_from),
            ),
            Round("lost mails", 300, lambda: give_up_lost(database)),
        ]
    return rounds


def escalate(database: Database) -> None:
    now = clock.now()
    with database.reader() as session:
        if not issuing.escalation_is_due(session, now):
            return
    with database.transaction() as session:
        issuing.escalate_due(session, now=now)


def deliver(database: Database, letters: Letters | None) -> None:
    with database.reader() as session:
        if not post.is_waiting(session):
            return
    with database.transaction() as session:
        post.deliver(session, now=clock.now(), letters=letters)


def remind(database: Database, letters: Letters | None) -> None:
    now = clock.now()
    with database.reader() as session:
        if not post.reminder_is_due(session, now):
            return
    with database.transaction() as session:
        post.remind(session, now=now, letters=letters)


def sweep(config: Config, database: Database) -> None:
    files, now, days = FileStore(config.files), clock.now(), config.results_days
    with database.reader() as session:
        jobs.sweep(session, files, now=now, days=days)
    with database.transaction() as session:
        printing.sweep(session, files, now=now, days=days)


def print_ahead(config: Config, database: Database, memory: ahead.Memory) -> None:
    files = FileStore(config.files)
    ahead.print_ahead(
        database, files, memory, demo=config.demo, base_url=config.base_url, now=clock.now()
    )


def digest(database: Database, letters: Letters) -> None:
    now = clock.now()
    with database.reader() as session:
        if not outbox.digest_is_due(session, now):
            return
    with database.transaction() as session:
        outbox.digest(session, now=now, letters=letters)


def send_mails(
    database: Database, server: Server, store: FileStore, sender: str, *, most: int = 20
) -> None:
    """A few at a time, so that jobs do not wait for a slow server."""
    for _ in range(most):
        if not outbox.send_one(database, server, store, sender=sender):
            return


def give_up_lost(database: Database) -> None:
    with database.transaction() as session:
        outbox.give_up_lost(session, now=clock.now())
