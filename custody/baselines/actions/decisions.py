"""A draft is proposed, spoken of, returned or adopted; never changed after that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.baselines.actions.record import loaded, record, refuse_stale, repeated
from custody.baselines.models import Baseline, Comment
from custody.baselines.queries import adopted_of, counts_of, get_baseline
from custody.baselines.rules import steps
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import Step
from custody.kernel.problems import NotFound, Problem, Refused, refuse_if
from custody.mv.custody_rule import Answer, Change, Comparability


def propose(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    if same := repeated(session, actor, number, version, State.PROPOSED):
        return same
    baseline, region = loaded(session, actor, number, version, Step.PROPOSE)
    refuse_if(steps.problems_of_proposal(counts_of(session, number), _outcome(baseline)))
    refuse_stale(session, baseline, region, now)
    baseline.state = State.PROPOSED
    baseline.proposed_at, baseline.proposed_by = now, actor.id
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.proposed",
        changes={"state": (State.DRAFT, State.PROPOSED)},
    )
    return baseline


def comment(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    key: str,
    party: str,
    words: str,
) -> Comment:
    """Of the city, or on behalf of a third party that is named."""
    baseline, region = get_baseline(session, number, who=actor, lock=True)
    same = session.scalar(select(Comment).where(Comment.key == key))
    if same is not None:
        if same.by != actor.id or same.baseline_id != number:
            raise NotFound
        return same
    if baseline.state is not State.PROPOSED:
        refuse_if([Problem("step", "只能对已提交、尚未采用的基准提出意见，请刷新页面查看。")])
    if not words.strip():
        raise Refused([Problem("words", "请填写意见内容。", "words")])
    row = Comment(
        baseline_id=number,
        key=key,
        party=party.strip(),
        words=words.strip(),
        at=now,
        by=actor.id,
    )
    session.add(row)
    session.flush()
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.commented",
        changes={"words": (None, row.words), "party": (None, row.party)},
    )
    return row


def send_back(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> Baseline:
    if same := repeated(session, actor, number, version, State.DRAFT):
        return same
    baseline, region = loaded(session, actor, number, version, Step.RETURN)
    if not reason.strip():
        raise Refused([Problem("reason", "请写明退回理由，便于地区修改。", "reason")])
    before = baseline.reason
    baseline.state, baseline.reason = State.DRAFT, reason.strip()
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.returned",
        changes={
            "state": (State.PROPOSED, State.DRAFT),
            "reason": (before, baseline.reason),
        },
    )
    return baseline


def adopt(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    """From now on nothing of it changes. The one adopted before is superseded, never overwritten."""
    if same := repeated(session, actor, number, version, State.ADOPTED):
        return same
    baseline, region = loaded(session, actor, number, version, Step.ADOPT)
    refuse_stale(session, baseline, region, now)
    old = adopted_of(session, [baseline.region_code]).get(baseline.region_code)
    if old is not None:
        old.state, old.superseded_at = State.SUPERSEDED, now
        baseline.supersedes_id = old.id
        record(
            *(session, old, region),
            actor=actor,
            now=now,
            action="baseline.superseded",
            changes={"state": (State.ADOPTED, State.SUPERSEDED)},
        )
    baseline.state, baseline.adopted_at, baseline.adopted_by = State.ADOPTED, now, actor.id
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.adopted",
        changes={"state": (State.PROPOSED, State.ADOPTED)},
    )
    return baseline


def _outcome(baseline: Baseline) -> Comparability:
    return steps.outcome(
        {
            Change(name): (Answer(told["answer"]), told["words"])
            for name, told in baseline.comparability.items()
        }
    )
