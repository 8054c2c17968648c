"""The page of the thresholds of contracts, beside those of the lights."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.contracts.actions.policy import set_policy
from custody.contracts.forms.policy import PolicyForm
from custody.contracts.queries.policy import versioned
from custody.contracts.rules.policy import FIELDS, STANDARD
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.formkit import Difference, whole

blueprint = Blueprint("contract_policy", __name__)
kept.call(
    blueprint,
    "合同提示规则",
    {"edit": "保存"},
)
Page = str | Response | tuple[str, int]


@blueprint.route("/admin/contract-policy", methods=["GET", "POST"])
@requires(Can.MANAGE_TEMPLATES)
def edit() -> Page:
    form = PolicyForm(data=_stored())
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                set_policy(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    version=whole(form.version.data),
                    policy=form.policy(),
                )
            flash("合同提示规则已保存，合同页的提醒和付款提醒立即按新规则计算。")
            return redirect(url_for("contract_policy.edit"), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            stored = _stored()
            differences = form.differences({**stored, "version": form.version.data})
            form.version.data = str(stored["version"])
    page = render_template(
        "contracts/policy.html",
        form=form,
        rest=rest,
        differences=differences,
        standard=STANDARD,
    )
    return page, status


def _stored() -> dict[str, object]:
    rule, version = versioned(session(), identity().place.province)
    return {name: getattr(rule, name) for name in FIELDS} | {"version": str(version)}
