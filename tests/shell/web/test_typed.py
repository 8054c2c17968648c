"""Characters and numbers no row can hold: a form loses them, an address leads nowhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from custody.accounts.models import Account
from custody.accounts.rules import Role
from custody.infra.db import Database
from custody.web.formkit import whole
from tests.conftest import SignIn
from tests.factories import people


def test_control_characters_are_dropped_from_what_is_typed(
    sign_in: SignIn, database: Database
) -> None:
    admin = sign_in(Role.SYSADMIN)
    fields = {
        "name": "丁\x00一\x1b",
        "username": "dingyi",
        "role": "officer",
        "place": people.YIXING,
    }
    made = admin.press(admin.get("/admin/accounts/new"), "新增账号", fields)
    assert made.status_code == 200
    with database.reader() as reading:
        found = reading.scalars(select(Account.name).where(Account.username == "dingyi")).one()
        assert found == "丁一"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts?q=a%00b&page=999999999",
        "/admin/notice/regions?q=%00%7f",
        "/admin/templates/1/move?batch=²",
    ],
)
def test_an_odd_filter_is_a_filter(sign_in: SignIn, address: str) -> None:
    assert sign_in(Role.SYSADMIN).get(address).status_code == 200


@pytest.mark.parametrize("page", ["/board", "/gantt"])
@pytest.mark.parametrize("query", ["as_of=0001-01-01", "as_of=1900-01-01", "batch=²"])
def test_a_day_no_database_knows_and_a_digit_that_is_no_number(
    sign_in: SignIn, page: str, query: str
) -> None:
    assert sign_in(Role.COORDINATOR).get(f"{page}?{query}").status_code == 200


@pytest.mark.parametrize("year", ["20261", "²", "99999999999", "0001"])
def test_a_year_out_of_reach_is_no_filter(sign_in: SignIn, year: str) -> None:
    assert sign_in(Role.COORDINATOR).get(f"/projects?year={year}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts/99999999999999999999",
        "/admin/templates/99999999999999999999",
        "/admin/notice/regions/32%00",
    ],
)
def test_an_odd_address_leads_nowhere(sign_in: SignIn, address: str) -> None:
    assert sign_in(Role.SYSADMIN).get(address).status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        "q=%00&person=%00&place=%00&before=999999999999999",
        "before=²",
        "since=0001-01-01",
        "until=9999-12-31",
    ],
)
def test_the_journal_takes_odd_filters(sign_in: SignIn, odd: str) -> None:
    assert sign_in(Role.AUDITOR).get(f"/audit?{odd}").status_code == 200


def test_a_version_that_is_no_number_is_no_version() -> None:
    assert (whole("12"), whole("²"), whole("1" * 10), whole(None)) == (12, -1, -1, -1)
