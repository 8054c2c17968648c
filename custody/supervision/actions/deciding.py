"""What reviewers do: the city passes on or returns, the province closes (销号), returns, reopens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity, Role
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.regions.models import Region
from custody.supervision import rules
from custody.supervision.actions.drafting import due_of
from custody.supervision.actions.record import changes_since, record, tracked
from custody.supervision.models import Matter
from custody.supervision.queries.candidates import order_for
from custody.supervision.queries.matters import by_ids, get_matter
from custody.supervision.rules import Kind, Status, Step


class Verdict(StrEnum):
    ACCEPT = "accept"
    """The city passes on, the province closes."""
    RETURN = "return"


def decide(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    chosen: Sequence[tuple[int, int]],
    verdict: Verdict,
    reason: str = "",
) -> list[Matter]:
    """Decide on what waits here, all or none. `chosen`: (id, version the reviewer saw).

    Raises Refused naming every one that cannot be decided, Conflict when one changed. A second
    click on the same decision changes nothing.
    """
    rows = by_ids(session, [number for number, _ in chosen], who=actor)
    versions = dict(chosen)
    if all(_already(actor, matter, versions[matter.id], verdict) for matter, _ in rows):
        return [matter for matter, _ in rows]
    reviewed = cities_with_reviewer(session)
    found: list[Problem] = []
    if verdict is Verdict.RETURN:
        found += rules.problems_of_reason(reason, "退回")
    for matter, region in rows:
        name = rules.named(region.name, matter.title)
        found += [
            Problem(one.code, f"{name}：{one.message}", one.where)
            for one in obstacles(actor, matter, region, reviewed, verdict)
        ]
    refuse_if(found)
    if any(matter.version != versions[matter.id] for matter, _ in rows):
        raise Conflict
    for matter, region in rows:
        step = _step(actor, verdict)
        status = _as_seen_by(actor, matter.status, region, reviewed)
        _decide_one(session, matter, region, status, step, actor=actor, now=now, reason=reason)
    return [matter for matter, _ in rows]


def _already(actor: Identity, matter: Matter, version: int, verdict: Verdict) -> bool:
    if matter.version != version + 1:
        return False
    if verdict is Verdict.RETURN:
        return matter.status is Status.RETURNED and matter.decided_by == actor.id
    if actor.role is Role.CITY_REVIEWER:
        passed = matter.status is Status.AWAITING_PROVINCE
        return passed and matter.city_passed_by == actor.id
    return matter.status is Status.CLOSED and matter.decided_by == actor.id


def _step(actor: Identity, verdict: Verdict) -> Step:
    if verdict is Verdict.RETURN:
        return Step.RETURN
    return Step.PASS if actor.role is Role.CITY_REVIEWER else Step.CLOSE


def _as_seen_by(
    actor: Identity, status: Status, region: Region, reviewed: frozenset[str]
) -> Status:
    """A city without a reviewer cannot hold anything up: the province takes it as its own."""
    orphaned = status is Status.AWAITING_CITY and region.city_code not in reviewed
    if orphaned and actor.role is Role.COORDINATOR:
        return Status.AWAITING_PROVINCE
    return status


def obstacles(
    actor: Identity,
    matter: Matter,
    region: Region,
    reviewed: frozenset[str],
    verdict: Verdict = Verdict.ACCEPT,
) -> list[Problem]:
    """Why this person cannot decide on it now; empty when they can."""
    status = _as_seen_by(actor, matter.status, region, reviewed)
    own_desk = (
        Status.AWAITING_CITY if actor.role is Role.CITY_REVIEWER else Status.AWAITING_PROVINCE
    )
    if status.awaiting and status is not own_desk:
        words = (
            "目前为“待市审”，尚未轮到您处理；请等设区市审核后再办。"
            if status is Status.AWAITING_CITY
            else "目前为“待省核”，您已办结，请等待省级核实。"
        )
        return [Problem("other_desk", words)]
    found = rules.problems_of_step(matter.kind, status, _step(actor, verdict))
    if not found and matter.answered_by == actor.id:
        found.append(Problem("own", "不能审核自己报送的反馈，请由其他审核人员办理。"))
    return found


def _decide_one(
    session: Session,
    matter: Matter,
    region: Region,
    status: Status,
    step: Step,
    *,
    actor: Identity,
    now: datetime,
    reason: str,
) -> None:
    before, due = tracked(matter), _due_again(session, matter, now)
    matter.status = rules.STEPS[matter.kind][status, step]
    matter.updated_at = now
    if step is Step.PASS:
        matter.city_passed_at, matter.city_passed_by = now, actor.id
        matter.awaiting_since = now
    else:
        matter.decided_at, matter.decided_by = now, actor.id
        matter.awaiting_since = None
    if step is Step.RETURN:
        matter.returned_reason, matter.due = reason.strip(), due
    record(
        session,
        actor=actor,
        now=now,
        action=_EVENTS[step],
        matter=matter,
        region=region,
        changes=changes_since(before, matter),
        note=reason.strip(),
    )


_EVENTS = {
    Step.PASS: "supervision.passed",
    Step.RETURN: "supervision.returned",
    Step.CLOSE: "supervision.closed",
}


def _due_again(session: Session, matter: Matter, now: datetime) -> date:
    """Who gets work back has as many working days for it as at first."""
    again = due_of(session, matter.province_code, matter.level, now.date())
    return max(matter.due or again, again)


def reopen(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> Matter:
    """Take a 销号 back, with a reason; the region must answer again. A second click is harmless."""
    matter, region = get_matter(session, number, who=actor, lock=True)
    same = matter.status is Status.RETURNED and matter.decided_by == actor.id
    if same and matter.version == version + 1 and matter.returned_reason == reason.strip():
        return matter
    found = [
        *rules.problems_of_step(matter.kind, matter.status, Step.REOPEN),
        *rules.problems_of_reason(reason, "重新打开"),
    ]
    if not found and matter.kind is Kind.ORDER and matter.milestone_code:
        newer = order_for(session, matter.region_code, matter.milestone_code)
        if newer is not None:
            words = f"该里程碑已另有{newer.status.label}的督办单，请在那一件中继续督办。"
            found.append(Problem("ordered", words))
    refuse_if(found)
    if matter.version != version:
        raise Conflict
    before, due = tracked(matter), _due_again(session, matter, now)
    matter.status = rules.STEPS[matter.kind][matter.status, Step.REOPEN]
    matter.returned_reason, matter.due = reason.strip(), due
    matter.decided_at, matter.decided_by, matter.updated_at = now, actor.id, now
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.reopened",
        matter=matter,
        region=region,
        changes=changes_since(before, matter),
        note=reason.strip(),
    )
    return matter
