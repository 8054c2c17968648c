"""What the tests of a contract's pages ask for: its row with all its lines, the newest event."""

from __future__ import annotations

from sqlalchemy import select

from custody.contracts.models.contract import Contract
from custody.infra.db import Database
from custody.infra.journal import Event


def contract(database: Database, number: int = 1) -> Contract:
    with database.reader() as reading:
        found = reading.get_one(Contract, number)
        for name in ("parties", "bases", "fees", "drivers", "guarantees", "measures", "payments"):
            getattr(found, name)
        assert found.company is None or found.company.name
        return found


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
