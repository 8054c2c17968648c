"""What has a day: for reminders and for the calendar feed, from every domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Level, Place, Role, may
from custody.contracts.queries.owed import owed
from custody.contracts.queries.policy import policy_of
from custody.inbox.rules import Due, page_of
from custody.infra.workdays import is_working_day
from custody.kernel.periods import Month
from custody.milestones.models import Milestone, MonthReport, TemplateItem
from custody.milestones.rules import Status
from custody.regions.models import Batch, Notice, Region, Task
from custody.regions.queries import within
from custody.supervision.models import Matter
from custody.supervision.rules import OWING, named


def due_things(session: Session, who: Identity, today: date) -> list[Due]:
    """What a person's calendar shows: a region everything of its own, city and province the gates
    and the deadlines, those who write briefs the days of the brief."""
    found = due_things_of(session, who.place, today)
    if who.place.level is not Level.REGION:
        found = [due for due in found if due.gate]
    if who.role is not Role.OFFICER:
        found = [due for due in found if due.kind != "month"]
    if may(who, Can.DRAFT_BRIEF):
        found += _brief_days(who.place, today)
    return sorted(found, key=lambda due: (due.day, due.kind, due.subject))


def due_things_of(session: Session, place: Place, today: date) -> list[Due]:
    """Everything with a day within the place, from all sources."""
    return [due for source in SOURCES for due in source(session, place, today)]


def _milestones(session: Session, place: Place, today: date) -> Iterable[Due]:
    """Open milestones by their planned day; what waits for a reviewer is not the region's turn."""
    rows = session.execute(
        select(Milestone, TemplateItem, Region)
        .join(TemplateItem, TemplateItem.id == Milestone.item_id)
        .join(Region, Region.code == Milestone.region_code)
        .where(
            within(place),
            Milestone.planned.is_not(None),
            Milestone.status.not_in((Status.CONFIRMED, Status.NOT_APPLICABLE)),
        )
        .order_by(Milestone.planned, Region.code, TemplateItem.order)
    )
    for row, item, region in rows:
        assert row.planned is not None
        yield Due(
            kind="milestone",
            subject=str(row.id),
            day=row.planned,
            title=f"{region.name} {row.code} {item.name}",
            place=region.place,
            page=page_of("milestone", str(row.id), region=region.code, code=row.code),
            gate=item.gate,
            remind=not row.status.awaiting,
            note="请抓紧办理并提交；不能按期的，请更新预计完成日期并说明原因。",
            state=row.status.label,
        )


def _notice_deadlines(session: Session, place: Place, today: date) -> Iterable[Due]:
    """The year's goals of the batches and the tasks of the notice: for calendars, nobody's task."""
    year = select(func.max(Notice.year)).where(Notice.province_code == place.province)
    batches = session.scalars(
        select(Batch)
        .where(Batch.province_code == place.province, Batch.year == year.scalar_subquery())
        .order_by(Batch.number)
    )
    for batch in batches:
        yield Due(
            kind="batch",
            subject=f"{batch.year}-{batch.number}",
            day=batch.deadline,
            title=f"{batch.name}：{batch.goal}",
            place=Place(place.province),
            page="/board",
            gate=True,
            remind=False,
        )
    tasks = session.scalars(
        select(Task)
        .where(Task.province_code == place.province, Task.year == year.scalar_subquery())
        .order_by(Task.number)
    )
    for task in tasks:
        yield Due(
            kind="task",
            subject=f"{task.year}-{task.number}",
            day=task.deadline,
            title=f"年度任务{task.number}：{_short(task.title)}",
            place=Place(place.province),
            page="/tasks",
            gate=True,
            remind=False,
        )


def _short(text: str) -> str:
    first = text.partition("。")[0].partition("\n")[0]
    return first if len(first) <= 40 else f"{first[:39]}…"


def _silent_months(session: Session, place: Place, today: date) -> Iterable[Due]:
    """The month's report of every region that has not answered yet."""
    month = Month.of(today)
    answered = select(MonthReport.region_code).where(MonthReport.month == str(month))
    rows = session.scalars(
        select(Region).where(within(place), Region.code.not_in(answered)).order_by(Region.code)
    )
    day = last_working_day(month)
    for region in rows:
        yield Due(
            kind="month",
            subject=f"{region.code}-{month}",
            day=day,
            title=f"{region.name}{month.number}月进展尚未填报",
            place=region.place,
            page="/todo",
            note="请更新进展；没有变化的，请点“本月无变化”。",
        )


def _supervision(session: Session, place: Place, today: date) -> Iterable[Due]:
    """督办 and problems that a region still has to answer, by the day it is measured by now."""
    rows = session.execute(
        select(Matter, Region)
        .join(Region, Region.code == Matter.region_code)
        .where(within(place), Matter.status.in_(OWING))
        .order_by(Matter.due, Matter.id)
    )
    for row, region in rows:
        deadline = row.stand.deadline
        if deadline is None:
            continue
        yield Due(
            kind="supervision",
            subject=str(row.id),
            day=deadline,
            title=f"{region.name} {row.kind.label}：{row.title}",
            place=region.place,
            page=page_of("supervision", str(row.id)),
            gate=True,
            note="请按要求整改，按期反馈。",
            state=row.status.label,
        )


def _payments(session: Session, place: Place, today: date) -> Iterable[Due]:
    """What contracts owe: the rest of signed settlements, lines of payment plans; each once."""
    days = policy_of(session, place.province).due_days
    found = owed(session, place, today, days=days)
    if not found:
        return
    places = {row.code: row.place for row in session.scalars(select(Region).where(within(place)))}
    for one in found:
        kind = "settlement" if one.settled else "payment"
        subject = str(one.number) if one.settled else f"{one.contract}-{one.number}"
        yield Due(
            kind=kind,
            subject=subject,
            day=one.due_on,
            title=f"{named(one.region_name, one.contract_name)} {one.title}",
            place=places[one.region_code],
            page=page_of("settlement", subject)
            if one.settled
            else page_of("contract", str(one.contract)),
            note="请按期支付，支付后登记凭证。",
            state=f"{'未付' if one.settled else '应付'}{one.amount:,.2f}元",
        )


Source = Callable[[Session, Place, date], Iterable[Due]]
SOURCES: tuple[Source, ...] = (
    _milestones,
    _notice_deadlines,
    _silent_months,
    _supervision,
    _payments,
)
"""One function for every kind of thing with a day: (session, place, today) → its open dues there.

A new domain adds its own; reminders and calendar feed take it up.
"""


def _brief_days(place: Place, today: date) -> list[Due]:
    """The first working day of this and the next months: the brief of the month before."""
    found = []
    for ahead in range(4):
        month = Month.of(today).plus(ahead)
        day = month.first
        while not is_working_day(day):
            day += timedelta(days=1)
        found.append(
            Due(
                kind="brief",
                subject=str(month),
                day=day,
                title=f"编发{month.plus(-1).number}月工作简报",
                place=place,
                page="/briefs",
                gate=True,
                remind=False,
            )
        )
    return found


def last_working_day(month: Month) -> date:
    day = month.last
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
