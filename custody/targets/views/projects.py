"""The registry of energy and water performance contracts: list, one, add, edit, decide."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Place
from custody.attachments.queries import attached_to, get_attachment
from custody.infra import clock
from custody.kernel import credit_code
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions import queries as regions
from custody.targets.actions import projects as acts
from custody.targets.forms import ProjectForm
from custody.targets.models import Project
from custody.targets.queries import projects as queries
from custody.targets.queries.entries import name_of
from custody.targets.queries.projects import Wanted
from custody.targets.rules.projects import Institution, Progress, ProjectKind, counts, twin_key
from custody.targets.rules.review import STEPS, Review, Step
from custody.targets.views.decided import act, take_files
from custody.targets.views.exports import projects_sheet, sent
from custody.web import attached, kept
from custody.web.database import session, transaction
from custody.web.downloads import SHOWN
from custody.web.formkit import Difference, whole, whole_or_none
from custody.web.paging import page_of

blueprint = Blueprint("projects", __name__, url_prefix="/projects")
kept.call(
    blueprint,
    "合同能源和节水项目",
    {
        "new": "提交登记",
        "edit": "保存",
        "decide": {"confirm": "确认", "return": "退回"},
        "withdraw": "撤回",
    },
    "projects.show",
)
Page = str | Response | tuple[str, int]
W = TypeVar("W", bound=StrEnum)
MOST = 5_000


def _word(name: str, kind: type[W]) -> W | None:
    text = request.args.get(name, "")
    return next((one for one in kind if one.value == text), None)


def _wanted() -> Wanted:
    year = whole_or_none(request.args.get("year"))
    return Wanted(
        city=request.args.get("city", "")[:12],
        kind=_word("kind", ProjectKind),
        institution=_word("institution", Institution),
        progress=_word("progress", Progress),
        status=_word("status", Review),
        year=year if year and 2000 <= year <= 2100 else None,
        words=request.args.get("q", "").strip()[:40],
    )


@blueprint.get("")
@requires(Can.SEE_PROGRAMME)
def index() -> Page:
    place, wanted = identity().place, _wanted()
    page = page_of(queries.count_projects(session(), place, wanted))
    year = regions.notice_of(session(), place.province).year
    lines = queries.list_projects(session(), place, wanted, limit=page.size, offset=page.offset)
    return render_template(
        "projects/index.html",
        lines=lines,
        page=page,
        wanted=wanted,
        filtered=wanted != Wanted(),
        year=year,
        counted={
            line.project.id
            for line in lines
            if counts(line.project.progress, line.project.signed_on, line.project.status, year)
        },
        twins=queries.twins_within(session(), place),
        cities=[] if place.city else regions.cities_of(session(), place),
        kinds=ProjectKind,
        institutions=Institution,
        stages=Progress,
        statuses=[one for one in Review if one is not Review.REPLACED],
    )


@blueprint.get("/export")
@requires(Can.EXPORT)
def export() -> Page:
    lines = queries.list_projects(session(), identity().place, _wanted(), limit=MOST)
    name = "合同能源管理和合同节水管理项目"
    return sent(projects_sheet(lines), name, "projects", len(lines))


# --- adding and editing --------------------------------------------------------------------------


def _places() -> dict[str, tuple[str, Place]]:
    """Where the person may enter a project: code → name and place, their own first."""
    place = identity().place
    found = {place.code: (regions.place_name(session(), place), place)}
    if not place.city:
        for city in regions.cities_of(session(), place):
            found[city.code] = (city.name, Place(place.province, city.code))
    if not place.region:
        for region in regions.regions_of(session(), place):
            found[region.code] = (region.name, region.place)
    return found


def _form(project: Project | None, places: dict[str, tuple[str, Place]]) -> ProjectForm:
    form = ProjectForm(obj=project, data={"place": project.place.code} if project else None)
    form.place.choices = {code: name for code, (name, _) in places.items()}
    return form


def _form_page(
    form: ProjectForm,
    *,
    project: Project | None = None,
    rest: Sequence[Problem] = (),
    differences: list[Difference] | None = None,
    status: int = 200,
) -> Page:
    page = render_template(
        "projects/form.html",
        form=form,
        project=project,
        rest=rest,
        differences=differences,
        twin=_twin(form, project),
    )
    return page, status


def _twin(form: ProjectForm, project: Project | None) -> Project | None:
    """Something like it that is there already; a warning, never an obstacle."""
    signed, unit, kind = form.signed_on.data, form.unit.data, form.kind.data
    if not form.is_submitted() or signed is None or not unit or kind is None:
        return None
    key = twin_key(unit, credit_code.normal(form.credit_code.data or ""), kind, signed.year)
    besides = project.id if project else None
    return queries.twin_of(session(), place=identity().place, key=key, besides=besides)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.REPORT_TARGET)
def new() -> Page:
    places = _places()
    form = _form(None, places)
    if not form.is_submitted():
        return _form_page(form)
    if not form.validate():
        return _form_page(form, status=422)
    try:
        files = take_files(form)
        with transaction() as writing:
            project = acts.add(
                writing,
                actor=identity(),
                now=clock.now(),
                place=places[form.place.data][1],
                facts=form.facts,
                files=files,
                ticket=form.ticket.data,
            )
    except Refused as refusal:
        return _form_page(form, rest=form.take(refusal.problems), status=422)
    flash("已登记。" if project.status is Review.CONFIRMED else "已登记，等待省级确认。")
    return redirect(url_for("projects.show", number=project.id), 303)


@blueprint.route("/<int:number>/edit", methods=["GET", "POST"])
@requires(Can.REPORT_TARGET)
def edit(number: int) -> Page:
    project = queries.get_project(session(), number, place=identity().place)
    if not may(Can.REPORT_TARGET, project.place):
        raise NotFound
    places = _places()
    form = _form(project, places)
    if not form.is_submitted():
        form.version.data = str(project.version)
        return _form_page(form, project=project)
    if not form.validate():
        return _form_page(form, project=project, status=422)
    try:
        files = take_files(form)
        with transaction() as writing:
            acts.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=form.seen,
                place=places[form.place.data][1],
                facts=form.facts,
                files=files,
            )
    except Refused as refusal:
        return _form_page(form, project=project, rest=form.take(refusal.problems), status=422)
    except Conflict:
        project = queries.get_project(session(), number, place=identity().place)
        stored = {name: getattr(project, name) for name in _COMPARED}
        differences = form.differences({**stored, "place": project.place.code})
        form.version.data = str(project.version)
        return _form_page(form, project=project, differences=differences, status=409)
    flash("已保存。")
    return redirect(url_for("projects.show", number=number), 303)


_COMPARED = (
    "name",
    "unit",
    "credit_code",
    "kind",
    "institution",
    "progress",
    "signing_planned",
    "signed_on",
    "completion_planned",
    "amount",
    "area",
    "saving",
    "saving_unit",
    "note",
)


# --- reading and deciding ------------------------------------------------------------------------


@blueprint.get("/<int:number>")
@requires(Can.SEE_PROGRAMME)
def show(number: int) -> Page:
    return _page(number)


def _page(
    number: int, problems: Sequence[Problem] = (), status: int = 200, *, reason: str = ""
) -> Page:
    place = identity().place
    found = queries.get_project(session(), number, place=place)
    year = regions.notice_of(session(), place.province).year
    own = may(Can.REPORT_TARGET, found.place)
    twin = None
    if found.signed_on is not None and not found.status.over:
        key = twin_key(found.unit, found.credit_code, found.kind, found.signed_on.year)
        twin = queries.twin_of(session(), place=place, key=key, besides=found.id)
    page = render_template(
        "projects/show.html",
        project=found,
        place_name=regions.place_name(session(), found.place),
        by=name_of(session(), found.entered_by),
        decided=name_of(session(), found.decided_by) if found.decided_by else "",
        files=attached_to(session(), "project", [found.id])[found.id],
        shown=SHOWN,
        problems=problems,
        reason=reason,
        year=year,
        counted=counts(found.progress, found.signed_on, found.status, year),
        twin=twin,
        twin_seen=twin is not None and place.covers(twin.place),
        may_confirm=may(Can.CONFIRM_TARGET) and (found.status, Step.CONFIRM) in STEPS,
        may_return=may(Can.CONFIRM_TARGET) and (found.status, Step.RETURN) in STEPS,
        may_edit=own and (found.status, Step.CORRECT) in STEPS,
        may_withdraw=own and (found.status, Step.WITHDRAW) in STEPS,
    )
    return page, status


@blueprint.post("/<int:number>/decide")
@requires(Can.CONFIRM_TARGET)
def decide(number: int) -> Page:
    queries.get_project(session(), number, place=identity().place)
    step = Step.RETURN if request.form.get("act") == "return" else Step.CONFIRM
    reason = request.form.get("reason", "")[:500]

    def do(writing: Session) -> None:
        acts.decide(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=whole(request.form.get("version")),
            step=step,
            reason=reason,
        )

    problems, status = act(do)
    if problems:
        return _page(number, problems, status, reason=reason)
    flash("已确认。" if step is Step.CONFIRM else "已退回，登记单位会看到理由。")
    return redirect(url_for("projects.show", number=number), 303)


@blueprint.post("/<int:number>/withdraw")
@requires(Can.REPORT_TARGET)
def withdraw(number: int) -> Page:
    queries.get_project(session(), number, place=identity().place)

    def do(writing: Session) -> None:
        acts.withdraw(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=whole(request.form.get("version")),
        )

    problems, status = act(do)
    if problems:
        return _page(number, problems, status)
    flash("已撤回登记；记录仍可查阅，不再计入。")
    return redirect(url_for("projects.show", number=number), 303)


@blueprint.get("/<int:number>/files/<int:file>")
@requires(Can.READ_EVIDENCE)
def download(number: int, file: int) -> Page:
    found = queries.get_project(session(), number, place=identity().place)
    one = get_attachment(session(), file, kind="project", subject=found.id)

    def note(writing: Session, name: str, inline: bool) -> None:
        words = f"在线查看：{name}" if inline else name
        acts.note_download(writing, actor=identity(), now=clock.now(), project=found, name=words)

    return attached.hand_out(one, note)
