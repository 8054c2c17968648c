"""What the coordinator does with 督办单: candidates, drafts, 签发, papers, settings."""

from __future__ import annotations

import zipfile
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.milestones.rules import Light
from custody.regions.queries import cities_of, regions_of
from custody.supervision import tables
from custody.supervision.actions import drafting, issuing, settings
from custody.supervision.forms import (
    OrderForm,
    ProblemForm,
    SettingsForm,
    WordingForm,
    as_base,
    as_stored,
)
from custody.supervision.models import Matter
from custody.supervision.queries import matters as queries
from custody.supervision.queries.candidates import NEAR, PRESSING, candidates
from custody.supervision.queries.matters import Heap
from custody.supervision.rules import Kind, Level, Source, level_of
from custody.supervision.views.issuing import issue_all
from custody.supervision.views.lists import MEANWHILE, kept_args, wanted_of
from custody.supervision.views.pages import Typed, matter_page, milestone_choices
from custody.web import attached, kept
from custody.web.database import files, session, transaction
from custody.web.downloads import name_file, stored_file
from custody.web.exports import table_file
from custody.web.formkit import Difference, whole

blueprint = Blueprint("orders", __name__, url_prefix="/supervision")
kept.call(
    blueprint,
    "督办",
    {
        "draft_chosen": "拟督办单",
        "new": "保存",
        "edit": "保存",
        "issue": "签发",
        "discard": "作废",
        "configure": "保存督办设置",
    },
    "matters.show",
)
Page = str | Response | tuple[str, int]

# --- candidates ------------------------------------------------------------------------------

_LIGHTS = {"": PRESSING, "red": (Light.RED,), "yellow": (Light.YELLOW,), "blue": NEAR}


@blueprint.get("/candidates")
@requires(Can.SUPERVISE)
def choose() -> Page:
    return _candidates_page()


def _chosen() -> tuple[str, str]:
    """The filter: light and city."""
    light = request.args.get("light", "")
    return light if light in _LIGHTS else "", request.args.get("city", "")[:12]


def _candidates_page(problems: list[Problem] | None = None, status: int = 200) -> Page:
    """Every red or yellow milestone without an order (near ones where asked for)."""
    place, (light, city) = identity().place, _chosen()
    rows = candidates(session(), place, today=clock.today(), lights=_LIGHTS[light], city=city)
    page = render_template(
        "supervision/candidates.html",
        rows=[(row, level_of(row.signal.light)) for row in rows],
        cities=cities_of(session(), place),
        light=light,
        city=city,
        problems=problems or [],
        chosen=set(request.form.getlist("chosen")),
        args={name: value for name, value in (("light", light), ("city", city)) if value},
    )
    return page, status


@blueprint.get("/candidates.xlsx")
@requires(Can.SUPERVISE)
def candidates_table() -> Page:
    who, today, (light, city) = identity(), clock.today(), _chosen()
    rows = candidates(session(), who.place, today=today, lights=_LIGHTS[light], city=city)
    count = f"{len(rows)}项里程碑"
    return table_file(
        tables.candidates(rows, under=f"截至{today:%Y年%-m月%-d日}　共{count}"),
        actor=who,
        place=who.place,
        name="尚未督办的预警里程碑",
        plain="candidates",
        note=f"{count}，筛选后导出" if light or city else count,
    )


@blueprint.post("/candidates")
@requires(Can.SUPERVISE)
def draft_chosen() -> Page:
    ids = [whole(text) for text in request.form.getlist("chosen")]
    if not ids:
        return _candidates_page([Problem("none", "请先勾选要督办的里程碑。")], 422)
    try:
        with transaction() as writing:
            made = drafting.draft_for_lights(
                writing, actor=identity(), now=clock.now(), milestones=ids
            )
    except Refused as refusal:
        return _candidates_page(list(refusal.problems), 422)
    flash(f"已拟{len(made)}件督办单，请核对内容后签发。")
    return redirect(url_for("supervision.index", heap=Heap.DRAFT.value), 303)


