"""The roof: settings in, a Flask application out. Holds no rules."""

from __future__ import annotations

import logging
from datetime import timedelta
from logging.handlers import RotatingFileHandler
from typing import Any

from flask import Flask, g, redirect, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from werkzeug.wrappers import Response

from config import ROOT, Config
from custody.accounts import access
from custody.accounts.access import identity, public, requires
from custody.accounts.rules import Can, Role
from custody.accounts.views import people, sign_in
from custody.audit import views as audit
from custody.baselines.views import (
    adjustment_drafts,
    adjustment_papers,
    adjustment_steps,
    adjustments,
)
from custody.baselines.views import begin as base_begin
from custody.baselines.views import decisions as base_decisions
from custody.baselines.views import differences as base_differences
from custody.baselines.views import institution as base_institution
from custody.baselines.views import papers as base_papers
from custody.baselines.views import regions as base_regions
from custody.baselines.views import version as base_version
from custody.briefs.views import changes as brief_changes
from custody.briefs.views import deciding, drafts, editions, instructions, reading, verify
from custody.contracts.views import (
    companies,
    contracts,
    guarantees,
    portfolio,
    settlement,
    settlement_papers,
    settlements,
)
from custody.contracts.views import files as contract_files
from custody.contracts.views import orders as changes
from custody.contracts.views import policy as contract_policy
from custody.dashboard.views import attention, board, region
from custody.demo import people as demo
from custody.dossiers import views as dossiers
from custody.energy.views import bills as energy_bills
from custody.energy.views import coverage as energy_coverage
from custody.energy.views import doubts as energy_doubts
from custody.energy.views import facts as energy_facts
from custody.energy.views import imports as energy_imports
from custody.energy.views import institutions as energy_institutions
from custody.energy.views import month as energy_month
from custody.energy.views import months as energy_months
from custody.energy.views import regions as energy_regions
from custody.energy.views import rehearsal as energy_rehearsal
from custody.energy.views import reports as energy_reports
from custody.energy.views import tables as energy_tables
from custody.energy.views import weather
from custody.forecast import views as forecast
from custody.gantt import views as gantt
from custody.inbox.queries.messages import place_and_unread
from custody.inbox.views import mail, messages, settings
from custody.infra import clock, workdays
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.shelf import Shelf
from custody.jobs import views as jobs
from custody.menu import navigation
from custody.milestones.views import bulk, evidence, lights, moves, officer, review, templates
from custody.regions.views import notice, rows
from custody.savings.views import meters as saving_meters
from custody.savings.views import regions as saving_regions
from custody.supervision.views import lists, matters, orders, problems
from custody.targets.views import entries, projects, tasks
from custody.web import addresses, asides, assets, database, errors, filters, headers, typed
from custody.web.database import session
from custody.workdays import views as calendar
from custody.workdays.queries import overlay_of


def create_app(config: Config, db: Database | None = None) -> Flask:
    """`db`: an open database to use instead of the configured one (tests)."""
    clock.freeze_day(config.today)
    app = Flask("custody", root_path=str(ROOT))
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.upload_limit,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="custody",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookie,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_I18N_ENABLED=False,
        WTF_CSRF_TIME_LIMIT=None,
        DEMO=config.demo,
        DEMO_ACCOUNTS=_demo_accounts(config),
        CONFIG=config,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.init(app, db or Database(config.database_url), FileStore(config.files))
    app.extensions["custody.queues"] = Shelf[int](1_000, lambda _count: 1)
    # Whoever holds a copy has no session, and checking it changes nothing.
    CSRFProtect(app).exempt(verify.blueprint)
    access.init(app, idle_minutes=config.idle_minutes, admin_idle_minutes=config.admin_idle_minutes)
    for part in (addresses, asides, assets, errors, filters, headers, typed):
        part.init(app)
    _register(app)
    _home(app)
    _words(app)
    _working_days(app)
    return app


