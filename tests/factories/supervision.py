"""Orders and problems in every state, brought there by the verbs people use."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Role
from custody.infra import clock
from custody.infra.files import FileStore
from custody.infra.uploads import NewFile
from custody.regions.models import Region
from custody.supervision.actions import answering, deciding, drafting, issuing, settings
from custody.supervision.actions.answering import Reply
from custody.supervision.actions.deciding import Verdict
from custody.supervision.actions.issuing import Printed
from custody.supervision.models import Matter
from custody.supervision.rules import Level, Source, Wording
from tests.factories import people, programme, province

WORDING = Wording(
    title="能耗数据报送滞后",
    unit="宜兴市机关事务管理局",
    level=Level.YELLOW,
    due=None,
    what="连续两个月未按期报送能耗数据。",
    requirement="请明确专人负责，按月报送。",
    basis="《年度通知》",
)
MEASURES = "已明确专人负责，补报两个月数据。"


def _coordinator(session: Session, region: str) -> Identity:
    place = session.get_one(Region, region).province_code
    return programme.account_at(session, Role.COORDINATOR, place)


def _officer(session: Session, region: str) -> Identity:
    return programme.account_at(session, Role.OFFICER, region)


def _due(now: datetime) -> date:
    return now.date() + timedelta(days=7)


def drafted(
    session: Session, region: str, *, now: datetime | None = None, **words: object
) -> Matter:
    """A 督办单 no light asks for, to be answered in a week."""
    now = now or clock.now()
    wording = replace(WORDING, due=_due(now))
    return drafting.draft(
        session,
        actor=_coordinator(session, region),
        now=now,
        region=region,
        wording=replace(wording, **words),  # type: ignore[arg-type]
    )


def drafted_for(session: Session, region: str, code: str, *, now: datetime | None = None) -> Matter:
    """A draft out of a milestone's light."""
    row = programme.milestone(session, region, code)
    [matter] = drafting.draft_for_lights(
        session,
        actor=_coordinator(session, region),
        now=now or clock.now(),
        milestones=[row.id],
    )
    return matter


def issue(session: Session, *matters: Matter, now: datetime | None = None) -> None:
    """Handed over, each with the bytes of PDF as its paper."""
    now = now or clock.now()
    session.flush()
    actor = _coordinator(session, matters[0].region_code)
    chosen = [(one.id, one.version) for one in matters]
    planned = issuing.papers_of(session, actor=actor, now=now, chosen=chosen, demo=False)
    paper = programme._stored(programme.PDF)
    printed = {number: Printed(prefix, running, paper) for number, prefix, running, _ in planned}
    issuing.issue(session, actor=actor, now=now, chosen=chosen, printed=printed)
    session.flush()


def issued(
    session: Session, region: str, *, now: datetime | None = None, **words: object
) -> Matter:
    matter = drafted(session, region, now=now, **words)
    issue(session, matter, now=now)
    return matter


def entered(
    session: Session,
    region: str,
    *,
    now: datetime | None = None,
    actor: Identity | None = None,
    **words: object,
) -> Matter:
    """A problem found at the acceptance of the platform, entered by the region's officer."""
    now = now or clock.now()
    wording = replace(WORDING, title="采集点断传", due=_due(now))
    matter = drafting.enter(
        session,
        actor=actor or _officer(session, region),
        now=now,
        region=region,
        source=Source.ACCEPTANCE,
        milestone="",
        wording=replace(wording, **words),  # type: ignore[arg-type]
    )
    session.flush()
    return matter


def file_put(
    session: Session,
    matter: Matter,
    *,
    store: FileStore | None = None,
    now: datetime | None = None,
) -> int:
    """One PDF for the next answer; its id."""
    data = programme.PDF
    stored = store.put(io.BytesIO(data)) if store else programme._stored(data)
    added = answering.attach(
        session,
        actor=_officer(session, matter.region_code),
        now=now or clock.now(),
        number=matter.id,
        files=[NewFile("整改验收单.pdf", stored, programme.PDF_TYPE)],
    )
    return added[0].id


def answered(
    session: Session,
    matter: Matter,
    *,
    final: bool = True,
    measures: str = MEASURES,
    promised: date | None = None,
    forecast: bool = False,
    store: FileStore | None = None,
    now: datetime | None = None,
) -> Matter:
    """Answered: with a file and 申请销号, or a 阶段反馈 that promises a day in two weeks."""
    now = now or clock.now()
    if final:
        file_put(session, matter, store=store, now=now)
    elif promised is None:
        promised = now.date() + timedelta(days=14)
    session.flush()
    answering.answer(
        session,
        actor=_officer(session, matter.region_code),
        now=now,
        number=matter.id,
        version=matter.version,
        reply=Reply(measures, promised, final=final, forecast=forecast),
    )
    session.flush()
    return matter


def decided(
    session: Session,
    matter: Matter,
    role: Role,
    *,
    verdict: Verdict = Verdict.ACCEPT,
    reason: str = "",
    now: datetime | None = None,
) -> Matter:
    region = session.get_one(Region, matter.region_code)
    place = region.city_code if role is Role.CITY_REVIEWER else region.province_code
    session.flush()
    deciding.decide(
        session,
        actor=programme.account_at(session, role, place),
        now=now or clock.now(),
        chosen=[(matter.id, matter.version)],
        verdict=verdict,
        reason=reason,
    )
    session.flush()
    return matter


def closed(session: Session, matter: Matter, *, now: datetime | None = None) -> Matter:
    """Answered, passed by the city (which must have a reviewer), 已销号."""
    answered(session, matter, now=now)
    decided(session, matter, Role.CITY_REVIEWER, now=now)
    return decided(session, matter, Role.COORDINATOR, now=now)


# --- all of it --------------------------------------------------------------------------------

OPEN, AWAITING, DRAFT = "数据报送滞后", "计量点接入不全", "专班例会未召开"


def lived_in(session: Session, *, store: FileStore | None = None) -> None:
    """宜兴市: an open order with a draft of an answer and a file, one at the city, one closed, a
    draft, and a problem; the province has set how it supervises."""
    yixing, now = people.YIXING, clock.now()
    coordinator = _coordinator(session, yixing)
    settings.save(
        session,
        actor=coordinator,
        now=now,
        version=0,
        values={**_values(session), "prefix": "督办单"},
    )
    session.flush()
    order = issued(session, yixing, title=OPEN)
    file_put(session, order, store=store)
    answering.keep_draft(
        session,
        actor=_officer(session, yixing),
        now=now,
        number=order.id,
        fields={"notes": "还没写完", "forecast": ""},
    )
    answered(session, issued(session, yixing, title=AWAITING), store=store)
    closed(session, issued(session, yixing, title="名录核对不及时"))
    drafted(session, yixing, title=DRAFT)
    entered(session, yixing)


def _values(session: Session) -> dict[str, object]:
    values = settings.current(session, people.JIANGSU)
    values.pop("version")
    return values


def next_door(session: Session) -> None:
    """What lies beyond the border: orders and problems of 张家港市 and of 云山省."""
    for region in (people.ZHANGJIAGANG, province.region_code(1)):
        order = issued(session, region, title=OPEN)
        file_put(session, order)
        entered(session, region)


def titled(session: Session, region: str, title: str) -> Matter:
    return session.scalars(
        select(Matter).where(Matter.region_code == region, Matter.title == title)
    ).one()
