"""A fixed number of SQL statements: the same for the 32 regions and for a province of 1,000."""

from __future__ import annotations

import pytest

from custody.accounts.rules import Place
from custody.dashboard import queries
from custody.infra import clock as machine
from custody.infra.journal import Machine, record
from tests.factories import people, province
from tests.factories import programme as arrange

FACTS, PAST = 7, 8
REGIONS = 1_000


pytestmark = pytest.mark.parametrize("template", ["thousand"])


@pytest.fixture
def provinces(database, clock):
    """Jiangsu beside a made-up province; both with a coordinator and an officer."""
    with database.transaction() as session:
        arrange.updated(session, province.region_code(5), "M15", percent=30)
        arrange.updated(session, people.YIXING, "M15", percent=30)


def test_facts_need_the_same_statements(database, provinces, statements):
    today = machine.today()
    for code, regions in ((people.JIANGSU, 32), (province.CODE, REGIONS)):
        for day, wanted in ((today, FACTS), (today.replace(day=1), PAST)):
            with database.reader() as reading, statements() as seen:
                facts = queries.programme_facts(reading, Place(code), day)
            assert len(facts.regions) == regions
            assert len(seen) == wanted, str(seen)


def test_pages_need_the_same_statements(app, database, provinces, statements):
    def client_of(username):
        client = app.test_client()
        with database.reader() as reading:
            account = queries_by_username(reading, username)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{account.id}.{account.session_epoch}"
            cookie["_fresh"] = True
            cookie["seen"] = int(machine.now().timestamp())
        return client

    def changed():
        with database.transaction() as session:
            record(session, actor=Machine(), now=machine.now(), action="x", kind="notice")

    def counts(coordinator, officer, city, region):
        pages = (
            (coordinator, "/board"),
            (coordinator, f"/cities/{city}"),
            (coordinator, f"/regions/{region}"),
            (coordinator, "/attention"),
            (officer, "/todo"),
        )
        found = {}
        for who, address in pages:
            client = client_of(who)
            client.get(address)
            changed()
            for state in ("cold", "warm"):
                with statements() as seen:
                    assert client.get(address).status_code == 200
                found[address.split("/")[1], state] = len(seen)
        return found

    small = counts("coordinator", "yixing", people.WUXI, people.YIXING)
    large = counts(
        f"coordinator-{province.CODE}",
        f"officer-{province.region_code(5)}",
        province.city_code(1),
        province.region_code(5),
    )
    assert small == large
    # Who is asking, where, how long the queue is, what is unread, and whether anything changed.
    assert small["board", "warm"] <= 5
    # Besides the facts: open orders of supervision, and two for the tasks of the year.
    assert small["board", "cold"] <= 5 + FACTS + 3


def queries_by_username(reading, username):
    from custody.accounts.queries import by_username

    found = by_username(reading, username)
    assert found is not None
    return found


def test_a_large_province_is_paged_and_summed_up_by_city(app, database, provinces):
    from tests.critic import page

    client = app.test_client()
    with database.reader() as reading:
        account = queries_by_username(reading, f"coordinator-{province.CODE}")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account.id}.{account.session_epoch}"
        cookie["_fresh"] = True
        cookie["seen"] = int(machine.now().timestamp())
    response = client.get("/board")
    text = page(response).text()
    assert "第 1–60 个，共 1000 个地区" in text
    assert "地区较多，按设区市汇总" in text
    assert len(response.data) < 400_000
    assert "第 961–1000 个" in page(client.get("/board?page=17")).text()
