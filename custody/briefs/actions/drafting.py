"""Verbs about briefs. Facts are gathered and the PDF is made before the transaction begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Level, Place
from custody.briefs import changes, numbers, queries, rules, snapshot
from custody.briefs.gathering import Gathered, gathered
from custody.briefs.models import Brief
from custody.briefs.numbers import Doubt
from custody.briefs.rules import Form, Status, Step
from custody.briefs.snapshot import Masthead, Snapshot
from custody.infra import journal
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.regions.models import City
from custody.regions.queries import get_province, place_name, programme_began


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the coordinator decides about a brief."""

    as_of: date
    title: str
    issuer: str
    issue: int | None
    total: int | None
    day: date
    salutation: str
    copies: Sequence[tuple[str, str]]
    editor: str
    phone: str
    words: Mapping[str, str]
    ranked: bool = False


def first_wishes(
    session: Session, place: Place, *, as_of: date, today: date, editor: str = ""
) -> Wanted:
    """Where a new brief starts: the masthead of the last one of this place, the next number.

    `editor` is whoever drafts; their telephone is known if they drafted the last one too.
    """
    last = queries.latest_like(session, place)
    issuer = last.issuer if last else _issuer(session, place)
    return wishes_after(last, issuer, as_of=as_of, today=today, editor=editor)


def wishes_after(
    last: Brief | None, issuer: str, *, as_of: date, today: date, editor: str = ""
) -> Wanted:
    return Wanted(
        as_of=as_of,
        title="",
        issuer=issuer,
        issue=None,
        total=None,
        day=today,
        salutation=last.salutation if last else "",
        copies=[(kind, receivers) for kind, receivers in last.copies] if last else [],
        editor=editor,
        phone=last.phone if last and last.editor == editor else "",
        words={},
    )


def _issuer(session: Session, place: Place) -> str:
    """The office in charge: the province's by the notice, a city's by the rule of its name."""
    if place.level is Level.PROVINCE:
        return get_province(session, place.province).lead
    city = session.get_one(City, place.city)
    return f"{city.name}机关事务管理局"


def compose(
    session: Session,
    place: Place,
    wanted: Wanted,
    *,
    demo: bool,
    form: Form = Form.BRIEF,
    period: str = "",
    replaces: str = "",
    found: Gathered | None = None,
) -> Snapshot:
    """All the brief says, as of its day, with the coordinator's words. Reads only.

    `found`: what was gathered already, where a page shows the brief more than once.
    """
    known = found or gathered(session, place, wanted.as_of, form=form, demo=demo)
    return worded(known, wanted, form=form, period=period, replaces=replaces)


def worded(
    known: Gathered,
    wanted: Wanted,
    *,
    form: Form = Form.BRIEF,
    period: str = "",
    replaces: str = "",
) -> Snapshot:
    """What was gathered in the coordinator's words."""
    masthead = Masthead(
        issuer=wanted.issuer,
        year=wanted.as_of.year,
        day=wanted.day,
        issue=wanted.issue,
        total=wanted.total,
        salutation=wanted.salutation,
        copies=wanted.copies,
        editor=wanted.editor,
        phone=wanted.phone,
        title=wanted.title,
        period=period,
        replaces=replaces,
    )

    def frozen(words: Mapping[str, str]) -> Snapshot:
        return snapshot.freeze(
            known.facts,
            masthead=masthead,
            words=words,
            form=form,
            ranked=wanted.ranked,
            more=known.more,
            last=known.last,
        )

    if not any(numbers.has_marks(text) for text in wanted.words.values()):
        return frozen(wanted.words)
    values = changes.named_figures(frozen({}))
    return frozen({key: numbers.filled(text, values) for key, text in wanted.words.items()})


def gathered_for(session: Session, brief: Brief, *, demo: bool) -> Gathered:
    return gathered(session, brief.place, brief.as_of, form=brief.form, demo=demo)


