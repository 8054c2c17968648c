"""The list of orders and problems: what waits for me, what is open; several at once; as a sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.infra.workbooks import Column, Shape, Table, Value
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.queries import cities_of, place_name
from custody.supervision.actions import deciding, drafting
from custody.supervision.actions.deciding import Verdict
from custody.supervision.forms import DecideForm
from custody.supervision.queries import matters as queries
from custody.supervision.queries.matters import Heap, Line, Wanted
from custody.supervision.rules import LEVELS, Kind, Level, Status
from custody.supervision.views.issuing import issue_all
from custody.web import asides, kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import whole
from custody.web.paging import page_of

blueprint = Blueprint("supervision", __name__)
kept.call(
    blueprint,
    "督办",
    {
        "several": {
            "issue": "签发所选",
            "discard": "作废所选",
            "accept": "办结所选",
            "return": "退回所选",
        }
    },
)
Page = str | Response | tuple[str, int]
MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，所选事项中有的已被他人修改或办理，本次没有办理；请核对最新内容后再操作。",
)


def wanted_of(heap: Heap = Heap.OPEN) -> Wanted:
    """The filters of the address; anything odd is left out."""
    args = request.args
    return Wanted(
        heap=next((one for one in Heap if one == args.get("heap")), heap),
        kind=next((one for one in Kind if one == args.get("kind")), None),
        level=next((one for one in Level if one == args.get("level")), None),
        city=args.get("city", "")[:12],
        words=args.get("q", "").strip()[:40],
    )


def kept_args(wanted: Wanted, heap: Heap | None = None) -> dict[str, Any]:
    """The filters as they stand in an address."""
    found = {
        "heap": (heap or wanted.heap).value,
        "kind": wanted.kind or "",
        "level": wanted.level or "",
        "city": wanted.city,
        "q": wanted.words,
    }
    return {name: value for name, value in found.items() if value}


@blueprint.get("/supervision")
@requires(Can.SEE_SUPERVISION)
def index() -> Page:
    return _page(DecideForm(formdata=None))


def _page(
    form: DecideForm, problems: list[Problem] | None = None, status: int = 200
) -> tuple[str, int]:
    who, wanted, today = identity(), wanted_of(), clock.today()
    numbers = queries.counts(session(), who, wanted)
    page = page_of(numbers[wanted.heap])
    rows = queries.listed(session(), who, wanted, today=today, limit=page.size, offset=page.offset)
    answer = render_template(
        "supervision/index.html",
        rows=rows,
        page=page,
        wanted=wanted,
        heaps=[
            (heap, numbers[heap], url_for("supervision.index", **kept_args(wanted, heap)))
            for heap in _heaps()
        ],
        cities=cities_of(session(), who.place),
        levels=LEVELS,
        args=kept_args(wanted),
        acts=_acts(wanted.heap),
        accept=accept_word(),
        form=form,
        problems=problems or [],
        chosen=set(request.form.getlist("chosen")),
    )
    return answer, status


def _heaps() -> list[Heap]:
    works = may(Can.ANSWER_SUPERVISION) or may(Can.REVIEW_FOR_CITY) or may(Can.SUPERVISE)
    hidden = {*(() if works else (Heap.MINE,)), *(() if may(Can.SUPERVISE) else (Heap.DRAFT,))}
    return [heap for heap in Heap if heap not in hidden]


def _acts(heap: Heap) -> str:
    """What can be done with several rows of a heap at once: issue, decide or nothing."""
    if heap is Heap.DRAFT and may(Can.SUPERVISE):
        return "issue"
    reviews = may(Can.REVIEW_FOR_CITY) or may(Can.SUPERVISE)
    return "decide" if heap is Heap.MINE and reviews else ""


def accept_word() -> str:
    """What a reviewer's yes is called: the city passes on, the province closes."""
    return "通过" if may(Can.REVIEW_FOR_CITY) else "销号"


