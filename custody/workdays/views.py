"""The working-day calendar as the administrator keeps it, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.infra.workdays import is_published, is_working_day, published, published_name
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference
from custody.workdays import actions, queries, rules
from custody.workdays.forms import YearForm
from custody.workdays.models import CalendarDay
from custody.workdays.rules import Entry
from custody.workdays.sheet import MAX_BYTES, rows_of

blueprint = Blueprint("calendar", __name__)
kept.call(
    blueprint,
    "工作日历",
    {"enter": "录入放假和调休安排"},
)
Page = str | Response | tuple[str, int]
FIRST = 2020
"""Years before the programme are of no use to anybody."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month's grid."""

    day: date
    working: bool
    special: bool
    """A holiday on a weekday or a weekend that is worked."""
    name: str


@blueprint.get("/admin/calendar")
@requires(Can.MANAGE_CALENDAR)
def index() -> Page:
    year = _year()
    rows = queries.days_of(session(), identity().place.province, year)
    form = YearForm(
        formdata=None,
        data={
            "mark": queries.mark_of(rows),
            "rows": rules.as_text(queries.entries_of(rows)),
            "source": rows[0].source if rows else "",
        },
    )
    return _page(year, rows, form)


def _year() -> int:
    text = request.values.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    this = clock.today().year
    return year if FIRST <= year <= this + 5 else this


def _page(
    year: int,
    rows: Sequence[CalendarDay],
    form: YearForm,
    *,
    rest: Sequence[Problem] = (),
    differences: list[Difference] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    this = clock.today().year
    known = queries.years_entered(session(), identity().place.province)
    entered = {row.day: row for row in rows}
    page = render_template(
        "workdays/index.html",
        year=year,
        years=range(this - 1, this + 3),
        form=form,
        rest=rest,
        differences=differences,
        months=[_month(year, number, entered) for number in range(1, 13)],
        spans=_listed(year, entered),
        working=sum(is_working_day(day) for day in _days(year)),
        built_in=is_published(year),
        entered=bool(rows),
        missing=[
            rules.missing_words(one, here=True)
            for one in (this, this + 1)
            if not is_published(one) and one not in known
        ],
    )
    return page, status


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def _month(year: int, number: int, entered: dict[date, CalendarDay]) -> list[list[Cell | None]]:
    """Weeks from Monday; None where the day is another month's."""
    days: list[Cell | None] = []
    for day in _days(year):
        if day.month == number:
            working = is_working_day(day)
            name = entered[day].name if day in entered else published_name(day)
            days.append(Cell(day, working, bool(name) or working != (day.weekday() < 5), name))
    filled = [None] * date(year, number, 1).weekday() + days
    filled += [None] * (-len(filled) % 7)
    return [filled[at : at + 7] for at in range(0, len(filled), 7)]


def _listed(
    year: int, entered: dict[date, CalendarDay]
) -> list[tuple[date, date, Entry, int, str]]:
    """(first, last, like, days, source) of what differs from Monday to Friday or was entered."""
    found: list[tuple[date, date, Entry, int, str]] = []
    own = [Entry(row.day, row.working, row.name) for row in entered.values()]
    built_in = [
        Entry(day, published(day), published_name(day))
        for day in _days(year)
        if day not in entered and (published(day) != (day.weekday() < 5) or published_name(day))
    ]
    for entries, of_own in ((own, True), (built_in, False)):
        for first, last, like in rules.spans(entries):
            source = entered[first].source if of_own else "软件内置（国务院办公厅已公布的安排）"
            found.append((first, last, like, (last - first).days + 1, source))
    return sorted(found, key=lambda line: line[0])


@blueprint.post("/admin/calendar")
@requires(Can.MANAGE_CALENDAR)
def enter() -> Page:
    year, who, form = _year(), identity(), YearForm()
    rest: list[Problem] = []
    status, differences = 422, None
    if form.validate_on_submit():
        try:
            found = _read(form, year)
            refuse_if(found.problems)
            with transaction() as writing:
                changed = actions.enter_year(
                    writing,
                    actor=who,
                    now=clock.now(),
                    year=year,
                    entries=found.entries,
                    source=form.source.data or "",
                    mark=form.mark.data or "",
                )
            flash(_said(year, len(found.entries), changed))
            return redirect(url_for("calendar.index", year=year), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status, differences = 409, _unlike(form, found.entries, year)
    rows = queries.days_of(session(), who.place.province, year)
    return _page(year, rows, form, rest=rest, differences=differences, status=status)


def _said(year: int, days: int, changed: bool) -> str:
    if not changed:
        return f"{year}年的安排与现有内容相同，未作改动。"
    if not days:
        return f"已清空{year}年的录入，改按软件内置日历或周一至周五计算。"
    return f"已保存{year}年的安排，共{days}天；审核时限、督办和邮件发送立即按新的工作日计算。"


def _read(form: YearForm, year: int) -> rules.Read:
    """What the file says where there is one, else what was typed; the file's rows are shown typed."""
    upload = form.file.data
    if not upload or not upload.filename:
        return rules.read(rules.cells_of(form.rows.data or ""), year)
    with closing(upload):
        rows = rows_of(upload.read(MAX_BYTES + 1), upload.filename)
    found = rules.read(rows, year)
    if found.problems:
        raise Refused([Problem(p.code, p.message, "file") for p in found.problems])
    form.rows.data = rules.as_text(found.entries)
    return found


def _unlike(form: YearForm, typed: Sequence[Entry], year: int) -> list[Difference]:
    """What was typed beside what somebody saved meanwhile; the next save takes what is typed."""
    rows = queries.days_of(session(), identity().place.province, year)
    form.mark.data = queries.mark_of(rows)
    stored = {entry.day: entry for entry in queries.entries_of(rows)}
    mine = {entry.day: entry for entry in typed}
    lines = [
        Difference(f"{day.month}月{day.day}日", _words(mine.get(day)), _words(stored.get(day)))
        for day in sorted({*stored, *mine})
        if mine.get(day) != stored.get(day)
    ]
    source = rows[0].source if rows else ""
    if source != (form.source.data or ""):
        lines.append(Difference("依据", form.source.data or "—", source or "—"))
    return lines


def _words(entry: Entry | None) -> str:
    if entry is None:
        return "—"
    return f"{'班' if entry.working else '休'} {entry.name}".strip()


@blueprint.get("/admin/calendar.xlsx")
@requires(Can.MANAGE_CALENDAR)
def export() -> Page:
    """The year's days; the file may be filled in and uploaded again."""
    who, year = identity(), _year()
    rows = queries.days_of(session(), who.place.province, year)
    lines = _listed(year, {row.day: row for row in rows})
    table = Table(
        name=f"{year}年",
        title=f"{year}年放假和调休安排",
        columns=(
            Column("日期", 26),
            Column("休/班", 8, Shape.CENTRE),
            Column("名称", 16),
            Column("天数", 8, Shape.WHOLE),
            Column("来源", 44),
        ),
        rows=[
            (
                full_day(first) + (f"至{full_day(last)}" if last > first else ""),
                "班" if like.working else "休",
                like.name,
                days,
                source,
            )
            for first, last, like, days, source in lines
        ],
    )
    return table_file(
        table,
        actor=who,
        place=who.place,
        name=f"{year}年放假和调休安排",
        plain=f"calendar-{year}",
        action="calendar.exported",
        subject=f"{who.place.province}-{year}",
        label=f"{year}年工作日历",
    )
