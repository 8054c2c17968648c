"""What reviewers do: pass on, confirm (销号), return, reopen; one or several at once, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity, Role
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.milestones import rules
from custody.milestones.actions.lifecycles import settle
from custody.milestones.actions.record import changes_since, record, tracked
from custody.milestones.models import Milestone
from custody.milestones.queries.milestones import by_ids, get_milestone, open_predecessors
from custody.milestones.rules import Claim, Stage, Status, Step
from custody.regions.models import Region


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did. `moved`: regions that left a stage by it, and the stage they left."""

    milestones: Sequence[Milestone]
    moved: Sequence[tuple[Region, Stage]]


class Verdict(StrEnum):
    ACCEPT = "accept"
    """The city passes on, the province confirms."""
    RETURN = "return"


def decide(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    chosen: Sequence[tuple[int, int]],
    verdict: Verdict,
    reason: str = "",
) -> Decided:
    """Decide on submissions. `chosen`: (milestone id, version the reviewer saw).

    Raises Refused naming every submission that cannot be decided, Conflict when one changed.
    A second click on the same decision changes nothing.
    """
    pairs = by_ids(session, [number for number, _ in chosen], place=actor.place)
    versions = dict(chosen)
    if all(_already(actor, row, versions[row.id], verdict) for row, _ in pairs):
        return Decided([milestone for milestone, _ in pairs], [])
    with_reviewer = cities_with_reviewer(session)
    found: list[Problem] = []
    if verdict is Verdict.RETURN:
        found += rules.problems_of_return(reason)
    steps = {}
    for milestone, region in pairs:
        status = _as_seen_by(actor, milestone.status, region, with_reviewer)
        step = _step(actor, verdict, status, milestone.claim)
        steps[milestone.id] = (status, step)
        name = f"{region.name} {milestone.code} {milestone.item.name}"
        found += [
            Problem(p.code, f"{name}：{p.message}", p.where)
            for p in [
                *_problems(actor, milestone, status, step),
                *(_standing_open(session, milestone) if verdict is Verdict.ACCEPT else ()),
            ]
        ]
    refuse_if(found)
    if any(milestone.version != versions[milestone.id] for milestone, _ in pairs):
        raise Conflict
    moved: list[tuple[Region, Stage]] = []
    for milestone, region in pairs:
        status, step = steps[milestone.id]
        left = _decide_one(
            session, milestone, region, status, step, actor=actor, now=now, reason=reason
        )
        moved += [(region, stage) for stage in left]
    return Decided([milestone for milestone, _ in pairs], moved)


def _standing_open(session: Session, milestone: Milestone) -> list[Problem]:
    """What was settled when a gate was submitted may have been reopened since."""
    if not milestone.item.gate:
        return []
    return rules.problems_of_gate(open_predecessors(session, milestone))


def _already(actor: Identity, milestone: Milestone, version: int, verdict: Verdict) -> bool:
    """Is this the same person's same decision, sent twice?"""
    if milestone.version != version + 1:
        return False
    if verdict is Verdict.RETURN:
        return milestone.status is Status.RETURNED and milestone.decided_by == actor.id
    if actor.role is Role.CITY_REVIEWER:
        passed = milestone.status is Status.AWAITING_PROVINCE
        return passed and milestone.city_passed_by == actor.id
    return milestone.status.settled and milestone.decided_by == actor.id


def obstacles(
    session: Session, *, actor: Identity, milestone: Milestone, region: Region
) -> list[Problem]:
    """Why this person cannot decide on the milestone now; empty when they can."""
    status = _as_seen_by(actor, milestone.status, region, cities_with_reviewer(session))
    return _problems(
        actor, milestone, status, _step(actor, Verdict.ACCEPT, status, milestone.claim)
    )


def _as_seen_by(
    actor: Identity, status: Status, region: Region, with_reviewer: frozenset[str]
) -> Status:
    """A city without a reviewer cannot hold a submission up: the province takes it as its own."""
    orphaned = status is Status.AWAITING_CITY and region.city_code not in with_reviewer
    if orphaned and actor.role is Role.COORDINATOR:
        return Status.AWAITING_PROVINCE
    return status


