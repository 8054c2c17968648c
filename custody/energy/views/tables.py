"""折算系数 and 校验规则: read by everybody, kept by the coordinator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.audit.queries import history
from custody.audit.rules import told
from custody.energy.actions import tables as actions
from custody.energy.forms.tables import CoefficientForm, LimitsForm
from custody.energy.models.tables import Coefficient
from custody.energy.queries.reports import names_of_people
from custody.energy.queries.tables import coefficients as all_coefficients
from custody.energy.queries.tables import get_coefficient, limits_of, policy_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber, mark_of
from custody.energy.rules.limits import LIMITS, Limit, Limits
from custody.energy.tables import reports
from custody.energy.views.monthly import Page, Trail, trail
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference, whole

blueprint = Blueprint("energy_tables", __name__, url_prefix="/energy")
kept.call(
    blueprint,
    "能源数据参数",
    {"new": "新增系数", "edit": "保存系数", "set_limits": "保存校验规则"},
)


# --- coefficients -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    row: Coefficient
    standing: str
    mark: str


@dataclass(frozen=True, slots=True)
class Heap:
    """An energy with its rows, those of a caliber together, the newest first."""

    energy: Energy
    lines: Sequence[Line]


def _lines(rows: Sequence[Coefficient], today: date) -> list[Line]:
    """The newest that is valid by now counts; those before it have been superseded."""
    counted: set[tuple[Energy, str]] = set()
    lines = []
    for row in rows:
        key = (row.energy, row.caliber.value)
        if row.valid_from > today:
            standing = "未起用"
        elif key in counted:
            standing = "已被替代"
        else:
            counted.add(key)
            standing = "现行"
        lines.append(Line(row, standing, mark_of(row.source, verified=row.verified)))
    calibers = list(Caliber)
    return sorted(lines, key=lambda one: calibers.index(one.row.caliber))


@blueprint.get("/coefficients")
@requires(Can.SEE_ENERGY)
def coefficients() -> Page:
    lines = _lines(all_coefficients(session(), identity().place.province), clock.today())
    heaps = [
        Heap(energy, of_it)
        for energy in Energy
        if (of_it := [one for one in lines if one.row.energy is energy])
    ]
    return render_template(
        "energy/coefficients.html",
        heaps=heaps,
        without=[one for one in Energy if one not in {heap.energy for heap in heaps}],
        unsure=sum(one.mark != "已核实" and one.standing == "现行" for one in lines),
        trail=trail(None, "折算系数"),
    )


@blueprint.get("/coefficients.xlsx")
@requires(Can.EXPORT)
def export_coefficients() -> Page:
    who = identity()
    lines = _lines(all_coefficients(session(), who.place.province), clock.today())
    return table_file(
        reports.coefficients([(one.row, one.standing) for one in lines], f"{who.unit}{who.name}"),
        actor=who,
        place=who.place,
        name="能源折算系数",
        plain="coefficients",
        note=f"{len(lines)}行",
    )


@blueprint.get("/coefficients/<int:number>")
@requires(Can.SEE_ENERGY)
def coefficient(number: int) -> Page:
    row = get_coefficient(session(), number, province=identity().place.province)
    lines = _lines(all_coefficients(session(), row.province_code), clock.today())
    [line] = [one for one in lines if one.row.id == number]
    return render_template(
        "energy/coefficient.html",
        line=line,
        row=row,
        alike=[
            one for one in lines if (one.row.energy, one.row.caliber) == (row.energy, row.caliber)
        ],
        names=names_of_people(session(), [row.edited_by]),
        told=told(history(session(), "coefficient", number, limit=50)),
        trail=_trail(_title(row)),
    )


def _title(row: Coefficient) -> str:
    return f"{row.energy.label}（{row.caliber.label}）"


def _trail(title: str, *between: tuple[str, str]) -> Trail:
    return trail(None, title, ("折算系数", url_for("energy_tables.coefficients")), *between)


@blueprint.route("/coefficients/new", methods=["GET", "POST"])
@requires(Can.MANAGE_COEFFICIENTS)
def new() -> Page:
    form = CoefficientForm()
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                row = actions.add_coefficient(
                    writing, actor=identity(), now=clock.now(), factor=form.factor()
                )
                number = row.id
            flash("折算系数已保存。")
            return redirect(url_for("energy_tables.coefficient", number=number), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
    page = render_template(
        "energy/coefficient_form.html",
        form=form,
        rest=rest,
        differences=None,
        title="新增折算系数",
        back=url_for("energy_tables.coefficients"),
        trail=_trail("新增折算系数"),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/coefficients/<int:number>/edit", methods=["GET", "POST"])
@requires(Can.MANAGE_COEFFICIENTS)
def edit(number: int) -> Page:
    row = get_coefficient(session(), number, province=identity().place.province)
    form = CoefficientForm(data=_stored(row))
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    back = url_for("energy_tables.coefficient", number=number)
    title = _title(row)
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                actions.edit_coefficient(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    number=number,
                    version=whole(form.version.data),
                    factor=form.factor(),
                )
            flash("折算系数已保存。")
            return redirect(back, 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            row = get_coefficient(session(), number, province=identity().place.province)
            stored = _stored(row)
            differences = form.differences({**stored, "version": form.version.data})
            form.version.data = str(stored["version"])
    page = render_template(
        "energy/coefficient_form.html",
        form=form,
        rest=rest,
        differences=differences,
        title=f"修改{title}折算系数",
        back=back,
        trail=_trail("修改", (title, back)),
    )
    return page, status


def _stored(row: Coefficient) -> dict[str, object]:
    return {
        "version": str(row.version),
        "energy": row.energy.value,
        "caliber": row.caliber.value,
        "value": _plain(row.value),
        "valid_from": row.valid_from,
        "source": row.source,
        "verified": row.verified,
    }


def _plain(value: Decimal) -> Decimal:
    """Without zeros behind it: 34.12 and 20, not 34.120000 and 2E+1."""
    return Decimal(f"{value.normalize():f}")


# --- thresholds ---------------------------------------------------------------------------------

SECTIONS: Mapping[str, str] = {
    "change": "变化和合计",
    "price": "单价范围",
    "import": "导入时的提示",
}


def _section(name: str) -> str:
    if name.startswith("price_"):
        return "price"
    return "import" if name.startswith("slip_") or name in ("jump", "thousand") else "change"


@dataclass(frozen=True, slots=True)
class LimitLine:
    name: str
    limit: Limit
    value: object
    source: str
    mark: str


def _limit_lines(found: Limits) -> Mapping[str, list[LimitLine]]:
    heaps: dict[str, list[LimitLine]] = {key: [] for key in SECTIONS}
    for name, limit in LIMITS.items():
        mark = "本省核定" if found.own(name) else "建议值" if limit.suggested else ""
        line = LimitLine(name, limit, found.values[name], limit.source, mark)
        heaps[_section(name)].append(line)
    return heaps


@blueprint.get("/limits")
@requires(Can.SEE_ENERGY)
def limits() -> Page:
    return _limits_page()


def _limits_page(
    form: LimitsForm | None = None,
    rest: Sequence[Problem] = (),
    differences: Sequence[Difference] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    province = identity().place.province
    policy = policy_of(session(), province)
    found = Limits.of(policy.values if policy else None)
    if form is None:
        stored = _stored_limits(found, policy.version if policy else 0)
        form = LimitsForm(formdata=None, data=stored)
    page = render_template(
        "energy/limits.html",
        form=form,
        rest=rest,
        differences=differences,
        heaps=_limit_lines(found),
        sections=SECTIONS,
        manages=may(Can.MANAGE_COEFFICIENTS),
        told=told(history(session(), "energy_policy", province, limit=10)),
        trail=trail(None, "校验规则"),
    )
    return page, status


@blueprint.post("/limits")
@requires(Can.MANAGE_COEFFICIENTS)
def set_limits() -> Page:
    form = LimitsForm()
    if not form.validate_on_submit():
        return _limits_page(form, status=422)
    try:
        with transaction() as writing:
            count = actions.set_limits(
                writing,
                actor=identity(),
                now=clock.now(),
                version=whole(form.version.data),
                values=form.values(),
                note=form.note.data or "",
            )
    except Refused as refusal:
        return _limits_page(form, form.take(refusal.problems), status=422)
    except Conflict:
        policy = policy_of(session(), identity().place.province)
        stored = _stored_limits(
            Limits.of(policy.values if policy else None), policy.version if policy else 0
        )
        differences = form.differences({**stored, "version": form.version.data})
        form.version.data = str(stored["version"])
        return _limits_page(form, differences=differences, status=409)
    flash(f"已修改{count}项校验规则，存疑账单立即按新规则计算。" if count else "没有改动。")
    return redirect(url_for("energy_tables.limits"), 303)


def _stored_limits(found: Limits, version: int) -> dict[str, object]:
    shown = {name: _plain(value) for name, value in found.values.items()}
    return {**shown, "version": str(version)}


@blueprint.get("/limits.xlsx")
@requires(Can.EXPORT)
def export_limits() -> Page:
    who = identity()
    return table_file(
        reports.limits(limits_of(session(), who.place.province), f"{who.unit}{who.name}"),
        actor=who,
        place=who.place,
        name="能源数据校验规则",
        plain="energy-limits",
        note=f"{len(LIMITS)}项",
    )
