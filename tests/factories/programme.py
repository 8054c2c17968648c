"""Milestones in every state, brought there by the verbs people use.

Every function takes the session and says only what the test is about; whoever must act is found or
made: the region's officer, the city's reviewer where there is one, the province's coordinator.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts import actions as accounts
from custody.accounts.models import Account
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity, Role
from custody.briefs import snapshot
from custody.briefs.actions import drafting, instructions, publishing, readings
from custody.briefs.models import Brief, Edition, EditionPart, Print, Remark
from custody.infra import clock
from custody.infra.files import FileStore, Stored
from custody.infra.journal import Machine
from custody.infra.uploads import NewFile
from custody.jobs import actions as jobs
from custody.jobs.rules import State
from custody.jobs.runner import Result
from custody.milestones.actions import evidence, reporting, review
from custody.milestones.models import Evidence, Milestone, Policy
from custody.milestones.queries.lifecycles import template_of
from custody.milestones.queries.milestones import evidence_count, get_milestone
from custody.milestones.rules import Claim, LightPolicy, Report, chain_of, predecessors
from custody.regions.models import Region
from custody.regions.queries import place_of_code
from tests.factories import (
    bulk,
    contracts,
    editions,
    energy,
    inbox,
    people,
    province,
    supervision,
    targets,
)

REPORT = Report(
    percent=40, started=date(2026, 3, 10), forecast=None, actual=None, unit="", notes=""
)

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PDF_TYPE = "application/pdf"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00"
    b"\x00\x00IEND\xaeB`\x82"
)
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(*names: str) -> bytes:
    """A zip with these entries: word/document.xml makes it a Word document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "内容")
    return out.getvalue()


