"""Who may go where: every address × every kind of person × what is theirs and what is not.

The table is written by hand, a second time beside `@requires`: an address that is not in it, or
whose guard changes, fails here. The rule everywhere: nobody signed in → sign-in page; the role may
not → 403, whosever thing it is; the role may but the thing is not theirs → 404; else a page, an
answer or a polite no, never a crash.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from custody.accounts.models import Account
from custody.accounts.queries import by_username
from custody.accounts.rules import Can, Role
from custody.attachments.models import Attachment
from custody.briefs.models import Brief
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.jobs.models import Job
from custody.milestones.models import BulkSheet, Evidence, Milestone, Template
from custody.regions.models import Target
from custody.targets.models import Entry, Project
from tests.critic import Critic
from tests.factories import contracts, inbox, people, programme, province, supervision

EVERYBODY = frozenset(Role)
ADMIN = frozenset({Role.SYSADMIN})
COORDINATOR = frozenset({Role.COORDINATOR})
REVIEWERS = frozenset({Role.COORDINATOR, Role.CITY_REVIEWER})
OFFICER = frozenset({Role.OFFICER})
FILLERS = frozenset({Role.OFFICER, Role.CITY_REVIEWER})
AUDITOR = frozenset({Role.AUDITOR})
EXPORTERS = frozenset({Role.COORDINATOR, Role.CITY_REVIEWER, Role.OFFICER, Role.LEADER})
READERS = EVERYBODY - ADMIN
REPORTERS = frozenset({Role.COORDINATOR, Role.CITY_REVIEWER, Role.OFFICER})
EVIDENCE = frozenset({Role.OFFICER, Role.CITY_REVIEWER, Role.COORDINATOR, Role.AUDITOR})
DOSSIERS = EVIDENCE
PUBLIC = None


@dataclass(frozen=True)
class Row:
    methods: str
    roles: frozenset[Role] | None
    """Who may; None for everybody, signed in or not."""
    about: str = ""
    """What the address names: see `_things`. Empty: nothing."""
    sends: dict[str, str] = field(default_factory=dict)


TABLE = {
    "static": Row("GET", PUBLIC, "static"),
    "health": Row("GET", PUBLIC),
    "home": Row("GET", EVERYBODY),
    "accounts.sign_in": Row("GET POST", PUBLIC),
    "accounts.sign_out": Row("POST", PUBLIC),
    "accounts.password": Row("GET POST", PUBLIC),
    # 我的待办 and milestones
    "milestones.todo": Row("GET", OFFICER),
    "milestones.todo_table": Row("GET", OFFICER),
    "milestones.no_change": Row("POST", OFFICER),
    "milestones.show": Row("GET", EVERYBODY, "milestone"),
    "milestones.report": Row("POST", OFFICER, "milestone"),
    "milestones.draft": Row("POST", OFFICER, "milestone"),
    "milestones.discard": Row("POST", OFFICER, "milestone"),
    "milestones.withdraw": Row("POST", OFFICER, "submission"),
    # 批量填报
    "bulk.index": Row("GET", FILLERS),
    "bulk.upload": Row("POST", FILLERS),
    "bulk.download": Row("GET", FILLERS | COORDINATOR, "region"),
    "bulk.show": Row("GET", FILLERS, "sheet"),
    "bulk.annotated": Row("GET", FILLERS, "sheet"),
    "bulk.accept": Row("POST", FILLERS, "sheet"),
    "bulk.discard": Row("POST", FILLERS, "sheet"),
    "evidence.add": Row("POST", OFFICER, "milestone"),
    "evidence.remove": Row("POST", OFFICER, "evidence"),
    "evidence.download": Row("GET", EVIDENCE, "evidence"),
    "review.queue": Row("GET", REVIEWERS),
    "review.table": Row("GET", REVIEWERS),
    "review.decide_several": Row("POST", REVIEWERS),
    "review.show": Row("GET", REVIEWERS, "submission"),
    "review.decide": Row("POST", REVIEWERS, "submission"),
    "review.reopen": Row("POST", COORDINATOR, "milestone"),
    "review.replan": Row("POST", COORDINATOR, "milestone"),
    # the board
    "dashboard.board": Row("GET", EVERYBODY),
    "dashboard.city": Row("GET", EVERYBODY, "city"),
    "dashboard.region": Row("GET", EVERYBODY, "region"),
    "dashboard.attention": Row("GET", EVERYBODY),
    "dashboard.search": Row("GET", EVERYBODY),
    "dashboard.export": Row("GET", EXPORTERS),
    "dashboard.export_city": Row("GET", EXPORTERS, "city"),
    # Gantt charts and dossiers
    "gantt.index": Row("GET", EVERYBODY),
    "gantt.city": Row("GET", EVERYBODY, "city"),
    "gantt.region": Row("GET", EVERYBODY, "region"),
    "gantt.file": Row("GET", EXPORTERS, "picture"),
    "gantt.city_file": Row("GET", EXPORTERS, "city file"),
    "gantt.region_file": Row("GET", EXPORTERS, "region file"),
    "dossiers.make": Row("POST", DOSSIERS, "region"),
    # orders and problems
    "supervision.index": Row("GET", READERS),
    "supervision.several": Row("POST", REVIEWERS),
    "supervision.export": Row("GET", EXPORTERS),
    "orders.choose": Row("GET", COORDINATOR),
    "orders.candidates_table": Row("GET", COORDINATOR),
    "orders.draft_chosen": Row("POST", COORDINATOR),
    "orders.new": Row("GET POST", COORDINATOR),
    "orders.edit": Row("GET POST", OFFICER | COORDINATOR, "problem"),
    "orders.issue": Row("POST", COORDINATOR, "order"),
    "orders.discard": Row("POST", OFFICER | COORDINATOR, "problem"),
    "orders.notice": Row("GET", READERS, "order"),
    "orders.notices": Row("GET", READERS),
    "orders.configure": Row("GET POST", COORDINATOR),
    "matters.show": Row("GET", READERS, "order"),
    "matters.answer": Row("POST", OFFICER, "order"),
    "matters.draft": Row("POST", OFFICER, "order"),
    "matters.forget": Row("POST", OFFICER, "order"),
    "matters.decide": Row("POST", REVIEWERS, "order"),
    "matters.reopen": Row("POST", COORDINATOR, "order"),
    "matters.add_files": Row("POST", OFFICER, "order"),
    "matters.remove_file": Row("POST", OFFICER, "order file"),
    "matters.download": Row("GET", EVIDENCE, "order file"),
    "problems.listing": Row("GET", READERS, "region"),
    "problems.export": Row("GET", EXPORTERS, "region"),
    "problems.new": Row("GET POST", OFFICER | COORDINATOR, "region"),
    "dashboard.matrix": Row("GET", EXPORTERS),
    "dashboard.matrix_of_city": Row("GET", EXPORTERS, "city"),
    "dashboard.attention_table": Row("GET", EXPORTERS),
    "dashboard.region_table": Row("GET", EXPORTERS, "region"),
    # the notice
    "regions.profile": Row("GET POST", OFFICER | COORDINATOR, "region"),
    "regions.notice": Row("GET", ADMIN),
    "regions.notice_table": Row("GET", ADMIN),
    "regions.cities": Row("GET", ADMIN),
    "regions.listing": Row("GET", ADMIN),
    "regions.listing_table": Row("GET", ADMIN),
    "regions.cities_table": Row("GET", ADMIN),
    "regions.province": Row("GET POST", ADMIN),
    "regions.text": Row("GET POST", ADMIN),
    "regions.batch": Row("GET POST", ADMIN, "batch"),
    "regions.task": Row("GET POST", ADMIN, "task"),
    "regions.target": Row("GET POST", ADMIN, "target"),
    "regions.city": Row("GET POST", ADMIN, "city"),
    "regions.region": Row("GET POST", ADMIN, "region"),
    # the tasks of the year
    "targets.index": Row("GET", EVERYBODY),
    "targets.export": Row("GET", EXPORTERS),
    "targets.task": Row("GET", EVERYBODY, "annual task"),
    "targets.export_task": Row("GET", EXPORTERS, "annual task"),
    "targets.quantity": Row("GET", EVERYBODY, "quantity"),
    "targets.export_quantity": Row("GET", EXPORTERS, "quantity"),
    "entries.enter": Row("GET POST", REPORTERS, "annual task"),
    "entries.show": Row("GET", EVERYBODY, "entry"),
    "entries.correct": Row("GET POST", REPORTERS, "own entry"),
    "entries.decide": Row("POST", COORDINATOR, "entry"),
    "entries.withdraw": Row("POST", REPORTERS, "own entry"),
    "entries.download": Row("GET", EVIDENCE, "entry file"),
    "projects.index": Row("GET", EVERYBODY),
    "projects.export": Row("GET", EXPORTERS),
    "projects.new": Row("GET POST", REPORTERS),
    "projects.show": Row("GET", EVERYBODY, "project"),
    "projects.edit": Row("GET POST", REPORTERS, "project"),
    "projects.decide": Row("POST", COORDINATOR, "project"),
    "projects.withdraw": Row("POST", REPORTERS, "project"),
    "projects.download": Row("GET", EVIDENCE, "project file"),
    # background work
    "jobs.index": Row("GET", EVERYBODY),
    "jobs.table": Row("GET", EVERYBODY),
    "jobs.show": Row("GET", EVERYBODY, "job"),
    "jobs.download": Row("GET", EVERYBODY, "job"),
    "jobs.cancel": Row("POST", EVERYBODY, "job"),
    "jobs.retry": Row("POST", EVERYBODY, "job"),
    # messages, mail, calendar
    "inbox.index": Row("GET", EVERYBODY),
    "inbox.read": Row("POST", EVERYBODY, "message"),
    "inbox.read_all": Row("POST", EVERYBODY),
    "inbox.export": Row("GET", EVERYBODY),
    "inbox_settings.show": Row("GET", EVERYBODY),
    "inbox_settings.choose": Row("POST", EVERYBODY),
    "inbox_settings.ask": Row("POST", EVERYBODY),
    "inbox_settings.verify": Row("POST", EVERYBODY),
    "inbox_settings.forget": Row("POST", EVERYBODY),
    "inbox_settings.renew": Row("POST", EVERYBODY),
    "inbox_settings.revoke": Row("POST", EVERYBODY),
    "inbox_settings.calendar": Row("GET", PUBLIC, "feed"),
    "mail.index": Row("GET", ADMIN),
    "mail.export": Row("GET", ADMIN),
    "mail.test": Row("POST", ADMIN),
    "mail.retry": Row("POST", ADMIN, "mail"),
    "calendar.index": Row("GET", ADMIN),
    "calendar.enter": Row("POST", ADMIN),
    "calendar.export": Row("GET", ADMIN),
    # contracts
    "portfolio.index": Row("GET", READERS),
    "portfolio.export": Row("GET", EXPORTERS),
    "contracts.new": Row("GET POST", OFFICER | COORDINATOR, "region"),
    "contracts.show": Row("GET", READERS, "contract"),
    "contracts.table": Row("GET", EXPORTERS, "contract"),
    "contracts.edit": Row("GET POST", OFFICER | COORDINATOR, "contract page"),
    "contracts.sign": Row("POST", OFFICER | COORDINATOR, "contract"),
    "contracts.terminate": Row("POST", OFFICER | COORDINATOR, "contract"),
    "contracts.discard": Row("POST", OFFICER | COORDINATOR, "contract"),
    "contract_files.add": Row("POST", OFFICER | COORDINATOR, "contract"),
    "contract_files.remove": Row("POST", OFFICER | COORDINATOR, "contract file"),
    "contract_files.download": Row("GET", READERS, "contract file"),
    "changes.new": Row("GET POST", OFFICER | COORDINATOR, "contract"),
    "changes.show": Row("GET", READERS, "change"),
    "changes.edit": Row("POST", OFFICER | COORDINATOR, "change"),
    "changes.sign": Row("POST", OFFICER | COORDINATOR, "change"),
    "changes.discard": Row("POST", OFFICER | COORDINATOR, "change"),
    "changes.attach": Row("POST", OFFICER | COORDINATOR, "change"),
    "changes.download": Row("GET", READERS, "change file"),
    "companies.index": Row("GET", READERS),
    "companies.export": Row("GET", EXPORTERS),
    "companies.edit": Row("GET POST", OFFICER | COORDINATOR, "company"),
    # templates and lights
    "templates.index": Row("GET", ADMIN),
    "templates.versions_table": Row("GET", ADMIN),
    "templates.draft": Row("POST", ADMIN),
    "templates.show": Row("GET", ADMIN, "template"),
    "templates.table": Row("GET", ADMIN, "template"),
    "templates.publish": Row("POST", ADMIN, "template"),
    "templates.discard": Row("POST", ADMIN, "template"),
    "templates.item": Row("GET POST", ADMIN, "template item"),
    "templates.new_item": Row("GET POST", ADMIN, "template"),
    "templates.remove": Row("POST", ADMIN, "template item"),
    "templates.shift": Row("POST", ADMIN, "template item"),
    "templates.policy": Row("GET POST", ADMIN),
    "contract_policy.edit": Row("GET POST", ADMIN),
    "moves.choose": Row("GET", ADMIN, "template"),
    "moves.preview": Row("POST", ADMIN, "template"),
    "moves.confirm": Row("POST", ADMIN, "template"),
    # people
    # settlements
    "settlements.index": Row("GET", READERS),
    "settlements.export": Row("GET", EXPORTERS),
    "settlements.start": Row("POST", OFFICER, "settled contract", {"period": "2026-Q4"}),
    "settlements.profile": Row("GET", READERS, "settled contract"),
    "settlements.write_profile": Row("POST", OFFICER, "settled contract"),
    "settlement.show": Row("GET", READERS, "settlement"),
    "settlement.edit": Row("POST", OFFICER, "settlement"),
    "settlement.preview": Row("POST", OFFICER, "settlement"),
    "settlement.thaw": Row("POST", OFFICER, "settlement"),
    "settlement.discard": Row("POST", OFFICER, "settlement", {"version": "0"}),
    "settlement.attach": Row("POST", OFFICER, "settlement"),
    "settlement.remove": Row("POST", OFFICER, "settlement file"),
    "settlement.download": Row("GET", READERS, "settlement file"),
    "settlement.sign": Row("POST", OFFICER, "settlement"),
    "settlement.pay": Row("POST", OFFICER, "settlement"),
    "settlement.pdf": Row("GET", READERS, "settlement"),
    "people.index": Row("GET", ADMIN),
    "people.listing": Row("GET", ADMIN),
    "people.new": Row("GET POST", ADMIN),
    "people.edit": Row("GET POST", ADMIN, "account"),
    "people.reset_password": Row("GET POST", ADMIN, "account"),
    "people.switch": Row("GET POST", ADMIN, "account"),
    "people.unlock": Row("POST", ADMIN, "account"),
    "audit.index": Row("GET", AUDITOR),
    "audit.export": Row("GET", AUDITOR),
    "audit.table": Row("GET", AUDITOR),
    "audit.check": Row("POST", AUDITOR),
    # briefs
    "briefs.index": Row("GET", READERS),
    "briefs.table": Row("GET", READERS),
    "briefs.show": Row("GET", READERS, "brief"),
    "briefs.pdf": Row("GET", READERS, "brief"),
    "briefs.start": Row("GET POST", COORDINATOR),
    "briefs.edit": Row("POST", COORDINATOR, "brief"),
    "briefs.freeze": Row("POST", COORDINATOR, "brief"),
    "briefs.thaw": Row("POST", COORDINATOR, "brief"),
    "briefs.publish": Row("POST", COORDINATOR, "brief"),
    "briefs.discard": Row("POST", COORDINATOR, "brief"),
}

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

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"]),
    pytest.mark.parametrize("template", ["lived"]),
]

Args = dict[str, object]
Things = dict[str, tuple[Args, Args]]
_FOUND: dict[str, Things] = {}


def _things(database: Database, who: people.Person) -> Things:
    """(theirs, not theirs) of every kind of thing, as arguments of addresses.

    Theirs is of 宜兴市; not theirs of 张家港市 or, for those of the whole province, of 云山省. Looked
    up once: every test's database is a copy of the same one.
    """
    if who.username not in _FOUND:
        _FOUND[who.username] = _looked_up(database, who)
    return _FOUND[who.username]


def _looked_up(database: Database, who: people.Person) -> Things:
    of_province = who.place == people.JIANGSU
    other_region = province.region_code(1) if of_province else people.ZHANGJIAGANG
    other_city = province.city_code(1) if of_province else people.SUZHOU
    own_city = people.WUXI
    with database.reader() as s:

        def evidence(region: str, code: str) -> Args:
            number = s.scalars(
                select(Evidence.id)
                .join(Milestone)
                .where(Milestone.region_code == region, Milestone.code == code)
            ).first()
            return {"region": region, "code": code, "number": number}

        def brief(place: str) -> Args:
            return {
                "brief_id": s.scalars(
                    select(Brief.id).where(
                        Brief.published_at.is_not(None),
                        func.coalesce(Brief.region_code, Brief.city_code, Brief.province_code)
                        == place,
                    )
                ).one()
            }

        def template(place: str) -> Args:
            return {"number": s.scalars(select(Template.id).filter_by(province_code=place)).first()}

        def account(username: str) -> Args:
            found = by_username(s, username)
            assert found is not None
            return {"number": found.id}

        def job(username: str) -> Args:
            return {
                "number": s.scalars(
                    select(Job.id)
                    .join(Account, Account.id == Job.owner_id)
                    .where(Account.username == username)
                ).first()
            }

        def reported(
            model: type[Entry] | type[Project], place: str, file: bool = False, **fixed: int
        ) -> Args:
            """The newest row of an office, with its file where asked for."""
            office = func.coalesce(model.region_code, model.city_code, model.province_code)
            query = select(model.id).where(office == place).order_by(model.id.desc())
            if model is Entry and file:
                query = query.where(Entry.target_id.is_not(None))
            row = s.scalars(query).first()
            name = "entry" if model is Entry else "number"
            found: Args = {**fixed, name: row or 999_999}
            if file:
                kind = "target" if model is Entry else "project"
                files = select(Attachment.id).where(
                    Attachment.kind == kind, Attachment.subject == row
                )
                found["file"] = s.scalars(files).first() or 999_999
            return found

        next_task = 1 if of_province else 8
        other = contracts.things(s, other_region)
        own = contracts.things(s, people.YIXING)

        def sheet(username: str) -> Args:
            """Of whoever fills in sheets; other people have none."""
            found = s.scalars(
                select(BulkSheet.id)
                .join(Account, Account.id == BulkSheet.account_id)
                .where(Account.username == username)
            ).first()
            return {"number": found or 999}

        def matter(region: str, title: str) -> Args:
            return {"number": supervision.titled(s, region, title).id}

        def file_of(region: str) -> Args:
            number = matter(region, supervision.OPEN)
            files = select(Attachment.id).filter_by(kind="supervision", subject=number["number"])
            return {**number, "file": s.scalars(files).first()}

        def settlement(region: str) -> Args:
            found = s.execute(
                select(Settlement.id, Settlement.contract_id)
                .join(Contract, Contract.id == Settlement.contract_id)
                .where(Contract.region_code == region, Settlement.status == "draft")
            ).first()
            assert found is not None
            file = s.scalars(
                select(Attachment.id).filter_by(kind="settlement", subject=found.id)
            ).first()
            return {"number": found.id, "contract": found.contract_id, "file": file}

        settled, other_settled = settlement(people.YIXING), settlement(other_region)
        own_template, other_template = template(people.JIANGSU), template(province.CODE)
        return {
            "": ({}, {}),
            "static": ({"filename": "css/frame.css"}, {"filename": "css/none.css"}),
            "region": ({"code": people.YIXING}, {"code": other_region}),
            "city": ({"code": own_city}, {"code": other_city}),
            "picture": ({"kind": "svg"}, {"kind": "exe"}),
            "city file": (
                {"code": own_city, "kind": "svg"},
                {"code": other_city, "kind": "svg"},
            ),
            "region file": (
                {"code": people.YIXING, "kind": "xlsx"},
                {"code": other_region, "kind": "xlsx"},
            ),
            "milestone": (
                {"region": people.YIXING, "code": "M19"},
                {"region": other_region, "code": "M19"},
            ),
            "submission": (
                {"region": people.YIXING, "code": "M18"},
                {"region": other_region, "code": "M18"},
            ),
            "evidence": (evidence(people.YIXING, "M18"), evidence(other_region, "M18")),
            "brief": (brief(people.YIXING), brief(province.CODE if of_province else people.SUZHOU)),
            "job": (job(who.username), job("xishan")),
            "sheet": (sheet(who.username), sheet("xishan")),
            **inbox.things(s, who),
            "order": (
                matter(people.YIXING, supervision.OPEN),
                matter(other_region, supervision.OPEN),
            ),
            "order file": (file_of(people.YIXING), file_of(other_region)),
            "problem": (matter(people.YIXING, "采集点断传"), matter(other_region, "采集点断传")),
            "settled contract": (
                {"number": settled["contract"]},
                {"number": other_settled["contract"]},
            ),
            "settlement": ({"number": settled["number"]}, {"number": other_settled["number"]}),
            "settlement file": (
                {"number": settled["number"], "file": settled["file"]},
                {"number": other_settled["number"], "file": other_settled["file"]},
            ),
            **{name: (own[name], other[name]) for name in own},
            "company": (contracts.company(s, people.JIANGSU), contracts.company(s, province.CODE)),
            "batch": ({"number": 1}, {"number": 9}),
            "task": ({"number": 1}, {"number": 99}),
            "target": (
                {"number": s.scalars(select(Target.id)).first()},
                {"number": 999_999},
            ),
            "annual task": ({"number": 8}, {"number": 99}),
            "quantity": ({"number": 8, "key": "area"}, {"number": 8, "key": "nothing"}),
            "entry": (
                reported(Entry, people.YIXING, number=8),
                reported(
                    Entry, other_region if not of_province else province.CODE, number=next_task
                ),
            ),
            "own entry": (
                reported(Entry, who.place, number=8),
                reported(Entry, people.ZHANGJIAGANG, number=8),
            ),
            "entry file": (
                reported(Entry, people.YIXING, file=True, number=8),
                reported(Entry, people.ZHANGJIAGANG, file=True, number=8)
                if not of_province
                else {"number": 8, "entry": 999_999, "file": 1},
            ),
            "project": (
                reported(Project, people.YIXING),
                reported(Project, province.CODE if of_province else people.ZHANGJIAGANG),
            ),
            "project file": (
                reported(Project, people.YIXING, file=True),
                reported(Project, province.CODE if of_province else people.ZHANGJIAGANG, file=True),
            ),
            "template": (own_template, other_template),
            "template item": ({**own_template, "code": "M05"}, {**other_template, "code": "M05"}),
            "account": (account("xishan"), account(f"coordinator-{province.CODE}")),
        }


def _url(app: Flask, endpoint: str, args: Args) -> str:
    with app.test_request_context():
        return app.url_for(endpoint, **args)  # type: ignore[arg-type]


def _routes(app: Flask) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return found


def test_every_address_is_in_the_table(app: Flask) -> None:
    assert {name: set(row.methods.split()) for name, row in TABLE.items()} == _routes(app)


def test_every_view_is_guarded_as_the_table_says(app: Flask) -> None:
    from custody.accounts.rules import ALLOWED

    for name, view in app.view_functions.items():
        if name == "static":
            continue
        access = getattr(view, "custody_access", None)
        assert access, f"{name} carries neither @requires nor @public"
        if access == "public":
            assert TABLE[name].roles is PUBLIC, name
            continue
        assert all(isinstance(can, Can) for can in access)
        roles = frozenset().union(*(ALLOWED[can] for can in access))
        assert roles == TABLE[name].roles, name


@pytest.mark.parametrize("name", VISITORS)
def test_role_and_place_of_every_page(
    name: str,
    app: Flask,
    sign_in: Callable[..., Critic],
    database: Database,
    store: FileStore,
) -> None:
    _keep_the_file(store)
    who, visitor = people.person(name), sign_in(name)
    things = _things(database, who)
    for endpoint, row in TABLE.items():
        if row.roles is None or "GET" not in row.methods:
            continue
        for args, own in _asked(row, things):
            url = _url(app, endpoint, args)
            _judged(row, who, own, visitor.get(url), f"{name} GET {url}")


@pytest.mark.parametrize(
    "endpoint",
    [name for name, row in TABLE.items() if row.roles is not None and "POST" in row.methods],
)
def test_role_and_place_of_every_act(
    endpoint: str,
    app: Flask,
    sign_in: Callable[..., Critic],
    database: Database,
    store: FileStore,
) -> None:
    row = TABLE[endpoint]
    _keep_the_file(store)
    for name in VISITORS:
        who, visitor = people.person(name), sign_in(name)
        for args, own in _asked(row, _things(database, who)):
            url = _url(app, endpoint, args)
            _judged(row, who, own, visitor.send(url, row.sends), f"{name} POST {url}")


def _keep_the_file(store: FileStore) -> None:
    """The bytes of every file that the rows name."""
    assert store.put(io.BytesIO(programme.PDF)).digest == hashlib.sha256(programme.PDF).hexdigest()


def _asked(row: Row, things: Things) -> list[tuple[Args, bool]]:
    """(arguments, theirs) in the order in which they are tried: what may be done changes things."""
    theirs, foreign = things[row.about]
    return [(foreign, False), (theirs, True)] if row.about else [(theirs, True)]


def _judged(row: Row, who: people.Person, own: bool, answer: TestResponse, what: str) -> None:
    _judge(row, who, own, answer.status_code, what)
    if answer.status_code in (403, 404):
        assert "没有" in answer.text, what


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


def test_nobody_gets_in_without_signing_in(app: Flask, client: Critic, database: Database) -> None:
    things = _things(database, people.person("yixing"))
    for endpoint, row in TABLE.items():
        if row.roles is None:
            continue
        for args in things[row.about]:
            url = _url(app, endpoint, args)
            for method in row.methods.split():
                answer = client.get(url) if method == "GET" else client.send(url, row.sends)
                if method == "GET":
                    assert answer.status_code == 302, url
                    assert answer.headers["Location"].startswith("/sign-in"), url
                else:
                    assert answer.status_code == 401, url
                    assert "登录" in answer.text


def test_no_form_is_taken_without_its_token(
    app: Flask, sign_in: Callable[..., Critic], database: Database
) -> None:
    things = _things(database, people.person("yixing"))
    with database.reader() as s:
        before = s.scalar(select(func.count()).select_from(Event))
    for endpoint, row in TABLE.items():
        if "POST" not in row.methods:
            continue
        role = min(row.roles or EVERYBODY)
        who = next(p for p in people.PEOPLE if p.role == role)
        url = _url(app, endpoint, things[row.about][0])
        answer = sign_in(who.username).post(url, data={"notes": "打了很多字"})
        assert answer.status_code == 400, url
        assert "打了很多字" in answer.text, url
        with database.reader() as s:
            assert s.scalar(select(func.count()).select_from(Event)) == before, url


@pytest.mark.parametrize("name", ["yixing", "wuxi", "coordinator", "admin", "auditor", "leader"])
def test_looking_changes_nothing(
    name: str,
    app: Flask,
    sign_in: Callable[..., Critic],
    database: Database,
    statements: Callable[[], object],
) -> None:
    """GET never commits an event that modifies, nor writes anywhere but in the journal."""
    who, visitor = people.person(name), sign_in(name)
    things = _things(database, who)
    with database.reader() as s:
        before = s.scalar(select(func.count()).select_from(Event).where(Event.modifies))
    for endpoint, row in TABLE.items():
        if "GET" not in row.methods or (row.roles is not None and who.role not in row.roles):
            continue
        url = _url(app, endpoint, things[row.about][0])
        with statements() as seen:  # type: ignore[attr-defined]
            visitor.get(url)
        with database.reader() as s:
            after = s.scalar(select(func.count()).select_from(Event).where(Event.modifies))
        assert before == after, url
        for statement in seen:
            verb, target = statement.split()[0].upper(), " ".join(statement.split()[:3]).lower()
            if verb != "SELECT":
                assert target.startswith("insert into event"), f"{url}: {statement}"


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
    from tests.critic import page

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
