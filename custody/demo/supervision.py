"""The year's 督办单 and problems, played through the actions that people use; tales.py tells them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from custody.demo import people
from custody.demo.courses import day
from custody.demo.story import Act
from custody.demo.tales import TALES, Tale
from custody.infra import clock
from custody.infra.files import Stored
from custody.infra.pdf import RenderFailed
from custody.milestones.queries.milestones import get_milestone
from custody.supervision import render
from custody.supervision.actions import answering, deciding, drafting, issuing
from custody.supervision.actions.answering import Reply
from custody.supervision.actions.deciding import Verdict
from custody.supervision.actions.issuing import Printed
from custody.supervision.queries.matters import get_matter
from custody.supervision.rules import Wording

if TYPE_CHECKING:
    from custody.demo.play import Player


_STEP = re.compile(r"(\d{4})([a-zA-Z])(?:>(\d{4}))?")
_VERBS = {
    "i": "order_issue",
    "d": "order_draft",
    "e": "problem_enter",
    "E": "problem_enter",
    "r": "matter_report",
    "a": "matter_answer",
    "c": "matter_accept",
    "p": "matter_accept",
    "R": "matter_return",
    "Q": "matter_return",
    "o": "matter_reopen",
    "u": "matter_escalate",
}


def acts(until: datetime) -> list[Act]:
    """All of them; whoever plays leaves out what is not past yet."""
    return [act for number, tale in enumerate(TALES) for act in _told(number, tale)]


def _told(number: int, tale: Tale) -> Iterator[Act]:
    seat = next(one for one in people.seats() if one.code == tale.region)
    words = iter(tale.words.split("|"))
    for text in tale.life.split():
        match = _STEP.fullmatch(text)
        assert match, text
        mark = match[2]
        actor = seat.slug
        if mark in "cR":
            actor = people.reviewer_of(seat.city)
        elif mark in "idEpQou":
            actor = people.COORDINATORS[number % 2]
        said = next(words) if mark in "ra" else tale.reason if mark in "RQo" else ""
        act = Act(
            at=_at(day(match[1]), mark, number),
            actor=actor,
            what=_VERBS[mark],
            region=tale.region,
            codes=(tale.milestone,) if tale.milestone else (),
            day=day(match[3]) if match[3] else None,
            words=said,
            values={"tale": number},
        )
        if mark == "a":
            yield replace(act, at=clock.at(act.at.date(), 16, 20 + number), what="matter_attach")
        yield act


def _at(on: date, mark: str, number: int) -> datetime:
    """Late in the afternoon, after everybody's work on the milestones."""
    if mark == "u":
        return clock.at(on, 9, 0, number)
    return clock.at(on, 16, 45 + number // 3, number % 3 * 20)


# --- played ----------------------------------------------------------------------------------


_ROWS: WeakKeyDictionary[Player, dict[int, int]] = WeakKeyDictionary()
"""Tale → the id of its row, of every play that is going on."""


def _rows(player: Player) -> dict[int, int]:
    return _ROWS.setdefault(player, {})


def _matter(player: Player, act: Act) -> int | None:
    """The id of the tale's row; None where it never came to be (nothing can be printed here)."""
    return _rows(player).get(_tale_number(act))


def _tale_number(act: Act) -> int:
    number = act.values["tale"]
    assert isinstance(number, int)
    return number


def _name(tale: Tale) -> str:
    return next(seat.region for seat in people.seats() if seat.code == tale.region)


def _draft(player: Player, act: Act) -> None:
    number = _tale_number(act)
    tale, actor = TALES[number], player.actors[act.actor]
    if tale.milestone:
        row, _ = get_milestone(player.session, tale.region, tale.milestone, place=actor.place)
        [matter] = drafting.draft_for_lights(
            player.session, actor=actor, now=act.at, milestones=[row.id]
        )
    else:
        province = actor.place.province
        matter = drafting.draft(
            player.session,
            actor=actor,
            now=act.at,
            region=tale.region,
            wording=Wording(
                title=tale.title,
                unit=people.lead_unit(_name(tale)),
                level=tale.level,
                due=day(tale.due),
                what=tale.what,
                requirement=drafting.requirement_of(player.session, province),
                basis=drafting.basis_of(player.session, province),
            ),
        )
    _rows(player)[number] = matter.id


def _issue(player: Player, act: Act) -> None:
    """Where nothing can be printed here the order stays a draft."""
    _draft(player, act)
    actor, number = player.actors[act.actor], _rows(player)[_tale_number(act)]
    player.session.flush()
    chosen = [(number, _version(player, number, act))]
    planned = issuing.papers_of(player.session, actor=actor, now=act.at, chosen=chosen, demo=True)
    try:
        printed: dict[int, Printed] = {
            matter: Printed(prefix, running, _stored(player, render.pdf_here(paper)))
            for matter, prefix, running, paper in planned
        }
    except RenderFailed:
        del _rows(player)[_tale_number(act)]
        return
    issuing.issue(player.session, actor=actor, now=act.at, chosen=chosen, printed=printed)


def _stored(player: Player, pdf: bytes) -> Stored:
    return player.store.put(io.BytesIO(pdf))


def _version(player: Player, number: int, act: Act) -> int:
    """The row as it is now: its version is what the person saw."""
    player.session.flush()
    matter, _ = get_matter(player.session, number, who=player.actors[act.actor])
    return matter.version


def _enter(player: Player, act: Act) -> None:
    number = _tale_number(act)
    tale, actor = TALES[number], player.actors[act.actor]
    assert tale.source is not None
    matter = drafting.enter(
        player.session,
        actor=actor,
        now=act.at,
        region=tale.region,
        source=tale.source,
        milestone=tale.milestone,
        wording=Wording(
            title=tale.title,
            unit=people.lead_unit(_name(tale)),
            level=tale.level,
            due=day(tale.due),
            what=tale.what,
            requirement="请按期整改，附佐证材料后申请销号。",
        ),
    )
    _rows(player)[number] = matter.id


def _report(player: Player, act: Act) -> None:
    _answer(player, act, final=False)


def _finish(player: Player, act: Act) -> None:
    _answer(player, act, final=True)


def _answer(player: Player, act: Act, *, final: bool) -> None:
    number = _matter(player, act)
    if number is None:
        return
    order = TALES[_tale_number(act)].source is None
    answering.answer(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=number,
        version=_version(player, number, act),
        reply=Reply(act.words, act.day, final=final, forecast=order),
    )


def _attach(player: Player, act: Act) -> None:
    number = _matter(player, act)
    if number is None:
        return
    answering.attach(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=number,
        files=[
            player.papers.paper("整改佐证材料", "pdf"),
            player.papers.paper("整改现场照片", "png"),
        ],
    )


def _accept(player: Player, act: Act) -> None:
    _decide(player, act, Verdict.ACCEPT)


def _send_back(player: Player, act: Act) -> None:
    _decide(player, act, Verdict.RETURN)


def _decide(player: Player, act: Act, verdict: Verdict) -> None:
    number = _matter(player, act)
    if number is None:
        return
    deciding.decide(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        chosen=[(number, _version(player, number, act))],
        verdict=verdict,
        reason=act.words,
    )


def _reopen(player: Player, act: Act) -> None:
    number = _matter(player, act)
    if number is None:
        return
    deciding.reopen(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=number,
        version=_version(player, number, act),
        reason=act.words,
    )


def _escalate(player: Player, act: Act) -> None:
    player.session.flush()
    issuing.escalate_due(player.session, now=act.at)


VERBS: Mapping[str, Callable[[Player, Act], None]] = {
    "order_draft": _draft,
    "order_issue": _issue,
    "problem_enter": _enter,
    "matter_report": _report,
    "matter_attach": _attach,
    "matter_answer": _finish,
    "matter_accept": _accept,
    "matter_return": _send_back,
    "matter_reopen": _reopen,
    "matter_escalate": _escalate,
}