@blueprint.post("/supervision")
@requires(Can.REVIEW_FOR_CITY, Can.SUPERVISE)
def several() -> Page:
    """One act for everything that is ticked; all of it or none."""
    form = DecideForm()
    chosen = [_pair(text) for text in request.form.getlist("chosen")]
    act = request.form.get("act", "")
    if act not in ("issue", "discard", "accept", "return"):
        return _page(form, [Problem("act", "请选择要办理的操作。")], 422)
    if not chosen:
        return _page(form, [Problem("none", "请先勾选要办理的事项。")], 422)
    if not form.validate_on_submit():
        return _page(form, [], 422)
    try:
        said = _carry_out(act, chosen, form)
    except Refused as refusal:
        return _page(form, form.take(refusal.problems), 422)
    except Conflict:
        return _page(form, [MEANWHILE], 409)
    except RenderFailed as failure:
        return _page(form, [Problem("render", failure.message)], 503)
    flash(said)
    heap = Heap.OPEN if act == "issue" else wanted_of().heap
    return redirect(url_for("supervision.index", **kept_args(wanted_of(), heap)), 303)


def _carry_out(act: str, chosen: list[tuple[int, int]], form: DecideForm) -> str:
    if act == "issue":
        if not may(Can.SUPERVISE):
            raise Refused([Problem("not_yours", "督办单由省级协调员签发。")])
        issued = issue_all(chosen)
        return f"已签发{len(issued)}件督办单：{'、'.join(one.number_words for one in issued)}。"
    who, now = identity(), clock.now()
    with transaction() as writing:
        if act == "discard":
            gone = drafting.discard(writing, actor=who, now=now, chosen=chosen)
            return f"已作废{len(gone)}件。"
        verdict = Verdict(act)
        done = deciding.decide(
            writing,
            actor=who,
            now=now,
            chosen=chosen,
            verdict=verdict,
            reason=form.reason.data or "",
        )
    return f"已{decided_words(done[0].status)}{len(done)}件。"


def decided_words(after: Status) -> str:
    return {
        Status.CLOSED: "销号",
        Status.AWAITING_PROVINCE: "通过并报省级核实",
        Status.RETURNED: "退回",
    }[after]


def _pair(text: str) -> tuple[int, int]:
    number, _, version = text.partition(".")
    return whole(number), whole(version)


# --- as a sheet ----------------------------------------------------------------------------------

_COLUMNS = (
    Column("编号", 16),
    Column("类型", 8, Shape.CENTRE),
    Column("级别", 6, Shape.CENTRE),
    Column("事项", 40),
    Column("地区", 16),
    Column("责任单位", 26),
    Column("期限", 12, Shape.DAY),
    Column("状态", 10, Shape.CENTRE),
    Column("当前环节", 30),
    Column("反馈（次）", 8, Shape.WHOLE),
    Column("新的完成时限", 12, Shape.DAY),
    Column("交办日期", 12, Shape.DAY),
    Column("销号日期", 12, Shape.DAY),
)


@blueprint.get("/supervision/list.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as filtered. Reads only, but who took what is an event of the journal."""
    who, wanted, now = identity(), wanted_of(), clock.now()
    rows = queries.listed(session(), who, wanted, today=now.date())
    name = place_name(session(), who.place)
    title = f"{name}督办与问题（{wanted.heap.label}）"
    return table_file(
        Table(
            "督办与问题",
            title,
            _COLUMNS,
            [_cells(line) for line in rows],
            under=f"截至{now.year}年{now.month}月{now.day}日　共{len(rows)}件",
        ),
        actor=who,
        place=who.place,
        name=title,
        plain="supervision",
        note=f"{wanted.heap.label}，{len(rows)}件",
        action="supervision.exported",
        kind=who.place.level.value,
        subject=who.place.code,
        label=name,
    )


def _cells(line: Line) -> list[Value]:
    matter = line.matter
    closed = matter.decided_at if matter.status is Status.CLOSED else None
    return [
        matter.number_words if matter.number else "",
        matter.kind.label,
        line.level.label,
        matter.title,
        line.region.name,
        matter.unit,
        matter.due,
        matter.status.label,
        line.turn,
        matter.answers,
        matter.promised,
        matter.issued_at.date() if matter.issued_at else None,
        closed.date() if closed else None,
    ]


# --- on the pages of others --------------------------------------------------------------------


def _on_todo() -> str:
    """On top of 我的待办: what waits for this officer's answer."""
    lines = queries.waiting_for(session(), identity(), today=clock.today())
    return render_template("supervision/todo.html", lines=lines) if lines else ""


def _on_queue() -> str:
    """On the reviewers' queue: how many answers wait for them."""
    count = queries.waiting_count(session(), identity())
    if not count:
        return ""
    url = url_for("supervision.index", heap=Heap.MINE.value)
    return render_template("supervision/queue.html", count=count, url=url)


asides.offer(blueprint, "todo", _on_todo)
asides.offer(blueprint, "queue", _on_queue)