def _step(actor: Identity, verdict: Verdict, status: Status, claim: Claim | None) -> Step:
    if verdict is Verdict.RETURN:
        return Step.RETURN
    if actor.role is Role.CITY_REVIEWER:
        return Step.PASS
    return Step.ACCEPT_NOT_APPLICABLE if claim is Claim.NOT_APPLICABLE else Step.CONFIRM


def _problems(actor: Identity, milestone: Milestone, status: Status, step: Step) -> list[Problem]:
    own_desk = (
        Status.AWAITING_CITY if actor.role is Role.CITY_REVIEWER else Status.AWAITING_PROVINCE
    )
    if status.awaiting and status is not own_desk:
        return [
            Problem(
                "other_desk",
                f"目前为“{status.label}”，尚未轮到您处理；请等上一环节办结。"
                if status is Status.AWAITING_CITY
                else f"目前为“{status.label}”，您已办结，请等待省级核实。",
            )
        ]
    found = rules.problems_of_step(status, step)
    if not found and milestone.submitted_by == actor.id:
        found.append(Problem("own", "不能审核自己提交的材料，请由其他审核人员办理。"))
    return found


def _decide_one(
    session: Session,
    milestone: Milestone,
    region: Region,
    status: Status,
    step: Step,
    *,
    actor: Identity,
    now: datetime,
    reason: str,
) -> list[Stage]:
    """Returns the stages that the region left by it."""
    before = tracked(milestone)
    milestone.status = rules.STEPS[status, step]
    milestone.awaiting_since = now if milestone.status.awaiting else None
    milestone.updated_at = now
    if step is Step.PASS:
        milestone.city_passed_by = actor.id
    else:
        milestone.decided_at, milestone.decided_by = now, actor.id
    if step is Step.RETURN:
        milestone.returned_reason = reason.strip()
    record(
        session,
        actor=actor,
        now=now,
        action=_EVENTS[step],
        milestone=milestone,
        region=region,
        changes=changes_since(before, milestone),
        note=reason.strip(),
    )
    if not milestone.status.settled:
        return []
    return settle(session, region, actor=actor, now=now)


_EVENTS = {
    Step.PASS: "passed",
    Step.RETURN: "returned",
    Step.CONFIRM: "confirmed",
    Step.ACCEPT_NOT_APPLICABLE: "accepted_not_applicable",
}


def reopen(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    version: int,
    reason: str,
) -> Milestone:
    """Take a confirmation back, with a reason; the region must submit again."""
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    refuse_if(
        [
            *rules.problems_of_step(milestone.status, Step.REOPEN),
            *rules.problems_of_return(reason),
        ]
    )
    if milestone.version != version:
        raise Conflict
    before = tracked(milestone)
    milestone.status = rules.STEPS[milestone.status, Step.REOPEN]
    milestone.returned_reason = reason.strip()
    milestone.decided_at, milestone.decided_by, milestone.updated_at = now, actor.id, now
    record(
        session,
        actor=actor,
        now=now,
        action="reopened",
        milestone=milestone,
        region=place,
        changes=changes_since(before, milestone),
        note=reason.strip(),
    )
    settle(session, place, actor=actor, now=now)
    return milestone


def replan(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    version: int,
    planned: date | None,
    reason: str,
) -> Milestone:
    """Set another due date for one region's milestone, with a reason that stays in the history."""
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    found = []
    if milestone.status.settled:
        found.append(
            Problem("settled", f"该里程碑已为“{milestone.status.label}”，无需调整计划日期。")
        )
    if len(reason.strip()) < 2:
        found.append(Problem("reason", "请写明调整计划日期的理由。", "reason"))
    refuse_if(found)
    if milestone.version != version:
        raise Conflict
    before = tracked(milestone)
    milestone.planned = planned
    if planned and milestone.plan_start and milestone.plan_start >= planned:
        milestone.plan_start = None
    milestone.updated_at = now
    changes = changes_since(before, milestone)
    if changes:
        record(
            session,
            actor=actor,
            now=now,
            action="replanned",
            milestone=milestone,
            region=place,
            changes=changes,
            note=reason.strip(),
        )
    return milestone
