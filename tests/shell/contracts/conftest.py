"""A signed contract of 宜兴市, ready to be settled."""

from __future__ import annotations

import pytest

from tests.factories import settlements as arrange
from tests.factories.settlement_pages import YIXING


@pytest.fixture
def contract(database, clock) -> int:
    with database.transaction() as session:
        return arrange.signed_contract(session, YIXING).id
