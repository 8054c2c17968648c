"""A signed contract of 宜兴市 ready to be settled; one that lacks the signature alone, and one that has it."""

from __future__ import annotations

from typing import Any

import pytest

from custody.accounts.rules import Role
from custody.infra.db import Database
from tests.conftest import SignIn
from tests.critic import Critic
from tests.factories import contracts, people, settlements


@pytest.fixture
def contract(database: Database, clock: Any) -> int:
    with database.transaction() as session:
        return settlements.signed_contract(session, people.YIXING).id


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in(Role.OFFICER, people.YIXING)


@pytest.fixture
def draft(database: Database, clock: Any) -> int:
    """Everything but the signature."""
    with database.transaction() as session:
        return contracts.ready(session, people.YIXING).id


@pytest.fixture
def signed(database: Database, clock: Any) -> int:
    with database.transaction() as session:
        return contracts.signed(session, people.YIXING).id
