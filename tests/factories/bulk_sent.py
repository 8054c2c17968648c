"""Sheets sent over HTTP, and what became of them."""

import io
from typing import Any

from sqlalchemy import func, select

from custody.infra.db import Database
from custody.infra.journal import Event
from custody.milestones.models import BulkSheet, Milestone
from tests.critic import Critic

URL = "/bulk"


def sheet_of(client: Critic, place: str) -> bytes:
    answer = client.get(f"{URL}/places/{place}.xlsx")
    assert answer.status_code == 200
    return bytes(answer.data)


def send(client: Critic, data: bytes, name: str = "填报表.xlsx") -> Any:
    return client.send(URL, {"file": (io.BytesIO(data), name)})


def newest(database: Database) -> BulkSheet:
    with database.reader() as s:
        return s.scalars(select(BulkSheet).order_by(BulkSheet.id.desc()).limit(1)).one()


def counts(database: Database) -> dict[str, int]:
    return dict(newest(database).result["counts"])


def row(database: Database, region: str, code: str) -> Milestone:
    with database.reader() as s:
        return s.scalars(
            select(Milestone).where(Milestone.region_code == region, Milestone.code == code)
        ).one()


def events(database: Database, action: str) -> int:
    with database.reader() as s:
        return s.scalar(select(func.count()).where(Event.action == action)) or 0


def accept(client: Critic, database: Database) -> Any:
    return client.send(f"{URL}/sheets/{newest(database).id}/accept")