def _register(app: Flask) -> None:
    for blueprint in (
        sign_in.blueprint,
        people.blueprint,
        audit.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (notice, rows)},
        officer.blueprint,
        bulk.blueprint,
        evidence.blueprint,
        review.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (templates, lights)},
        moves.blueprint,
        forecast.blueprint,
        lists.blueprint,
        orders.blueprint,
        matters.blueprint,
        problems.blueprint,
        # Three modules of one blueprint.
        *{part.blueprint for part in (attention, board, region)},
        gantt.blueprint,
        # Modules of one blueprint.
        *{part.blueprint for part in (drafts, deciding, reading, instructions, brief_changes)},
        verify.blueprint,
        editions.blueprint,
        jobs.blueprint,
        messages.blueprint,
        settings.blueprint,
        mail.blueprint,
        calendar.blueprint,
        tasks.blueprint,
        entries.blueprint,
        projects.blueprint,
        portfolio.blueprint,
        contracts.blueprint,
        contract_policy.blueprint,
        contract_files.blueprint,
        changes.blueprint,
        companies.blueprint,
        guarantees.blueprint,
        settlements.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (settlement, settlement_papers)},
        dossiers.blueprint,
        energy_regions.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (energy_institutions, energy_facts)},
        energy_bills.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (energy_imports, energy_rehearsal)},
        # Several modules of one blueprint.
        *{
            part.blueprint
            for part in (
                *(base_regions, base_begin, base_version, base_institution),
                *(base_decisions, base_differences, base_papers),
            )
        },
        # Several modules of one blueprint.
        *{
            part.blueprint
            for part in (adjustments, adjustment_drafts, adjustment_papers, adjustment_steps)
        },
        energy_coverage.blueprint,
        # Several modules of one blueprint.
        *{part.blueprint for part in (energy_months, energy_month, energy_reports, energy_doubts)},
        energy_tables.blueprint,
        weather.blueprint,
        # Two modules of one blueprint.
        *{part.blueprint for part in (saving_regions, saving_meters)},
    ):
        app.register_blueprint(blueprint)


def _demo_accounts(config: Config) -> list[dict[str, str]]:
    """The sign-in page lists them, in demonstration mode only."""
    return demo.listed() if config.demo else []


HOME = {
    Role.SYSADMIN: "people.index",
    Role.COORDINATOR: "dashboard.board",
    Role.CITY_REVIEWER: "review.queue",
    Role.OFFICER: "milestones.todo",
    Role.LEADER: "dashboard.board",
    Role.AUDITOR: "audit.index",
}
"""Everybody starts where their work is."""


def _home(app: Flask) -> None:
    @app.get("/")
    @requires(Can.SEE_PROGRAMME)
    def home() -> Response:
        return redirect(url_for(HOME[identity().role]))

    @app.get("/healthz")
    @public
    def health() -> dict[str, str]:
        """The process answers and its database does."""
        session().execute(select(1))
        return {"status": "ok"}


def _working_days(app: Flask) -> None:
    """While a request lasts, working days are those of the person's province, as entered there.

    They are looked up when somebody asks, once a request.
    """

    def entered() -> workdays.Overlay:
        if not current_user.is_authenticated:
            return {}
        if "working_days" not in g:
            g.working_days = overlay_of(session(), identity().place.province)
        found: workdays.Overlay = g.working_days
        return found

    @app.before_request
    def _consult() -> None:
        workdays.consult(entered)

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        workdays.consult(None)


def _top() -> dict[str, Any]:
    """The name of the place the signed-in person is bound to, and how many messages are new.

    Asked by every request, in one statement: messages come without an act in the journal.
    """
    if not current_user.is_authenticated:
        return {"where": "", "unread": 0}
    where, new = place_and_unread(session(), identity())
    return {"where": where, "unread": new}


def _words(app: Flask) -> None:
    @app.context_processor
    def _frame() -> dict[str, Any]:
        return {
            "today": clock.today(),
            "now": clock.now(),
            "demo": app.config["DEMO"],
            "navigation": navigation(),
            **_top(),
            "field_words": FIELD_WORDS,
        }


FIELD_WORDS = {
    "percent": "完成比例",
    "started": "实际开始日期",
    "forecast": "预计完成日期",
    "actual": "实际完成日期",
    "unit": "责任单位",
    "notes": "进展说明",
    "reason": "理由",
    "name": "名称",
    "title": "标题",
    "happened_on": "日期",
    "words": "进展情况",
    "quantity": "数量",
    "building": "单位和建筑",
    "distinct": "区别说明",
    "credit_code": "统一社会信用代码",
    "floor_area": "建筑面积",
    "people": "用能人数",
    "use": "用量",
    "cost": "费用",
    "signed_on": "合同签订日期",
    "amount": "合同金额",
    "note": "备注",
    "what": "存在问题",
    "requirement": "整改要求",
    "basis": "督办依据",
    "due": "期限",
}
"""What the fields of a kept form are called."""


def log_to(config: Config) -> None:
    """Warnings and errors into CUSTODY_DATA/logs, ten files of 2 MB."""
    config.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        config.logs / "custody.log", maxBytes=2_000_000, backupCount=10, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
