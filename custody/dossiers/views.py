"""The door of the dossiers: one press orders it, the page of the job shows how far it is."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.dossiers import actions
from custody.infra import clock
from custody.web import kept
from custody.web.database import transaction

blueprint = Blueprint("dossiers", __name__)
kept.call(
    blueprint,
    "项目档案",
    {"make": "生成项目档案"},
    "dashboard.region",
)


@blueprint.post("/regions/<code>/dossier")
@requires(Can.MAKE_DOSSIER)
def make(code: str) -> Response:
    with transaction() as writing:
        job = actions.order(
            writing,
            actor=identity(),
            now=clock.now(),
            region=code,
            demo=bool(current_app.config["DEMO"]),
        )
        number = job.id
    return redirect(url_for("jobs.show", number=number), 303)