def upload(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    """A file as the test client sends it."""
    return io.BytesIO(data), name


# --- who acts ---------------------------------------------------------------------------------


def account_at(
    session: Session, role: Role, place_code: str, *, other_than: Identity | None = None
) -> Identity:
    """Somebody of the role bound to the place; made when there is nobody."""
    column = {Role.OFFICER: Account.region_code, Role.CITY_REVIEWER: Account.city_code}.get(
        role, Account.province_code
    )
    found = session.scalars(
        select(Account)
        .where(
            Account.role == role,
            column == place_code,
            Account.id != (other_than.id if other_than else 0),
        )
        .order_by(Account.id)
    ).first()
    if found is None:
        found, _ = accounts.add(
            session,
            actor=Machine(),
            now=clock.now(),
            username=f"{role.value}-{place_code}{'-2' if other_than else ''}",
            name=f"演示{place_code[-3:]}",
            unit="测试单位",
            phone="",
            role=role,
            place=place_of_code(session, place_code),
            password=people.PASSWORD,
            must_change=False,
        )
    return found.identity("127.0.0.1")


def milestone(session: Session, region: str, code: str) -> Milestone:
    place = session.get_one(Region, region).place
    return get_milestone(session, region, code, place=place)[0]


# --- what officers do -------------------------------------------------------------------------


def updated(
    session: Session,
    region: str,
    code: str,
    *,
    now: datetime | None = None,
    actor: Identity | None = None,
    **report: object,
) -> Milestone:
    """Progress saved: 40 % since 10 March unless the test says otherwise."""
    return reporting.update(
        session,
        actor=actor or account_at(session, Role.OFFICER, region),
        now=now or clock.now(),
        region=region,
        code=code,
        version=milestone(session, region, code).version,
        report=replace(REPORT, **report),  # type: ignore[arg-type]
    )


def attached(
    session: Session,
    region: str,
    code: str,
    *,
    store: FileStore | None = None,
    data: bytes = PDF,
    name: str = "专班文件.pdf",
    media_type: str = "application/pdf",
    now: datetime | None = None,
) -> Evidence:
    """A file of evidence; without `store` only its row: a test may put the bytes there later."""
    stored = store.put(io.BytesIO(data)) if store else _stored(data)
    return evidence.attach(
        session,
        actor=account_at(session, Role.OFFICER, region),
        now=now or clock.now(),
        region=region,
        code=code,
        files=[NewFile(name, stored, media_type)],
    )[0]


def _stored(data: bytes) -> Stored:
    return Stored(hashlib.sha256(data).hexdigest(), len(data))


def submitted(
    session: Session,
    region: str,
    code: str,
    *,
    store: FileStore | None = None,
    now: datetime | None = None,
    claim: Claim = Claim.DONE,
    reason: str = "",
    **report: object,
) -> Milestone:
    """Sent to the reviewers with one piece of evidence, done the day before."""
    now = now or clock.now()
    row = milestone(session, region, code)
    if not evidence_count(session, row.id):
        attached(session, region, code, store=store, now=now)
    done = now.date() - timedelta(days=1)
    # Done later than begun, whatever day the test lives on.
    filled = {"percent": 100, "actual": done, "started": min(done, date(2026, 3, 10)), **report}
    return reporting.submit(
        session,
        actor=account_at(session, Role.OFFICER, region),
        now=now,
        region=region,
        code=code,
        version=row.version,
        claim=claim,
        report=replace(REPORT, **filled),  # type: ignore[arg-type]
        reason=reason,
    )


# --- what reviewers do ------------------------------------------------------------------------


def passed(session: Session, region: str, code: str, *, now: datetime | None = None) -> Milestone:
    """Submitted, and past the city where it has a reviewer: on the province's desk."""
    now = now or clock.now()
    row = submitted(session, region, code, now=now)
    city = session.get_one(Region, region).city_code
    if city in cities_with_reviewer(session):
        reviewer = account_at(session, Role.CITY_REVIEWER, city)
        _decide(session, row, reviewer, now, review.Verdict.ACCEPT)
    return row


def confirmed(
    session: Session, region: str, code: str, *, now: datetime | None = None
) -> Milestone:
    """已确认: submitted, passed by the city where there is a reviewer, confirmed by the province."""
    now = now or clock.now()
    row = passed(session, region, code, now=now)
    coordinator = account_at(session, Role.COORDINATOR, people.JIANGSU)
    _decide(session, row, coordinator, now, review.Verdict.ACCEPT)
    return row


def returned(
    session: Session,
    region: str,
    code: str,
    *,
    reason: str = "专班文件缺少盖章页，请补充后重新提交。",
    now: datetime | None = None,
) -> Milestone:
    """已退回 by the province."""
    now = now or clock.now()
    row = passed(session, region, code, now=now)
    coordinator = account_at(session, Role.COORDINATOR, people.JIANGSU)
    _decide(session, row, coordinator, now, review.Verdict.RETURN, reason)
    return row


def _decide(
    session: Session,
    row: Milestone,
    actor: Identity,
    now: datetime,
    verdict: review.Verdict,
    reason: str = "",
) -> None:
    session.flush()
    chosen = [(row.id, row.version)]
    review.decide(session, actor=actor, now=now, chosen=chosen, verdict=verdict, reason=reason)
    session.flush()


def gate_passed(
    session: Session, region: str, gate: str = "G-C", *, now: datetime | None = None
) -> Milestone:
    """Everything the gate rests on, directly or not, confirmed as far as it is open; then the gate."""
    after = {item.code: predecessors(item.after) for item in template_of(session, region).items}
    rows = session.scalars(
        select(Milestone).where(
            Milestone.region_code == region, Milestone.code.in_(chain_of(gate, after) - {gate})
        )
    )
    for code in sorted(row.code for row in rows if not row.status.settled):
        confirmed(session, region, code, now=now)
    return confirmed(session, region, gate, now=now)


# --- all of it --------------------------------------------------------------------------------


def lived_in(session: Session, *, store: FileStore | None = None) -> None:
    """A programme with something of every kind in it: every table has a row, every state is taken.

    宜兴市 M18 待省核, M19 进行中 with a draft, M20 已确认, M21 不适用, M22 已退回, M23 待市审;
    秦淮区 has passed G-C; one brief each in draft and one published for province, 无锡市, 宜兴市.
    """
    from tests.factories import adjustments, baselines, savings, settlements

    now = clock.now()
    yixing = people.YIXING
    officer = account_at(session, Role.OFFICER, yixing)
    passed(session, yixing, "M18")
    updated(session, yixing, "M19", percent=35)
    confirmed(session, yixing, "M20")
    not_applicable(session, yixing, "M21")
    returned(session, yixing, "M22")
    submitted(session, yixing, "M23", store=store)
    attached(
        session, yixing, "M24", store=store, data=PNG, name="现场照片.png", media_type="image/png"
    )
    reporting.keep_draft(
        session, actor=officer, now=now, region=yixing, code="M19", fields={"notes": "还没写完"}
    )
    gate_passed(session, people.QINHUAI, "G-C")
    for code in (people.JIANGSU, people.WUXI, yixing):
        brief_talked_about(session, brief_published(session, code))
        brief_started(session, code)
    if session.get(Policy, people.JIANGSU) is None:
        values = {field: getattr(LightPolicy(), field) for field in LightPolicy.__slots__}
        session.add(Policy(province_code=people.JIANGSU, **values))
    jobs_done(session)
    supervision.lived_in(session, store=store)
    contracts.lived_in(session, store=store)
    settlements.settled(session, yixing, store=store)
    bulk.sheets_sent(session, _stored(PDF))
    targets.lived_in(
        session,
        [
            officer,
            account_at(session, Role.OFFICER, people.ZHANGJIAGANG),
            account_at(session, Role.CITY_REVIEWER, people.WUXI),
            account_at(session, Role.COORDINATOR, people.JIANGSU),
        ],
        NewFile("竣工验收单.pdf", store.put(io.BytesIO(PDF)) if store else _stored(PDF), PDF_TYPE),
    )
    energy.lived_in(session, officer, yixing, _stored(PDF).digest)
    baselines.lived_in(session)
    savings.lived_in(session, _stored(PDF).digest)
    adjustments.lived_in(session, yixing, _stored(PDF).digest)
    inbox.lived_in(session)
    session.flush()


def jobs_done(session: Session) -> None:
    """A finished job with a file for everybody there is."""
    for account in session.scalars(select(Account).order_by(Account.id)):
        job = jobs.order(
            session,
            actor=account.identity(),
            now=clock.now(),
            kind="example",
            key="example",
            arguments={},
            label=f"{account.name}的后台任务",
        )
        stored = _stored(PDF)
        job.state, job.words, job.finished_at = State.DONE, "已办完。", clock.now()
        job.result = asdict(
            Result("已办完。", stored.digest, "结果.pdf", stored.size, "application/pdf")
        )


def not_applicable(session: Session, region: str, code: str) -> Milestone:
    """不适用, claimed with a reason and reviewed."""
    now = clock.now()
    reason = "本地区没有此项内容，经核实无需开展。"
    row = submitted(session, region, code, claim=Claim.NOT_APPLICABLE, reason=reason)
    city = session.get_one(Region, region).city_code
    if city in cities_with_reviewer(session):
        reviewer = account_at(session, Role.CITY_REVIEWER, city)
        _decide(session, row, reviewer, now, review.Verdict.ACCEPT)
    coordinator = account_at(session, Role.COORDINATOR, people.JIANGSU)
    _decide(session, row, coordinator, now, review.Verdict.ACCEPT)
    return row


def brief_started(session: Session, code: str, *, as_of: date | None = None) -> Brief:
    """A brief in draft about a province, city or region."""
    now = clock.now()
    place = place_of_code(session, code)
    wanted = drafting.first_wishes(session, place, as_of=as_of or now.date(), today=now.date())
    coordinator = account_at(session, Role.COORDINATOR, place.province)
    return drafting.start(session, actor=coordinator, now=now, place=place, wanted=wanted)


def brief_published(session: Session, code: str, *, as_of: date | None = None) -> Brief:
    """A brief everybody of the place may read. Its PDF is the bytes of PDF, not a rendering."""
    brief = brief_started(session, code, as_of=as_of)
    writer = account_at(session, Role.COORDINATOR, brief.province_code)
    checker = account_at(session, Role.COORDINATOR, brief.province_code, other_than=writer)
    content, pdf, now = drafting.content_of(session, brief, demo=False), _stored(PDF), clock.now()
    steps: list[tuple[Any, Identity, dict[str, Any]]] = [
        (publishing.freeze, writer, {"content": content, "pdf": pdf}),
        (publishing.review, checker, {}),
    ]
    for act, actor, more in steps:
        act(session, actor=actor, now=now, brief_id=brief.id, version=brief.version, **more)
        session.flush()
    issue, total = publishing.numbers_of(session, brief)
    publishing.publish(
        session,
        actor=writer,
        now=now,
        brief_id=brief.id,
        version=brief.version,
        content=snapshot.numbered(content, issue=issue, total=total),
        pdf=pdf,
    )
    session.flush()
    return brief


def brief_talked_about(session: Session, brief: Brief) -> None:
    """Read and downloaded, remarked on while it was a draft, instructed upon, printed in an edition."""
    now = clock.now()
    writer = account_at(session, Role.COORDINATOR, brief.province_code)
    remark = Remark(
        brief_id=brief.id, paragraph="overall.1", text="请补充数据", made_at=now, made_by=writer.id
    )
    edition = Edition(
        province_code=brief.province_code,
        period="2026-11",
        as_of=brief.as_of,
        created_at=now,
        created_by=writer.id,
        booklet="",
        archive="",
    )
    session.add_all([remark, edition])
    session.flush()
    session.add(
        EditionPart(
            edition_id=edition.id,
            ordinal=1,
            city_code=brief.city_code,
            region_code=brief.region_code,
            name=brief.scope_name,
            status=brief.status,
            address=f"{brief.id:064d}",
            failure="",
        )
    )
    session.add(
        Print(
            address=f"{brief.id:064d}",
            pdf_digest=brief.pdf_digest,
            pdf_size=brief.pdf_size,
            pages=1,
            made_at=now,
        )
    )
    readings.downloaded(session, actor=writer, now=now, brief=brief)
    instructions.instruct(
        session,
        actor=writer,
        now=now,
        brief_id=brief.id,
        given=instructions.Given("省领导", now.date(), "请抓紧推进", brief.place, None),
    )


def next_door(session: Session) -> None:
    """What lies beyond the border: people, briefs and submissions nobody of here may see.

    苏州市 and 张家港市 for those of 无锡市; 云山省 for those of the province.
    """
    from tests.factories import adjustments, baselines, savings, settlements

    savings.next_door(session)
    baselines.next_door(session)
    for code in (people.ZHANGJIAGANG, province.region_code(1)):
        adjustments.lived_in(session, code, _stored(PDF).digest)
    energy.next_door(session, _stored(PDF).digest)
    for code in (people.SUZHOU, people.ZHANGJIAGANG, province.CODE):
        brief_talked_about(session, brief_published(session, code))
    passed(session, people.ZHANGJIAGANG, "M18")
    submitted(session, people.ZHANGJIAGANG, "M19")
    for role in (Role.SYSADMIN, Role.COORDINATOR):
        account_at(session, role, province.CODE)
    editions.edition_begun(
        session, province.CODE, account_at(session, Role.COORDINATOR, province.CODE)
    )
    passed(session, province.region_code(1), "M18")
    targets.next_door(session, account_at(session, Role.COORDINATOR, province.CODE))
    contracts.next_door(session)
    inbox.next_door(session)
    supervision.next_door(session)
    for code in (people.ZHANGJIAGANG, province.region_code(1)):
        settlements.settled(session, code)
