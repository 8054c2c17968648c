"""The roof's worker: does background work until it is stopped. `custody serve` starts one beside it."""

from __future__ import annotations

import logging
import os
import time

from config import Config
from custody import setup
from custody.app import log_to
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.runner import Handlers, run_one
from custody.supervision.actions import issuing

log = logging.getLogger(__name__)

HANDLERS: Handlers = {}
"""Kind of job → who does it."""
PAUSE = 1.0
"""Seconds between two looks at an empty queue."""


def run(config: Config, *, with_parent: bool = False) -> None:
    """Work until stopped; `with_parent`: until the process that started it is gone."""
    log_to(config)
    database = setup.existing_database(config)
    files = FileStore(config.files)
    parent = os.getppid()
    kept = None
    while not (with_parent and os.getppid() != parent):
        try:
            if kept != clock.today():
                keep_up(database)
                kept = clock.today()
            busy = run_one(database, files, HANDLERS)
        except Exception:
            log.exception("the worker stumbled")
            busy = False
        if not busy:
            time.sleep(PAUSE)


def keep_up(database: Database) -> None:
    """What a new day brings without anybody's click; twice a day changes nothing more."""
    with database.transaction() as session:
        issuing.escalate_due(session, now=clock.now())
