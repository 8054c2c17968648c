"""Which addresses there are and who may go there: the table, and that the code has no other.

It is written by hand, a second time beside `@requires`: an address that is not in it, or whose guard
changes, fails here. tests/house/test_access.py walks it with every kind of person.
"""

from dataclasses import dataclass, field

import pytest
from flask import Flask

from custody.accounts.rules import ALLOWED, Can, Role

EVERYBODY = frozenset(Role)
ADMIN = frozenset({Role.SYSADMIN})
COORDINATOR = frozenset({Role.COORDINATOR})
LEADER = frozenset({Role.LEADER})
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
    """What the address names: see tests/factories/things.py. Empty: nothing."""
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
    # 能源基准
    "baselines.index": Row("GET", READERS),
    "baselines.export": Row("GET", EXPORTERS),
    "baselines.region": Row("GET", READERS, "region"),
    "baselines.export_region": Row("GET", EXPORTERS, "region"),
    "baselines.begin": Row("GET POST", OFFICER, "region"),
    "baselines.show": Row("GET", READERS, "baseline"),
    "baselines.table": Row("GET", EXPORTERS, "baseline"),
    "baselines.paper": Row("GET", EXPORTERS, "baseline"),
    "baselines.order_paper": Row("POST", EXPORTERS, "baseline"),
    "baselines.differences": Row("GET", READERS, "baseline"),
    "baselines.export_differences": Row("GET", EXPORTERS, "baseline"),
    "baselines.institution": Row("GET", READERS, "baseline institution"),
    "baselines.choose": Row("POST", OFFICER, "baseline line"),
    "baselines.quota": Row("POST", OFFICER, "baseline line"),
    "baselines.choose_all": Row("POST", OFFICER, "baseline"),
    "baselines.refit": Row("POST", OFFICER, "baseline"),
    "baselines.propose": Row("POST", OFFICER, "baseline"),
    "baselines.comment": Row("POST", REPORTERS, "baseline"),
    "baselines.send_back": Row("POST", COORDINATOR, "baseline"),
    "baselines.adopt": Row("POST", COORDINATOR, "baseline"),
    "baselines.discard": Row("POST", OFFICER, "baseline"),
    # 节能量
    # 非常规调整
    "adjustments.index": Row("GET", READERS, "region"),
    "adjustments.export": Row("GET", EXPORTERS, "region"),
    "adjustments.pick": Row("GET", OFFICER, "region"),
    "adjustments.new": Row("GET POST", OFFICER, "adjusted meter"),
    "adjustments.show": Row("GET", READERS, "adjustment"),
    "adjustments.edit": Row("POST", OFFICER, "adjustment"),
    "adjustments.attach": Row("POST", OFFICER, "adjustment"),
    "adjustments.remove": Row("POST", OFFICER, "adjustment file"),
    "adjustments.download": Row("GET", READERS, "adjustment file"),
    "adjustments.sign": Row("POST", OFFICER, "adjustment"),
    "adjustments.send_back": Row("POST", REPORTERS, "adjustment"),
    "adjustments.withdraw": Row("POST", OFFICER, "adjustment"),
    "savings.index": Row("GET", READERS),
    "savings.export": Row("GET", EXPORTERS),
    "savings.region": Row("GET", READERS, "region"),
    "savings.export_region": Row("GET", EXPORTERS, "region"),
    "savings.institution": Row("GET", READERS, "institution"),
    "savings.export_institution": Row("GET", EXPORTERS, "institution"),
    "savings.meter": Row("GET", READERS, "meter"),
    "savings.figure": Row("GET", READERS, "meter month"),
    "guarantees.region": Row("GET", READERS, "region"),
    "guarantees.export": Row("GET", EXPORTERS, "region"),
    # 能源数据
    "energy.index": Row("GET", READERS),
    "energy.export": Row("GET", EXPORTERS),
    "energy.region": Row("GET", READERS, "region"),
    "energy.export_region": Row("GET", EXPORTERS, "region"),
    "institutions.index": Row("GET", READERS, "region"),
    "institutions.export": Row("GET", EXPORTERS, "region"),
    "institutions.show": Row("GET", READERS, "institution"),
    "institutions.export_one": Row("GET", EXPORTERS, "institution"),
    "institutions.new": Row("GET POST", OFFICER, "region"),
    "institutions.edit": Row("GET POST", OFFICER, "institution"),
    "institutions.close": Row("POST", OFFICER, "institution"),
    "institutions.reopen": Row("POST", OFFICER, "institution"),
    "institutions.new_meter": Row("GET POST", OFFICER, "institution"),
    "institutions.meter": Row("GET POST", OFFICER, "meter"),
    "institutions.year": Row("GET POST", OFFICER, "institution year"),
    "bills.show": Row("GET", READERS, "meter month"),
    "bills.write": Row("POST", OFFICER, "meter month"),
    # coverage, doubts, monthly reports, and what they are judged by
    "energy_coverage.region": Row("GET", READERS, "region"),
    "energy_coverage.export": Row("GET", EXPORTERS, "region"),
    "energy_months.doubts": Row("GET", READERS, "region"),
    "energy_months.explain": Row("POST", OFFICER, "region"),
    "energy_months.export_doubts": Row("GET", EXPORTERS, "region"),
    "energy_months.index": Row("GET", READERS),
    "energy_months.export": Row("GET", EXPORTERS),
    "energy_months.listing": Row("GET", READERS, "region"),
    "energy_months.export_region": Row("GET", EXPORTERS, "region"),
    "energy_months.show": Row("GET", READERS, "region month"),
    "energy_months.complete": Row("POST", OFFICER, "region month"),
    "energy_months.check": Row("POST", REVIEWERS, "region month"),
    "energy_months.unlock": Row("POST", REVIEWERS, "region month"),
    "energy_tables.coefficients": Row("GET", READERS),
    "energy_tables.export_coefficients": Row("GET", EXPORTERS),
    "energy_tables.coefficient": Row("GET", READERS, "coefficient"),
    "energy_tables.new": Row("GET POST", COORDINATOR),
    "energy_tables.edit": Row("GET POST", COORDINATOR, "coefficient"),
    "energy_tables.limits": Row("GET", READERS),
    "energy_tables.set_limits": Row("POST", COORDINATOR),
    "energy_tables.export_limits": Row("GET", EXPORTERS),
    "weather.index": Row("GET", READERS),
    "weather.upload": Row("POST", REVIEWERS),
    "weather.copy": Row("POST", REVIEWERS, sends={"origin": "320200"}),
    "weather.template": Row("GET", REVIEWERS),
    "weather.export": Row("GET", EXPORTERS),
    # 能源数据导入
    "energy_imports.index": Row("GET", READERS),
    "energy_imports.export": Row("GET", EXPORTERS),
    "energy_imports.template": Row("GET", OFFICER, "kind"),
    "energy_imports.upload": Row("POST", OFFICER),
    "energy_imports.show": Row("GET", READERS, "import"),
    "energy_imports.map_columns": Row("POST", OFFICER, "import"),
    "energy_imports.again": Row("POST", OFFICER, "import"),
    "energy_imports.accept": Row("POST", OFFICER, "import"),
    "energy_imports.explain": Row("POST", OFFICER, "import"),
    "energy_imports.discard": Row("POST", OFFICER, "import"),
    "energy_imports.undo": Row("POST", OFFICER, "import"),
    "energy_imports.annotated": Row("GET", READERS, "import"),
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
    "verify.index": Row("GET", PUBLIC),
    "verify.code": Row("GET", PUBLIC, "checked code"),
    "verify.check": Row("POST", PUBLIC),
    # briefs
    "briefs.index": Row("GET", READERS),
    "briefs.table": Row("GET", READERS),
    "briefs.show": Row("GET", READERS, "brief"),
    "briefs.pdf": Row("GET", READERS, "brief"),
    "briefs.draft_word": Row("GET", COORDINATOR, "brief"),
    "briefs.start": Row("GET POST", COORDINATOR),
    "briefs.edit": Row("POST", COORDINATOR, "brief"),
    "briefs.freeze": Row("POST", COORDINATOR, "brief"),
    "briefs.thaw": Row("POST", COORDINATOR, "brief"),
    "briefs.review": Row("POST", COORDINATOR, "brief"),
    "briefs.give_back": Row("POST", COORDINATOR, "brief"),
    "briefs.publish": Row("POST", COORDINATOR, "brief"),
    "briefs.discard": Row("POST", COORDINATOR, "brief"),
    "briefs.check": Row("GET", COORDINATOR, "brief"),
    "briefs.remark": Row("POST", COORDINATOR, "brief"),
    "briefs.settle": Row("POST", COORDINATOR, "remark"),
    "briefs.correct": Row("POST", COORDINATOR, "brief"),
    "briefs.receipts": Row("GET", COORDINATOR, "brief"),
    "briefs.receipts_table": Row("GET", COORDINATOR, "brief"),
    "briefs.changes": Row("GET", READERS, "brief"),
    "briefs.changes_table": Row("GET", EXPORTERS, "brief"),
    "briefs.instruct": Row("POST", COORDINATOR | LEADER, "brief"),
    "briefs.instructions": Row("GET", READERS),
    "briefs.instructions_table": Row("GET", EXPORTERS),
    "briefs.instruction": Row("GET", READERS, "instruction"),
    "briefs.answer": Row("POST", REPORTERS, "instruction"),
    "briefs.reopen": Row("POST", COORDINATOR | LEADER, "instruction"),
    # editions
    "editions.index": Row("GET", COORDINATOR),
    "editions.table": Row("GET", COORDINATOR),
    "editions.order": Row("POST", COORDINATOR),
    "editions.show": Row("GET", COORDINATOR, "edition"),
    "editions.parts_table": Row("GET", COORDINATOR, "edition"),
    "editions.archive": Row("GET", COORDINATOR, "edition"),
    "editions.booklet": Row("GET", COORDINATOR, "edition"),
    "editions.part": Row("GET", COORDINATOR, "edition part"),
    "editions.resume": Row("POST", COORDINATOR, "edition"),
    "editions.cancel": Row("POST", COORDINATOR, "edition"),
}

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def _routes(app: Flask) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return found


def test_every_address_is_in_the_table(app: Flask) -> None:
    assert {name: set(row.methods.split()) for name, row in TABLE.items()} == _routes(app)


def test_every_view_is_guarded_as_the_table_says(app: Flask) -> None:
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
