"""宜兴市 with a school whose meter has doubts."""

from __future__ import annotations

from typing import Any

import pytest

from custody.infra.db import Database
from tests.factories import energy


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """宜兴市 has a school with two doubts in 2026年10月; the number of its meter."""
    with database.transaction() as session:
        return energy.doubled(session).id
