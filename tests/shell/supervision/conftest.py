"""What the tests of orders start from."""

from __future__ import annotations

import pytest

from tests.factories import people
from tests.factories import supervision as arrange


@pytest.fixture
def number(database, clock):
    with database.transaction() as session:
        return arrange.issued(session, people.YIXING).id
