"""非常规调整 of a region: listed, drafted for a meter, signed by both sides, withdrawn."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to, get_attachment
from custody.baselines import tables
from custody.baselines.actions import adjustments as actions
from custody.baselines.forms.adjustments import AdjustmentForm, WithdrawForm
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.queries import (
    ADJUSTMENT,
    Adjusted,
    adjusted_of,
    adjustments_of_region,
    adopted_of,
    found_meters,
    get_adjustment,
    line_of_meter,
    names_of,
)
from custody.baselines.rules import adjusting
from custody.baselines.rules.adjusting import ASKS, SLOTS
from custody.baselines.rules.fitting import QUOTA_ENTERED, REGRESSION
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.roster import get_institution, get_meter
from custody.infra import clock
from custody.infra.uploads import ACCEPTED, MAX_FILE, receive
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.mv.adjust import Driver
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import SHOWN, stored_file
from custody.web.exports import table_file
from custody.web.formkit import Difference, whole
from custody.web.paging import Page as Part
from custody.web.paging import page_of, wanted_page

blueprint = Blueprint("adjustments", __name__, url_prefix="/baselines")
kept.call(
    blueprint,
    "非常规调整",
    {
        "new": "保存草稿",
        "edit": "保存修改",
        "attach": "上传材料",
        "remove": "移除材料",
        "sign": "登记双方已签认",
        "withdraw": "撤回",
    },
    "adjustments.show",
)
Page = str | Response | tuple[str, int]
ONE = "/adjustments/<int:number>"
STATES = {one.value: one.label for one in AdjustmentState}
_MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，这项调整有了变化，本次操作没有生效；请查看最新内容后再办理。",
)


# --- a region's -------------------------------------------------------------------------------


def _listed(region: Region) -> tuple[str, list[Adjusted]]:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    return state, adjustments_of_region(
        session(), region.code, AdjustmentState(state) if state else None
    )


@blueprint.get("/regions/<code>/adjustments")
@requires(Can.SEE_ENERGY)
def index(code: str) -> Page:
    region = get_region(session(), code, place=identity().place)
    state, rows = _listed(region)
    return render_template(
        "adjustments/index.html",
        region=region,
        rows=rows,
        papers=attached_to(session(), ADJUSTMENT, [one.row.id for one in rows]),
        counting=adopted_of(session(), [code]).get(code),
        state=state,
        states=STATES,
        asks=ASKS,
        effect=_effect,
        slots=SLOTS,
    )


def _effect(one: Adjusted) -> str:
    driver = Driver(one.row.driver)
    return adjusting.effect_words(driver, one.row.quantity, one.meter.energy.unit)


@blueprint.get("/regions/<code>/adjustments.xlsx")
@requires(Can.EXPORT)
def export(code: str) -> Page:
    """The list as it is filtered."""
    who = identity()
    region = get_region(session(), code, place=who.place)
    state, rows = _listed(region)
    papers = attached_to(session(), ADJUSTMENT, [one.row.id for one in rows])
    under = f"{region.name}　{clock.today():%Y-%m-%d}　{who.unit}{who.name}"
    return table_file(
        tables.adjustments(region.name, rows, papers, under),
        actor=who,
        place=region.place,
        name=f"{region.name}非常规调整",
        plain="adjustments",
        note=f"{len(rows)}项" + (f"，{STATES[state]}" if state else ""),
    )


@blueprint.get("/regions/<code>/adjustments/meters")
@requires(Can.PROPOSE_BASELINE)
def pick(code: str) -> Page:
    """Which meter it is about."""
    region = get_region(session(), code, place=identity().place)
    words = request.args.get("q", "").strip()[:40]
    size = 20
    count, rows = found_meters(session(), code, words, (wanted_page() - 1) * size, size)
    page: Part = page_of(count, size)
    return render_template(
        "adjustments/pick.html", region=region, rows=rows, page=page, words=words
    )


# --- drafting ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """What an adjustment stands on."""

    region: Region
    meter: Meter
    institution: Institution
    baseline: Baseline | None
    line: Line | None

    @property
    def year(self) -> Decimal | None:
        """The base quantity of a year by the method that was chosen."""
        line = self.line
        if line is None or not line.chosen:
            return None
        by_method = {REGRESSION: line.model_use, QUOTA_ENTERED: line.quota}
        return by_method.get(line.chosen, line.rule_use)

    @property
    def months(self) -> list[int]:
        """That may be chosen: since the base period, two years back at most, one ahead."""
        this = Month.of(clock.today())
        known = [this.plus(offset).code for offset in range(-24, 13)]
        first = self.baseline.base_until if self.baseline else 0
        return [code for code in known if code > first]


def _about(meter: Meter, region: Region) -> About:
    institution, _ = get_institution(session(), meter.institution_id, place=region.place)
    baseline = adopted_of(session(), [region.code]).get(region.code)
    line = line_of_meter(session(), baseline.id, meter.id) if baseline else None
    return About(region, meter, institution, baseline, line)


def _driver() -> Driver:
    text = request.args.get("driver", "")
    return Driver(text) if text in [one.value for one in ASKS] else Driver.AREA


@blueprint.route("/meters/<int:meter>/adjustments/new", methods=["GET", "POST"])
@requires(Can.PROPOSE_BASELINE)
def new(meter: int) -> Page:
    row, region = get_meter(session(), meter, place=identity().place)
    about, driver = _about(row, region), _driver()
    form = AdjustmentForm()
    form.ask(driver, row.energy, about.months)
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                made = actions.add(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    meter=meter,
                    key=str(form.key.data or "")[:40] or secrets.token_urlsafe(20),
                    wanted=form.wanted(driver),
                )
                number = made.id
            flash("草稿已保存。请上传双方签认件，齐全后登记生效。")
            return redirect(url_for("adjustments.show", number=number), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
    if not form.is_submitted():
        form.key.data = secrets.token_urlsafe(20)
        _propose(form, driver, about)
    page = render_template(
        "adjustments/new.html", about=about, driver=driver, asks=ASKS, form=form, rest=rest
    )
    return page, 422 if form.is_submitted() else 200


def _propose(form: AdjustmentForm, driver: Driver, about: About) -> None:
    """What is known is filled in."""
    owner = about.institution
    form.rate.data = adjusting.usual_rate(driver, about.year, owner.floor_area, owner.people)
    if driver is Driver.AREA and owner.floor_area:
        form.before.data = Decimal(f"{owner.floor_area.normalize():f}")
    if driver is Driver.PEOPLE and owner.people:
        form.before.data = Decimal(owner.people)
    if driver is Driver.PRICE and about.line is not None and about.line.price:
        form.before.data = Decimal(f"{about.line.price.normalize():f}")


# --- one --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Typed:
    """What somebody sent that could not be taken."""

    form: AdjustmentForm | None = None
    withdrawal: WithdrawForm | None = None
    problems: list[Problem] = field(default_factory=list)
    differences: list[Difference] | None = None


@blueprint.get(ONE)
@requires(Can.SEE_ENERGY)
def show(number: int) -> Page:
    return _page(number, Typed(), 200)


def _page(number: int, typed: Typed, status: int) -> Page:
    row, region = get_adjustment(session(), number, who=identity())
    found = adjusted_of(session(), row)
    about = _about(found.meter, region)
    driver = Driver(row.driver)
    form = typed.form
    if form is None:
        form = AdjustmentForm(
            formdata=None, data={**AdjustmentForm.shown(row), "version": str(row.version)}
        )
    form.ask(driver, found.meter.energy, sorted({*about.months, *_months_of(row)}))
    held = attached_to(session(), ADJUSTMENT, [row.id])[row.id]
    page = render_template(
        "adjustments/show.html",
        about=about,
        a=row,
        ask=ASKS[driver],
        driver=driver,
        effect=_effect(found),
        form=form if row.state is AdjustmentState.DRAFT else None,
        withdrawal=typed.withdrawal or WithdrawForm(formdata=None),
        rest=typed.problems,
        differences=typed.differences,
        slots=SLOTS,
        papers={slot: [one for one in held if one.slot == slot] for slot in SLOTS},
        names=names_of(session(), [row.created_by]),
        accepted=ACCEPTED,
        limit=MAX_FILE,
        shown=SHOWN,
        unit=found.meter.energy.unit,
    )
    return page, status


def _months_of(row: NonRoutine) -> list[int]:
    return [one for one in (row.from_month, row.until_month) if one]


def _back(number: int) -> Response:
    return redirect(url_for("adjustments.show", number=number), 303)


@blueprint.post(ONE)
@requires(Can.PROPOSE_BASELINE)
def edit(number: int) -> Page:
    row, region = get_adjustment(session(), number, who=identity())
    found, driver = adjusted_of(session(), row), Driver(row.driver)
    form = AdjustmentForm()
    months = {*_about(found.meter, region).months, *_months_of(row)}
    form.ask(driver, found.meter.energy, sorted(months))
    if not form.validate_on_submit():
        return _page(number, Typed(form), 422)
    try:
        with transaction() as writing:
            actions.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                wanted=form.wanted(driver),
            )
    except Refused as refusal:
        return _page(number, Typed(form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        row, _ = get_adjustment(session(), number, who=identity())
        differences = form.differences(AdjustmentForm.shown(row))
        form.version.data = str(row.version)
        return _page(number, Typed(form, differences=differences), 409)
    flash("草稿已保存。")
    return _back(number)


@blueprint.post(f"{ONE}/files")
@requires(Can.PROPOSE_BASELINE)
def attach(number: int) -> Page:
    who = identity()
    get_adjustment(session(), number, who=who)
    sent = [(one.filename or "", one.stream) for one in request.files.getlist("files")]
    received = receive(files(), [one for one in sent if one[0]])
    problems = list(received.problems)
    if not received.files and not problems:
        problems = [Problem("none", "请先选择要上传的文件。")]
    if received.files:
        try:
            with transaction() as writing:
                actions.attach(
                    writing,
                    actor=who,
                    now=clock.now(),
                    number=number,
                    slot=request.form.get("slot", ""),
                    files=received.files,
                )
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        return _page(number, Typed(problems=problems), 422)
    flash("材料已上传。")
    return _back(number)


@blueprint.post(f"{ONE}/files/<int:file>/remove")
@requires(Can.PROPOSE_BASELINE)
def remove(number: int, file: int) -> Page:
    try:
        with transaction() as writing:
            actions.remove(writing, actor=identity(), now=clock.now(), number=number, file=file)
    except Refused as refusal:
        return _page(number, Typed(problems=list(refusal.problems)), 422)
    flash("材料已移除。")
    return _back(number)


@blueprint.get(f"{ONE}/files/<int:file>")
@requires(Can.SEE_ENERGY)
def download(number: int, file: int) -> Page:
    """A paper. Recorded."""
    who = identity()
    row, _ = get_adjustment(session(), number, who=who)
    paper = get_attachment(session(), file, kind=ADJUSTMENT, subject=row.id)
    name, digest, size, media_type = paper.name, paper.digest, paper.size, paper.media_type
    try:
        stream = files().open(digest)
    except FileNotFoundError:
        raise NotFound from None
    with transaction() as writing:
        actions.note_download(writing, actor=who, now=clock.now(), number=number, name=name)
    inline = media_type in SHOWN and request.args.get("view") == "1"
    return stored_file(stream, name=name, size=size, media_type=media_type, inline=inline)


@blueprint.post(f"{ONE}/sign")
@requires(Can.PROPOSE_BASELINE)
def sign(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.sign(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return _page(number, Typed(problems=list(refusal.problems)), 422)
    except Conflict:
        return _page(number, Typed(problems=[_MEANWHILE]), 409)
    flash("已登记生效，自生效月份起计入节能量的调整后基准。")
    return _back(number)


@blueprint.post(f"{ONE}/withdraw")
@requires(Can.PROPOSE_BASELINE)
def withdraw(number: int) -> Page:
    get_adjustment(session(), number, who=identity())
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(number, Typed(withdrawal=form), 422)
    try:
        with transaction() as writing:
            actions.withdraw(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                reason=form.withdrawn_because.data,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _page(number, Typed(withdrawal=form, problems=rest), 422)
    except Conflict:
        return _page(number, Typed(withdrawal=form, problems=[_MEANWHILE]), 409)
    flash("已撤回，不再计入节能量。")
    return _back(number)
