"""The problem list of a region: 问题—责任单位—时限—整改—佐证—市审—省核—销号."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table, Value
from custody.kernel.problems import Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.supervision.actions import drafting
from custody.supervision.forms import ProblemForm
from custody.supervision.models import Answer
from custody.supervision.queries import matters as queries
from custody.supervision.queries.matters import FILES, Heap, Line, Wanted
from custody.supervision.rules import Level, Source, Status
from custody.supervision.views.lists import kept_args, wanted_of
from custody.supervision.views.pages import milestone_choices
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.filters import day, short_day

blueprint = Blueprint("problems", __name__, url_prefix="/regions/<code>/problems")
kept.call(
    blueprint,
    "问题清单",
    {"new": "登记问题"},
)
Page = str | Response | tuple[str, int]
HEAPS = (Heap.OPEN, Heap.CLOSED, Heap.ALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, in the eight columns officials know."""

    line: Line
    answer: Answer | None
    files: list[Attachment]
    city: str
    """市审."""
    province: str
    """省核."""
    closed: str
    """销号."""


def _rows(region: Region, wanted: Wanted) -> list[Row]:
    lines = queries.listed(session(), identity(), wanted, today=clock.today())
    numbers = [line.matter.id for line in lines]
    answers = queries.last_answers(session(), numbers)
    files = attached_to(session(), FILES, numbers)
    reviewed = region.city_code in cities_with_reviewer(session())
    return [
        Row(
            line,
            answers.get(line.matter.id),
            files[line.matter.id],
            _city(line, reviewed=reviewed),
            _province(line),
            _closed(line),
        )
        for line in lines
    ]


def _city(line: Line, *, reviewed: bool) -> str:
    matter = line.matter
    if matter.status is Status.AWAITING_CITY:
        return "待审" if reviewed else "未设审核员"
    if matter.city_passed_at:
        return f"{day(matter.city_passed_at)}通过"
    if not reviewed:
        return "未设审核员"
    return "—"


def _province(line: Line) -> str:
    matter = line.matter
    if matter.status is Status.AWAITING_PROVINCE:
        return "待核"
    if matter.status is Status.CLOSED:
        return f"{day(matter.decided_at)}核实"
    if matter.status is Status.RETURNED:
        return f"{day(matter.decided_at)}退回"
    return "—"


def _closed(line: Line) -> str:
    matter = line.matter
    return f"{day(matter.decided_at)}销号" if matter.status is Status.CLOSED else "未销号"


@blueprint.get("")
@requires(Can.SEE_SUPERVISION)
def listing(code: str) -> Page:
    region = get_region(session(), code, place=identity().place)
    wanted = _wanted(region)
    numbers = queries.counts(session(), identity(), wanted)
    return render_template(
        "supervision/problems.html",
        region=region,
        rows=_rows(region, wanted),
        wanted=wanted,
        heaps=[
            (heap, numbers[heap], url_for("problems.listing", code=code, **kept_args(wanted, heap)))
            for heap in HEAPS
        ],
        args=kept_args(wanted),
        may_enter=may(Can.ANSWER_SUPERVISION, region.place) or may(Can.SUPERVISE, region.place),
    )


def _wanted(region: Region) -> Wanted:
    asked = wanted_of()
    heap = asked.heap if asked.heap in HEAPS else Heap.OPEN
    return Wanted(heap=heap, kind=asked.kind, level=asked.level, region=region.code)


_COLUMNS = (
    Column("问题", 44),
    Column("责任单位", 26),
    Column("时限", 12, Shape.DAY),
    Column("整改", 44),
    Column("佐证", 26),
    Column("市审", 14, Shape.CENTRE),
    Column("省核", 14, Shape.CENTRE),
    Column("销号", 14, Shape.CENTRE),
)


@blueprint.get("/list.xlsx")
@requires(Can.EXPORT)
def export(code: str) -> Page:
    who, now = identity(), clock.now()
    region = get_region(session(), code, place=who.place)
    wanted = _wanted(region)
    rows = _rows(region, wanted)
    title = f"{region.name}问题整改销号表"
    return table_file(
        Table(
            "问题清单",
            title,
            _COLUMNS,
            [_cells(row) for row in rows],
            under=f"{wanted.heap.label}　截至{now.year}年{now.month}月{now.day}日　共{len(rows)}项",
        ),
        actor=who,
        place=region.place,
        name=title,
        plain=f"problems-{code}",
        note=f"问题清单（{wanted.heap.label}），{len(rows)}项",
        action="supervision.exported",
        kind="region",
        subject=region.code,
        label=region.name,
    )


def _cells(row: Row) -> list[Value]:
    matter, answer = row.line.matter, row.answer
    number = f"（{matter.number_words}）" if matter.number else ""
    promised = f"（承诺{short_day(answer.promised)}前完成）" if answer and answer.promised else ""
    return [
        f"{matter.title}{number}\n{matter.what}",
        matter.unit,
        matter.due,
        f"{answer.measures}{promised}" if answer else "尚未反馈",
        "、".join(file.name for file in row.files),
        row.city,
        row.province,
        row.closed,
    ]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.SUPERVISE, Can.ANSWER_SUPERVISION)
def new(code: str) -> Page:
    """Enter a problem that was found otherwise than by a light."""
    region = get_region(session(), code, place=identity().place)
    today = clock.today()
    form = ProblemForm(
        data={
            "unit": region.lead_unit,
            "level": Level.YELLOW.value,
            "source": Source.ACCEPTANCE.value,
            "due": drafting.after_working_days(today, 10),
        }
    )
    form.milestone.choices = milestone_choices(region)
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                matter = drafting.enter(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    region=code,
                    source=Source(form.source.data),
                    milestone=form.milestone.data,
                    wording=form.wording,
                )
            flash("问题已登记，整改后请反馈并申请销号。")
            return redirect(url_for("matters.show", number=matter.id), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
    page = render_template(
        "supervision/edit.html",
        form=form,
        rest=rest,
        differences=None,
        title=f"登记问题：{region.name}",
        back=url_for("problems.listing", code=code),
        crumbs=[
            (region.name, url_for("dashboard.region", code=code)),
            ("问题清单", url_for("problems.listing", code=code)),
            ("登记问题", ""),
        ],
    )
    return page, 422 if form.is_submitted() else 200
