"""What an officer does: update, submit, withdraw, say that nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity
from custody.infra import journal
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, NotFound, refuse_if
from custody.milestones import rules
from custody.milestones.actions.record import changes_since, record, tracked
from custody.milestones.models import Draft, Milestone, MonthReport
from custody.milestones.queries.milestones import (
    evidence_count,
    get_milestone,
    open_predecessors,
)
from custody.milestones.rules import Claim, Report, Status, Step
from custody.regions.models import Region
from custody.regions.queries import get_region


def _write_report(milestone: Milestone, report: Report) -> None:
    milestone.percent = report.percent
    milestone.started = report.started
    milestone.forecast = report.forecast
    milestone.actual = report.actual
    milestone.unit = report.unit.strip()
    milestone.notes = report.notes.strip()


def _says(milestone: Milestone, report: Report) -> bool:
    """Are the report's fields those of the milestone?"""
    return (
        milestone.percent,
        milestone.started,
        milestone.forecast,
        milestone.actual,
        milestone.unit,
        milestone.notes,
    ) == (
        report.percent,
        report.started,
        report.forecast,
        report.actual,
        report.unit.strip(),
        report.notes.strip(),
    )


def update(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    version: int,
    report: Report,
) -> Milestone:
    """Save progress without submitting. Conflict when somebody else saved since `version`.

    What is saved already, by a second click or by somebody who typed the same, is no conflict.
    """
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    refuse_if(rules.problems_of_step(milestone.status, Step.UPDATE))
    if milestone.version != version:
        if _says(milestone, report):
            forget_draft(session, actor=actor, milestone=milestone)
            return milestone
        raise Conflict
    today = now.date()
    refuse_if(
        [*rules.problems_of_report(report, today), *rules.problems_of_forecast(report, today)]
    )
    before = tracked(milestone)
    _write_report(milestone, report)
    begun = report.percent > 0 or report.started or report.actual
    if milestone.status is not Status.NOT_STARTED or begun:
        milestone.status = rules.STEPS[milestone.status, Step.UPDATE]
    changes = changes_since(before, milestone)
    if changes:
        milestone.updated_at = now
        record(
            session,
            actor=actor,
            now=now,
            action="updated",
            milestone=milestone,
            region=place,
            changes=changes,
        )
    forget_draft(session, actor=actor, milestone=milestone)
    _note_month(session, actor=actor, now=now, region=place, no_change=False)
    return milestone


def submit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    version: int,
    claim: Claim,
    report: Report,
    reason: str = "",
) -> Milestone:
    """Save and hand over to the reviewers: the city where it has a reviewer, else the province.

    A second click on the same form finds its own submission and changes nothing.
    """
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    if _already_sent(milestone, actor, version):
        return milestone
    has_reviewer = place.city_code in cities_with_reviewer(session)
    step = Step.SUBMIT_TO_CITY if has_reviewer else Step.SUBMIT_TO_PROVINCE
    refuse_if(rules.problems_of_step(milestone.status, step))
    if milestone.version != version:
        raise Conflict
    open_before = open_predecessors(session, milestone) if milestone.item.gate else []
    refuse_if(
        [
            *rules.problems_of_report(report, now.date()),
            *rules.problems_of_submission(
                claim=claim,
                gate=milestone.item.gate,
                report=report,
                evidence=evidence_count(session, milestone.id),
                reason=reason,
                open_predecessors=open_before,
            ),
        ]
    )
    before = tracked(milestone)
    _write_report(milestone, report)
    if claim is Claim.DONE:
        milestone.percent = 100
    milestone.status = rules.STEPS[milestone.status, step]
    milestone.claim = claim
    milestone.reason = reason.strip() if claim is Claim.NOT_APPLICABLE else ""
    milestone.returned_reason = ""
    milestone.submitted_at = milestone.awaiting_since = milestone.updated_at = now
    milestone.submitted_by = actor.id
    milestone.city_passed_by = None
    milestone.decided_at = milestone.decided_by = None
    record(
        session,
        actor=actor,
        now=now,
        action="submitted",
        milestone=milestone,
        region=place,
        changes=changes_since(before, milestone),
        note=milestone.reason,
    )
    forget_draft(session, actor=actor, milestone=milestone)
    _note_month(session, actor=actor, now=now, region=place, no_change=False)
    return milestone


def _already_sent(milestone: Milestone, actor: Identity, version: int) -> bool:
    return (
        milestone.status.awaiting
        and milestone.submitted_by == actor.id
        and milestone.version == version + 1
    )


def withdraw(
    session: Session, *, actor: Identity, now: datetime, region: str, code: str, version: int
) -> Milestone:
    """Take a submission back to go on working on it; only the region's own people may."""
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    refuse_if(rules.problems_of_step(milestone.status, Step.WITHDRAW))
    if milestone.version != version:
        raise Conflict
    before = tracked(milestone)
    milestone.status = rules.STEPS[milestone.status, Step.WITHDRAW]
    milestone.submitted_at = milestone.awaiting_since = None
    milestone.submitted_by = None
    milestone.claim = None
    milestone.updated_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="withdrawn",
        milestone=milestone,
        region=place,
        changes=changes_since(before, milestone),
    )
    return milestone


# --- drafts and the monthly answer ------------------------------------------------------------


def keep_draft(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    fields: Mapping[str, Any],
) -> Draft:
    """Keep what is typed so far. Not an act on the milestone, so nothing goes to the journal.

    The milestone is locked: two windows of one person do not make the same draft twice.
    """
    milestone, _ = get_milestone(session, region, code, place=actor.place, lock=True)
    draft = session.get(Draft, (actor.id, milestone.id))
    if draft is None:
        draft = Draft(account_id=actor.id, milestone_id=milestone.id)
        session.add(draft)
    draft.fields = dict(fields)
    draft.saved_at = now
    return draft


def forget_draft(session: Session, *, actor: Identity, milestone: Milestone) -> None:
    draft = session.get(Draft, (actor.id, milestone.id))
    if draft:
        session.delete(draft)


def report_no_change(session: Session, *, actor: Identity, now: datetime) -> MonthReport:
    """「本月无变化」: an answer, so that silence and nothing-to-report differ."""
    if not actor.place.region:
        raise NotFound
    region = get_region(session, actor.place.region, place=actor.place)
    return _note_month(session, actor=actor, now=now, region=region, no_change=True)


def _note_month(
    session: Session, *, actor: Identity, now: datetime, region: Region, no_change: bool
) -> MonthReport:
    month = str(Month.of(now.date()))
    row = session.get(MonthReport, (region.code, month))
    if row is None:
        row = MonthReport(
            region_code=region.code,
            month=month,
            no_change=no_change,
            reported_at=now,
            reported_by=actor.id,
        )
        session.add(row)
    elif not row.no_change or no_change:
        # An update outweighs 无变化, and a second 无变化 says nothing new.
        return row
    else:
        row.no_change, row.reported_at, row.reported_by = False, now, actor.id
    journal.record(
        session,
        actor=actor,
        now=now,
        action="month.no_change" if no_change else "month.reported",
        kind="region",
        subject=region.code,
        label=region.name,
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        note=month,
    )
    return row
