"""Every address × every kind of person × what is theirs and what is not, as the table says.

The rule everywhere: nobody signed in → sign-in page; the role may not → 403, whosever thing it is; the
role may but the thing is not theirs → 404; else a page, an answer or a polite no, never a crash.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from custody.accounts.models import Account
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from tests.cluster import Cluster
from tests.conftest import app_of, config_of
from tests.critic import Critic, page
from tests.factories import people, programme
from tests.factories.things import Args, Things, things
from tests.house.test_routes import EVERYBODY, TABLE, Row

VISITORS = (
    "admin",
    "coordinator",
    "leader",
    "auditor",
    "wuxi",
    "leader-wuxi",
    "auditor-wuxi",
    "yixing",
    "leader-yixing",
)
"""Three of the province, three of 无锡市, two of 宜兴市, and the administrator."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the one installation all these tests walk through, with the one file its rows name."""
    made = tmp_path_factory.mktemp("access")
    stored = FileStore(made / "files").put(io.BytesIO(programme.PDF))
    assert stored.digest == hashlib.sha256(programme.PDF).hexdigest()
    return made


@pytest.fixture(scope="module")
def database(cluster: Cluster, folder: Path) -> Iterator[Database]:
    with cluster.copy("sqlite", folder, "lived") as copied:
        yield copied


@pytest.fixture(scope="module")
def app(database: Database, folder: Path) -> Flask:
    return app_of(config_of(folder, database), database)


@pytest.fixture(autouse=True)
def _nobody_finds_what_others_left(cluster: Cluster, database: Database, clock: object) -> None:
    cluster.restore(database, "lived")


_KNOWN: dict[str, Things] = {}


def _things(database: Database, who: people.Person) -> Things:
    """Every test has a copy of the same template, so what is there is asked once."""
    if who.username not in _KNOWN:
        _KNOWN[who.username] = things(database, who)
    return _KNOWN[who.username]


def _url(app: Flask, endpoint: str, args: Args) -> str:
    with app.test_request_context():
        return app.url_for(endpoint, **args)  # type: ignore[arg-type]


@pytest.mark.parametrize("endpoint", [name for name, row in TABLE.items() if row.roles is not None])
def test_role_and_place(
    endpoint: str,
    app: Flask,
    sign_in: Callable[..., Critic],
    cluster: Cluster,
    database: Database,
) -> None:
    row = TABLE[endpoint]
    for name in VISITORS:
        who = people.person(name)
        if "POST" in row.methods and who.role in (row.roles or ()):
            # Nobody finds what the one before them left.
            cluster.restore(database, "lived")
        theirs, foreign = _things(database, who)[row.about]
        visitor = sign_in(name)
        for args, own in ((foreign, False), (theirs, True)):
            if own is False and not row.about:
                continue
            url = _url(app, endpoint, args)
            for method in row.methods.split():
                answer = visitor.get(url) if method == "GET" else visitor.send(url, row.sends)
                _judge(row, who, own, answer.status_code, f"{name} {method} {url}")
                if answer.status_code in (403, 404):
                    assert "没有" in answer.text


def _judge(row: Row, who: people.Person, own: bool, status: int, what: str) -> None:
    assert row.roles is not None
    if who.role not in row.roles:
        assert status == 403, f"{what}: {status}, not 403"
    elif not own:
        assert status == 404, f"{what}: {status}, not 404"
    elif row.about.startswith("city") and who.place == people.YIXING:
        # A region's people do not see their whole city.
        assert status in (302, 303, 404), f"{what}: {status}"
    else:
        assert status in (200, 302, 303, 400, 409, 422), f"{what}: {status}"


@pytest.mark.parametrize("endpoint", [name for name, row in TABLE.items() if row.roles is not None])
def test_nobody_gets_in_without_signing_in(
    endpoint: str, app: Flask, client: Critic, database: Database
) -> None:
    row = TABLE[endpoint]
    for args in _things(database, people.person("yixing"))[row.about]:
        url = _url(app, endpoint, args)
        for method in row.methods.split():
            answer = client.get(url) if method == "GET" else client.send(url, row.sends)
            if method == "GET":
                assert answer.status_code == 302, url
                assert answer.headers["Location"].startswith("/sign-in"), url
            else:
                assert answer.status_code == 401, url
                assert "登录" in answer.text


OPEN = {"verify.check"}
"""Asks and writes nothing, for people without a session: there is nothing a token would guard."""