# --- words -----------------------------------------------------------------------------------


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.SUPERVISE)
def new() -> Page:
    """A 督办单 that no light asks for."""
    province, today = identity().place.province, clock.today()
    form = OrderForm(
        data={
            "level": Level.YELLOW.value,
            "due": drafting.due_of(session(), province, Level.YELLOW, today),
            "requirement": drafting.requirement_of(session(), province),
            "basis": drafting.basis_of(session(), province),
        }
    )
    regions = regions_of(session(), identity().place)
    form.region.choices = {"": "请选择"} | {region.code: region.name for region in regions}
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                matter = drafting.draft(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    region=form.region.data,
                    wording=form.wording,
                )
            flash("已拟督办单，请核对后签发。")
            return redirect(url_for("matters.show", number=matter.id), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
    page = render_template(
        "supervision/edit.html",
        form=form,
        rest=rest,
        differences=None,
        title="新拟督办单",
        back=url_for("supervision.index"),
        crumbs=[("督办", url_for("supervision.index")), ("新拟督办单", "")],
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<int:number>/edit", methods=["GET", "POST"])
@requires(Can.SUPERVISE, Can.ANSWER_SUPERVISION)
def edit(number: int) -> Page:
    """The words of a draft, or of a problem that nobody has answered yet."""
    matter, region = queries.get_matter(session(), number, who=identity())
    problem = matter.kind is Kind.PROBLEM
    stored = as_stored(matter)
    stored["base"] = as_base(stored)
    form: WordingForm = ProblemForm(data=stored) if problem else WordingForm(data=stored)
    if isinstance(form, ProblemForm):
        form.milestone.choices = milestone_choices(region)
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _save(number, form)
            flash("已保存。")
            return redirect(url_for("matters.show", number=number), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            matter, _ = queries.get_matter(session(), number, who=identity())
            differences = form.adopt(as_stored(matter))
    page = render_template(
        "supervision/edit.html",
        form=form,
        rest=rest,
        differences=differences,
        title=f"修改{matter.kind.label}",
        back=url_for("matters.show", number=number),
        crumbs=[
            ("督办", url_for("supervision.index")),
            (matter.title, url_for("matters.show", number=number)),
            ("修改", ""),
        ],
    )
    return page, status


def _save(number: int, form: WordingForm) -> None:
    own = isinstance(form, ProblemForm)
    with transaction() as writing:
        drafting.edit(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=form.seen,
            wording=form.wording,
            source=Source(form.source.data) if own else None,
            milestone=form.milestone.data if own else None,
        )


@blueprint.post("/<int:number>/issue")
@requires(Can.SUPERVISE)
def issue(number: int) -> Page:
    queries.get_matter(session(), number, who=identity())
    try:
        [matter] = issue_all([(number, whole(request.form.get("version")))])
    except Refused as refusal:
        return matter_page(number, Typed(problems=refusal.problems), 422)
    except Conflict:
        return matter_page(number, Typed(problems=[MEANWHILE]), 409)
    except RenderFailed as failure:
        return matter_page(number, Typed(problems=[Problem("render", failure.message)]), 503)
    flash(f"已签发：{matter.number_words}，等待{matter.unit}反馈。")
    return redirect(url_for("matters.show", number=number), 303)


@blueprint.post("/<int:number>/discard")
@requires(Can.SUPERVISE, Can.ANSWER_SUPERVISION)
def discard(number: int) -> Page:
    matter, region = queries.get_matter(session(), number, who=identity())
    kind, code = matter.kind, region.code
    try:
        with transaction() as writing:
            drafting.discard(
                writing,
                actor=identity(),
                now=clock.now(),
                chosen=[(number, whole(request.form.get("version")))],
            )
    except Refused as refusal:
        return matter_page(number, Typed(problems=refusal.problems), 422)
    except Conflict:
        return matter_page(number, Typed(problems=[MEANWHILE]), 409)
    flash(f"已作废该{kind.label}，操作日志中仍可查到。")
    if kind is Kind.PROBLEM:
        return redirect(url_for("problems.listing", code=code), 303)
    return redirect(url_for("supervision.index", heap=Heap.DRAFT.value), 303)


# --- papers ----------------------------------------------------------------------------------


@blueprint.get("/<int:number>/notice.pdf")
@requires(Can.SEE_SUPERVISION)
def notice(number: int) -> Page:
    """The stored bytes, never a fresh rendering; `?view=1` in place."""
    matter, _ = queries.get_matter(session(), number, who=identity())
    if not matter.pdf_digest:
        raise NotFound
    name, size = matter.file_name, matter.pdf_size
    try:
        stream = files().open(matter.pdf_digest)
    except FileNotFoundError:
        return attached.missing(name)
    _note([number])
    return stored_file(
        stream,
        name=name,
        size=size,
        media_type="application/pdf",
        inline=request.args.get("view") == "1",
    )


@blueprint.get("/notices.zip")
@requires(Can.SEE_SUPERVISION)
def notices() -> Page:
    """The papers of all orders in the list as filtered, one PDF each."""
    rows = queries.listed(session(), identity(), wanted_of(), today=clock.today(), limit=500)
    printed = [line.matter for line in rows if line.matter.pdf_digest]
    if not printed:
        flash("所选范围内没有已签发的督办单，请调整筛选条件。")
        return redirect(url_for("supervision.index", **kept_args(wanted_of())), 303)
    try:
        body = _zipped(printed)
    except FileNotFoundError:
        return attached.missing("督办通知单")
    _note([matter.id for matter in printed])
    response = stored_file(
        BytesIO(body), name="督办通知单.zip", size=len(body), media_type="application/zip"
    )
    return name_file(response, f"督办通知单{clock.today():%Y%m%d}.zip", "notices.zip")


def _zipped(printed: list[Matter]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for matter in printed:
            with files().open(matter.pdf_digest) as stream:
                archive.writestr(matter.file_name, stream.read())
    return out.getvalue()


def _note(numbers: list[int]) -> None:
    with transaction() as writing:
        issuing.note_download(writing, actor=identity(), now=clock.now(), numbers=numbers)


# --- settings --------------------------------------------------------------------------------


@blueprint.route("/settings", methods=["GET", "POST"])
@requires(Can.SUPERVISE)
def configure() -> Page:
    """The words orders begin with, and how many working days are left for an answer."""
    province = identity().place.province
    form = SettingsForm(data=settings.current(session(), province))
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                settings.save(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    version=form.seen,
                    values=form.values(),
                )
            flash("督办设置已保存，以后新拟的督办单按此填写；已拟和已签发的不变。")
            return redirect(url_for("orders.configure"), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            stored = settings.current(session(), province)
            version = stored.pop("version")
            differences = form.differences(stored)
            form.version.data = version
    page = render_template(
        "supervision/settings.html",
        form=form,
        rest=rest,
        differences=differences,
        basis=drafting.basis_of(session(), province),
    )
    return page, status
