"""变化: what changed from one published brief of a scope to another."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.briefs import changes as rule
from custody.briefs import queries, tables
from custody.briefs.actions.drafting import label_of
from custody.briefs.changes import Changes
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.briefs.views.pages import Page, blueprint
from custody.kernel.problems import NotFound
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.formkit import whole_or_none

__all__ = ["blueprint"]


def _pair(brief_id: int) -> tuple[Brief, Brief | None, list[Brief]]:
    """(the brief, the one it is compared with, all it can be compared with). Without a choice the
    one before it; what is no published brief of the same place and form is not found."""
    brief = queries.get_brief(session(), brief_id, identity())
    if brief.status is not Status.PUBLISHED:
        raise NotFound
    others = [one for one in queries.published_like(session(), brief) if one.id != brief.id]
    if "with" in request.args:
        chosen = whole_or_none(request.args["with"])
        found = next((one for one in others if one.id == chosen), None)
        if found is None:
            raise NotFound
        return brief, found, others
    earlier = [one for one in others if (one.as_of, one.id) < (brief.as_of, brief.id)]
    return brief, next(iter(earlier or others), None), others


def _between(brief: Brief, other: Brief) -> tuple[Brief, Brief, Changes]:
    """(the earlier, the later, what changed)."""
    early, late = sorted((brief, other), key=lambda one: (one.as_of, one.id))
    assert early.snapshot is not None
    assert late.snapshot is not None
    return early, late, rule.between(early.snapshot, late.snapshot)


@blueprint.get("/<int:brief_id>/changes")
@requires(Can.READ_BRIEF)
def changes(brief_id: int) -> Page:
    brief, other, others = _pair(brief_id)
    early, late, found = _between(brief, other) if other else (None, None, None)
    return render_template(
        "briefs/changes.html",
        brief=brief,
        other=other,
        others=others,
        early=early,
        late=late,
        changes=found,
    )


@blueprint.get("/<int:brief_id>/changes.xlsx")
@requires(Can.EXPORT)
def changes_table(brief_id: int) -> Page:
    brief, other, _ = _pair(brief_id)
    if other is None:
        return redirect(url_for("briefs.changes", brief_id=brief_id), 303)
    early, late, found = _between(brief, other)
    return table_file(
        *tables.changes(found, under=f"{label_of(early)} → {label_of(late)}"),
        actor=identity(),
        place=brief.place,
        name="两期简报的变化",
        plain="brief-changes",
        note=f"{label_of(early)}，{label_of(late)}",
    )