@pytest.mark.parametrize(
    "endpoint", [name for name, row in TABLE.items() if "POST" in row.methods and name not in OPEN]
)
def test_no_form_is_taken_without_its_token(
    endpoint: str, app: Flask, sign_in: Callable[..., Critic], database: Database
) -> None:
    row = TABLE[endpoint]
    role = min(row.roles or EVERYBODY)
    who = next(p for p in people.PEOPLE if p.role == role)
    theirs, _ = _things(database, people.person("yixing"))[row.about]
    with database.reader() as s:
        before = s.scalar(select(func.count()).select_from(Event))
    answer = sign_in(who.username).post(_url(app, endpoint, theirs), data={"notes": "打了很多字"})
    assert answer.status_code == 400
    assert "打了很多字" in answer.text
    with database.reader() as s:
        assert s.scalar(select(func.count()).select_from(Event)) == before


@pytest.mark.parametrize("endpoint", [name for name, row in TABLE.items() if "GET" in row.methods])
def test_looking_changes_nothing(
    endpoint: str,
    app: Flask,
    sign_in: Callable[..., Critic],
    database: Database,
    statements: Callable[[], object],
) -> None:
    """GET never commits an event that modifies, nor writes anywhere but in the journal and receipts."""
    row = TABLE[endpoint]
    for name in ("yixing", "wuxi", "coordinator", "admin", "auditor", "leader"):
        who = people.person(name)
        if row.roles is not None and who.role not in row.roles:
            continue
        theirs, _ = _things(database, who)[row.about]
        visitor = sign_in(name)
        url = _url(app, endpoint, theirs)
        with database.reader() as s:
            before = s.scalar(select(func.count()).select_from(Event).where(Event.modifies))
        with statements() as seen:  # type: ignore[attr-defined]
            visitor.get(url)
        with database.reader() as s:
            after = s.scalar(select(func.count()).select_from(Event).where(Event.modifies))
        assert before == after, url
        for statement in seen:
            verb, target = statement.split()[0].upper(), " ".join(statement.split()[:3]).lower()
            if verb not in ("SELECT", "SAVEPOINT", "RELEASE"):
                # A brief that is opened or downloaded leaves its receipt as well.
                assert target.startswith("insert into event") or "brief_reading" in target, (
                    f"{url}: {statement}"
                )


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/regions/999999",
        "/regions/320282/milestones/M99",
        "/regions/320282/milestones/M01",
        "/regions/999999/milestones/M18",
        "/regions/%00",
        "/regions/320282'--",
        "/cities/999999",
        "/briefs/999999",
        "/briefs/999999.pdf",
        "/briefs/99999999999999999999",
        "/regions/320282/milestones/M18/evidence/99999999999999999999",
        "/regions/320282/milestones/M18/evidence/999999",
    ],
)
def test_what_does_not_exist_is_not_found(path: str, sign_in: Callable[..., Critic]) -> None:
    assert sign_in("coordinator").get(path).status_code == 404


@pytest.mark.parametrize("name", VISITORS)
def test_everybody_starts_where_their_work_is(name: str, sign_in: Callable[..., Critic]) -> None:
    visitor = sign_in(name)
    answer = visitor.get("/", follow_redirects=True)
    assert answer.status_code == 200
    # Every link of the menu leads somewhere.
    menu = [a for a in page(answer).all("nav")[0].iter() if a.tag == "a"]
    assert menu
    for link in menu:
        assert visitor.get(link.get("href") or "", follow_redirects=True).status_code == 200


def test_a_refusal_is_recorded(sign_in: Callable[..., Critic], database: Database) -> None:
    sign_in("leader").get("/queue")
    with database.reader() as s:
        event = s.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.refused, event.actor_name) == ("access.refused", True, "郑领")
        assert event.label == "/queue"


def test_a_first_password_must_be_changed_before_anything_else(
    app: Flask, sign_in: Callable[..., Critic], database: Database
) -> None:
    with database.transaction() as s:
        account = s.scalars(select(Account).where(Account.username == "coordinator")).one()
        account.must_change_password = True
    visitor = sign_in("coordinator")
    for endpoint, row in TABLE.items():
        if row.roles is None:
            continue
        theirs, _ = _things(database, people.person("coordinator"))[row.about]
        url = _url(app, endpoint, theirs)
        answer = visitor.get(url) if "GET" in row.methods else visitor.send(url)
        assert answer.headers.get("Location") == "/password", url
