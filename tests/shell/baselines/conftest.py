"""宜兴市 with meters, and a draft with one that has too few bills."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from custody.baselines.models import Line
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from tests.conftest import Clock
from tests.factories import baselines as made
from tests.factories.baseline_pages import YIXING


@pytest.fixture
def metered(database: Database, clock: Clock) -> int:
    """宜兴市 has a school with electricity and water, bills of three years and weather."""
    with database.transaction() as session:
        power, _ = made.metered(session, YIXING, Energy.ELECTRICITY, Energy.WATER)
        made.weather(session, YIXING)
        return int(power.institution_id)


@pytest.fixture
def poor(database: Database, metered: int) -> tuple[int, int]:
    """A draft with a meter that has three bills; its version and the line."""
    with database.transaction() as session:
        (meter,) = made.metered(session, YIXING, months=3, name="新建学校")
        number = made.begun(session, YIXING, at_once=True).id
        line = session.scalars(
            select(Line).where(Line.baseline_id == number, Line.meter_id == meter.id)
        ).one()
        return int(number), int(line.id)
