"""The fit as background work."""

from __future__ import annotations

from custody.baselines import queries
from custody.baselines.models import Baseline
from custody.baselines.rules.states import State
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.runner import run_all
from custody.worker import HANDLERS
from tests.conftest import Clock
from tests.factories import baselines as made


def test_the_worker_fits_what_was_begun(database: Database, store: FileStore, clock: Clock) -> None:
    with database.transaction() as session:
        made.metered(session, "320282")
        number = made.begun(session, "320282").id
        empty = made.begun(session, "320582", key="empty").id
    assert run_all(database, store, HANDLERS) == 2
    with database.reader() as session:
        fitted = session.get_one(Baseline, number)
        assert fitted.state is State.DRAFT
        assert len(queries.lines_of(session, [number])) == 1
        failed = session.get_one(Baseline, empty)
        assert failed.state is State.FITTING
        assert "没有纳入托管的计量户号" in session.get_one(Job, failed.job_id).words
