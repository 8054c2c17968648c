"""From 定稿 to 发布 and the correction after it. Snapshots and PDFs are made before the transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.briefs import numbers, queries, rules, snapshot
from custody.briefs.actions.drafting import opened, record
from custody.briefs.models import Brief
from custody.briefs.rules import Status, Step
from custody.briefs.snapshot import Snapshot
from custody.infra.files import Stored
from custody.kernel.problems import Problem, refuse_if
from custody.regions.models import Province

MARK_LEFT = Problem("mark", "正文中还有没有填上的数据项（⟦…⟧），请改正后再定稿。")


def problems_before_freezing(session: Session, brief: Brief) -> None:
    """Raise Refused with what is missing; asked before the PDF is made and again when it is kept."""
    refuse_if(
        [
            *rules.problems_of_step(brief.status, Step.FREEZE),
            *rules.problems_of_masthead(
                issuer=brief.issuer,
                issue=brief.issue,
                taken=_taken(session, brief),
            ),
        ]
    )


def _taken(session: Session, brief: Brief) -> list[int]:
    """A correction carries the number of what it corrects, and what that one corrected."""
    return [] if brief.replaces_id is not None else queries.numbers_taken(session, brief)


def freeze(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    content: Snapshot,
    pdf: Stored,
) -> Brief:
    """Keep the snapshot and its PDF. The PDF was made from this very snapshot beforehand."""
    brief = opened(session, brief_id, Step.FREEZE, actor=actor, version=version)
    _one_at_a_time(session, brief)
    problems_before_freezing(session, brief)
    texts = [paragraph["text"] for paragraph in snapshot.paragraphs_of(content)]
    refuse_if([MARK_LEFT] if any(numbers.has_marks(text) for text in texts) else [])
    brief.status = rules.STEPS[brief.status, Step.FREEZE]
    _keep(brief, content, pdf)
    brief.frozen_at, brief.frozen_by = now, actor.id
    brief.reviewed_at = brief.reviewed_by = None
    brief.returned = ""
    record(session, actor, now, "frozen", brief, _digests(brief))
    return brief


def _one_at_a_time(session: Session, brief: Brief) -> None:
    """Two briefs must not take the same number."""
    session.execute(
        select(Province.code).where(Province.code == brief.province_code).with_for_update()
    )


def _keep(brief: Brief, content: Snapshot, pdf: Stored) -> None:
    brief.snapshot, brief.digest = content, snapshot.digest(content)
    brief.pdf_digest, brief.pdf_size = pdf.digest, pdf.size


def _digests(brief: Brief) -> dict[str, tuple[object, object]]:
    return {"digest": ("", brief.digest), "pdf_digest": ("", brief.pdf_digest)}


def thaw(session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int) -> Brief:
    """Back to the draft: the snapshot and its PDF are let go (the journal keeps their digests)."""
    brief = opened(session, brief_id, Step.THAW, actor=actor, version=version)
    _let_go(session, brief, "thawed", Step.THAW, actor=actor, now=now)
    return brief


def give_back(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    reason: str,
) -> Brief:
    """The second person sends it back with what to change."""
    brief = opened(session, brief_id, Step.RETURN, actor=actor, version=version)
    words = reason.strip()
    refuse_if(rules.problems_of_reason(words))
    brief.returned = words
    _let_go(session, brief, "returned", Step.RETURN, actor=actor, now=now, note=words)
    return brief


def _let_go(
    session: Session,
    brief: Brief,
    action: str,
    step: Step,
    *,
    actor: Identity,
    now: datetime,
    note: str = "",
) -> None:
    changes: dict[str, tuple[object, object]] = {"digest": (brief.digest, "")}
    brief.status = rules.STEPS[brief.status, step]
    brief.snapshot, brief.digest, brief.pdf_digest, brief.pdf_size = None, "", "", 0
    brief.frozen_at = brief.frozen_by = brief.reviewed_at = brief.reviewed_by = None
    record(session, actor, now, action, brief, changes, note=note)


def review(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int
) -> Brief:
    """A second person has read what will be published. A second click changes nothing."""
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    if brief.status is Status.REVIEWED and brief.reviewed_by == actor.id:
        return brief
    brief = opened(session, brief_id, Step.REVIEW, actor=actor, version=version)
    refuse_if(rules.problems_of_reviewer(actor.id, brief.frozen_by))
    brief.status = rules.STEPS[brief.status, Step.REVIEW]
    brief.reviewed_at, brief.reviewed_by = now, actor.id
    record(session, actor, now, "reviewed", brief)
    return brief


def numbers_of(
    session: Session, brief: Brief, *, issue: int | None = None, total: int | None = None
) -> tuple[int, int]:
    """(issue, running total) it will carry: those chosen now or while it was a draft, else the next;
    a correction keeps the numbers of what it corrects."""
    if brief.replaces_id is not None:
        old = session.get_one(Brief, brief.replaces_id)
        return old.issue or 1, old.total or 1
    next_issue, next_total = queries.next_numbers(session, brief)
    return issue or brief.issue or next_issue, total or brief.total or next_total


def publish(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    content: Snapshot,
    pdf: Stored,
    issue: int | None = None,
    total: int | None = None,
    mailed: bool = False,
) -> Brief:
    """From now on nothing of it changes. A second click finds it published and does nothing.

    `content` is the reviewed snapshot with its numbers (`issue` and `total` if chosen now). Refused
    (`number_taken`) where another brief has taken the number since then: make both anew and ask
    again. `mailed`: the PDF goes to whoever wants briefs by mail at once.
    """
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    if brief.status is Status.PUBLISHED and brief.version == version + 1:
        return brief
    brief = opened(session, brief_id, Step.PUBLISH, actor=actor, version=version)
    assert brief.snapshot is not None
    _one_at_a_time(session, brief)
    issue, total = numbers_of(session, brief, issue=issue, total=total)
    problems_of_number(session, brief, issue)
    base_url = content["masthead"].get("base_url", "")
    if content != snapshot.numbered(brief.snapshot, issue=issue, total=total, base_url=base_url):
        refuse_if([Problem("number_taken", "期号刚被另一份简报使用，请再点击一次“发布”。")])
    brief.status = rules.STEPS[brief.status, Step.PUBLISH]
    brief.issue, brief.total = issue, total
    _keep(brief, content, pdf)
    brief.published_at, brief.published_by = now, actor.id
    brief.mailed = mailed
    record(session, actor, now, "published", brief, _digests(brief))
    return brief


def problems_of_number(session: Session, brief: Brief, issue: int) -> None:
    """Raise Refused where another brief of the year carries the number."""
    taken = _taken(session, brief)
    refuse_if(rules.problems_of_masthead(issuer=brief.issuer, issue=issue, taken=taken))


def correct(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, reason: str
) -> Brief:
    """A draft that will take the place of a published brief; a second click finds it begun."""
    old = queries.get_brief(session, brief_id, actor, lock=True)
    begun = session.scalar(select(Brief).where(Brief.replaces_id == old.id))
    if begun is not None:
        return begun
    words = reason.strip()
    refuse_if([*rules.problems_of_correction(old.status), *rules.problems_of_reason(words)])
    new = Brief(
        province_code=old.province_code,
        city_code=old.city_code,
        region_code=old.region_code,
        scope_name=old.scope_name,
        form=old.form,
        period=old.period,
        status=Status.DRAFT,
        as_of=old.as_of,
        title=old.title,
        issuer=old.issuer,
        year=old.year,
        issue=old.issue,
        total=old.total,
        day=now.date(),
        salutation=old.salutation,
        copies=old.copies,
        editor=old.editor,
        phone=old.phone,
        words=old.words,
        ranked=old.ranked,
        replaces_id=old.id,
        note=words,
        returned="",
        mailed=False,
        digest="",
        pdf_digest="",
        pdf_size=0,
        created_at=now,
        created_by=actor.id,
    )
    session.add(new)
    session.flush()
    record(session, actor, now, "corrected", new, note=words)
    return new
