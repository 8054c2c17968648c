"""Comments on a draft: made by whoever may draft or review it, settled by whoever has dealt with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.briefs import queries, rules
from custody.briefs.actions.drafting import record
from custody.briefs.models import Remark
from custody.briefs.rules import Status
from custody.kernel.problems import NotFound, Problem, refuse_if


def remark(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    paragraph: str,
    text: str,
) -> Remark:
    """The same words by the same person on the same paragraph, still open, are one remark."""
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    words = text.strip()
    over = [Problem("over", "简报已发布，不再征求意见；如有差错，请点击“更正”。")]
    refuse_if(over if brief.status is Status.PUBLISHED else [])
    refuse_if(rules.problems_of_remark(words))
    same = session.scalar(
        select(Remark).where(
            Remark.brief_id == brief.id,
            Remark.paragraph == paragraph[:40],
            Remark.made_by == actor.id,
            Remark.text == words,
            Remark.settled_at.is_(None),
        )
    )
    if same is not None:
        return same
    found = Remark(
        brief_id=brief.id, paragraph=paragraph[:40], text=words, made_at=now, made_by=actor.id
    )
    session.add(found)
    record(session, actor, now, "remarked", brief, note=words)
    return found


def settle(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, remark_id: int
) -> Remark:
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    found = session.scalar(
        select(Remark).where(Remark.id == remark_id, Remark.brief_id == brief.id)
    )
    if found is None:
        raise NotFound
    if found.settled_at is None:
        found.settled_at, found.settled_by = now, actor.id
        record(session, actor, now, "remark_settled", brief, note=found.text)
    return found
