"""The rules of the lights: after how many days a milestone is yellow or red."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.milestones.actions import templates as actions
from custody.milestones.models import Policy
from custody.milestones.rules import LIGHTS, LightPolicy
from custody.milestones.template_forms import PolicyForm
from custody.milestones.views.templates import Page, blueprint
from custody.web.database import session, transaction
from custody.web.formkit import Difference


@blueprint.route("/policy", methods=["GET", "POST"])
@requires(Can.MANAGE_TEMPLATES)
def policy() -> Page:
    row = session().get(Policy, identity().place.province)
    form = PolicyForm(data=_policy_values(row))
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                actions.set_policy(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    version=form.seen,
                    policy=form.policy(),
                )
            flash("预警规则已保存，灯色和提醒立即按新规则计算。")
            return redirect(url_for("templates.policy"))
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            values = _policy_values(session().get(Policy, identity().place.province))
            differences = form.differences({**values, "version": form.version.data})
            form.version.data = values["version"]
    page = render_template(
        "templates/policy.html",
        form=form,
        rest=rest,
        differences=differences,
        lights=LIGHTS,
        standard=LightPolicy(),
    )
    return page, status


def _policy_values(row: Policy | None) -> dict[str, object]:
    rule = row.as_rule() if row else LightPolicy()
    names = LightPolicy.__dataclass_fields__
    return {
        "version": str(row.version if row else 0),
        **{name: getattr(rule, name) for name in names},
    }
