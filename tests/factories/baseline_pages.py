"""What the tests of the baselines' pages ask for: a version begun, its rows, its events."""

from __future__ import annotations

from sqlalchemy import select

from custody.baselines.models import Baseline, Line
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import Critic, page
from tests.factories import baselines as made

YIXING = "320282"


def text(client: Critic, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return page(answer).text()


def events(database: Database) -> list[str]:
    with database.reader() as session:
        return list(
            session.scalars(
                select(Event.action).where(Event.kind.in_(("baseline", "table"))).order_by(Event.id)
            )
        )


def draft(database: Database, **how: object) -> int:
    with database.transaction() as session:
        return int(made.begun(session, YIXING, at_once=True, **how).id)


def row(database: Database, number: int) -> Baseline:
    with database.reader() as session:
        return session.get_one(Baseline, number)


def lines(database: Database, number: int) -> list[Line]:
    with database.reader() as session:
        return list(
            session.scalars(select(Line).where(Line.baseline_id == number).order_by(Line.id))
        )