def content_of(
    session: Session,
    brief: Brief,
    *,
    demo: bool,
    words: Mapping[str, str] | None = None,
    found: Gathered | None = None,
) -> Snapshot:
    """What the draft says now; `words` as typed so far instead of those saved."""
    wanted = wishes_of(brief)
    if words is not None:
        wanted = replace(wanted, words=words)
    return compose(
        session,
        brief.place,
        wanted,
        demo=demo,
        form=brief.form,
        period=brief.period,
        replaces=_replaced(session, brief),
        found=found,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What is doubtful about the words of a draft."""

    values: Mapping[str, str]
    """Name of a figure → what a field of that name is filled with."""
    doubts: Sequence[Doubt]
    """Figures typed otherwise than the facts have them: a warning."""
    problems: Sequence[Problem]
    """Fields that name nothing: these cannot be printed."""


def checked(drafted: Snapshot, words: Mapping[str, str]) -> Checked:
    """`drafted`: the brief without edited words."""
    values = changes.named_figures(drafted)
    return Checked(
        values,
        numbers.doubts_in(drafted, words, values),
        numbers.problems_in(drafted, words, values),
    )


def _replaced(session: Session, brief: Brief) -> str:
    """The words of a correction: which one it takes the place of, and why."""
    if brief.replaces_id is None:
        return ""
    old = session.get_one(Brief, brief.replaces_id)
    return replaced_words(old, brief)


def replaced_words(old: Brief, brief: Brief) -> str:
    assert old.published_at is not None
    return f"本期为更正版，替代{full_day(old.published_at.date())}发布的同期简报。更正说明：{brief.note}"


def wishes_of(brief: Brief) -> Wanted:
    return Wanted(
        as_of=brief.as_of,
        title=brief.title,
        issuer=brief.issuer,
        issue=brief.issue,
        total=brief.total,
        day=brief.day,
        salutation=brief.salutation,
        copies=[(kind, receivers) for kind, receivers in brief.copies],
        editor=brief.editor,
        phone=brief.phone,
        words=brief.words,
        ranked=brief.ranked,
    )


def start(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    place: Place,
    wanted: Wanted,
    form: Form = Form.BRIEF,
    period: str = "",
) -> Brief:
    _check_day(session, wanted.as_of, now.date(), period, province=actor.place.province)
    brief = Brief(
        province_code=place.province,
        city_code=place.city,
        region_code=place.region,
        scope_name=place_name(session, place),
        form=form,
        period=period,
        status=Status.DRAFT,
        digest="",
        pdf_digest="",
        pdf_size=0,
        created_at=now,
        created_by=actor.id,
        note="",
        returned="",
        mailed=False,
    )
    _write(brief, wanted)
    session.add(brief)
    session.flush()
    record(session, actor, now, "drafted", brief)
    return brief


def _check_day(session: Session, as_of: date, today: date, period: str, *, province: str) -> None:
    since = programme_began(session, province)
    refuse_if(
        rules.problems_of_as_of(as_of, today=today, since=since)
        or rules.problems_of_period(period, as_of)
    )


def _write(brief: Brief, wanted: Wanted) -> None:
    brief.as_of, brief.title, brief.issuer = wanted.as_of, wanted.title, wanted.issuer
    brief.year, brief.issue, brief.total = wanted.as_of.year, wanted.issue, wanted.total
    brief.day, brief.salutation = wanted.day, wanted.salutation
    brief.copies = [list(line) for line in wanted.copies]
    brief.editor, brief.phone = wanted.editor, wanted.phone
    brief.words, brief.ranked = dict(wanted.words), wanted.ranked


def opened(session: Session, brief_id: int, step: Step, *, actor: Identity, version: int) -> Brief:
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    refuse_if(rules.problems_of_step(brief.status, step))
    if brief.version != version:
        raise Conflict
    return brief


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    wanted: Wanted,
) -> Brief:
    brief = opened(session, brief_id, Step.EDIT, actor=actor, version=version)
    _check_day(session, wanted.as_of, now.date(), brief.period, province=actor.place.province)
    before = _visible(brief)
    _write(brief, wanted)
    after = _visible(brief)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        record(session, actor, now, "edited", brief, changes)
    return brief


def _visible(brief: Brief) -> dict[str, object]:
    return {
        "as_of": brief.as_of,
        "title": brief.title,
        "issuer": brief.issuer,
        "issue": brief.issue,
        "total": brief.total,
        "day": brief.day,
        "salutation": brief.salutation,
        "copies": rules.copies_text(brief.copies),
        "editor": brief.editor,
        "phone": brief.phone,
        "words": brief.words,
        "ranked": brief.ranked,
    }


def discard(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int
) -> None:
    brief = opened(session, brief_id, Step.DISCARD, actor=actor, version=version)
    record(session, actor, now, "discarded", brief)
    session.delete(brief)


def label_of(brief: Brief) -> str:
    """无锡市工作简报〔2026〕第3期."""
    number = f"〔{brief.year}〕第{brief.issue}期" if brief.issue else "（未编号）"
    return f"{brief.scope_name}{brief.form.label}{number}"


def record(
    session: Session,
    actor: Identity,
    now: datetime,
    action: str,
    brief: Brief,
    changes: Mapping[str, tuple[object, object]] | None = None,
    *,
    note: str = "",
    modifies: bool = True,
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"brief.{action}",
        kind="brief",
        subject=brief.id,
        label=label_of(brief),
        province=brief.province_code,
        city=brief.city_code,
        region=brief.region_code,
        changes=changes,
        note=note,
        modifies=modifies,
    )
