"""An institution in a version: each meter by both methods, with pictures; the choice, the quota."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.baselines import charts
from custody.baselines.actions import lines as actions
from custody.baselines.forms.versions import ChooseForm, QuotaForm
from custody.baselines.models import Baseline, Line
from custody.baselines.queries import (
    Bills,
    adjustments_of,
    bills_of,
    get_baseline,
    get_line,
    meters_of_version,
)
from custody.baselines.rules.expected import by_model, by_rule, expected
from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE, may_choose
from custody.baselines.rules.outline import METHODS
from custody.baselines.rules.plain import from_plain
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import too_late
from custody.baselines.rules.worth import Figure, worth
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.energy.models.roster import Meter
from custody.energy.queries.roster import get_institution
from custody.energy.rules.energies import TYPES
from custody.infra import clock
from custody.kernel.drawing import Svg
from custody.kernel.periods import codes
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.mv.custody_rule import Rule
from custody.mv.ladder import METHOD_LABELS
from custody.mv.ladder import Baseline as Fit
from custody.regions.models import Region
from custody.web.database import session, transaction
from custody.web.formkit import Difference, whole
from custody.web.paging import page_of

HALF = charts.Look(544, 280, 12)
PER_PAGE = 8
"""Meters a page shows with their pictures."""


@dataclass(slots=True)
class Typed:
    """What was sent of one meter, when the page comes again."""

    line: int = 0
    choose: ChooseForm | None = None
    quota: QuotaForm | None = None
    problems: Sequence[Problem] = field(default=())
    differences: list[Difference] | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A meter by both methods."""

    line: Line
    meter: Meter
    fit: Fit
    rule: str
    """The rule in words."""
    worth: list[Figure]
    pictures: list[list[Svg]]
    """Each for a wide page and for a phone; none without bills."""
    rows: list[tuple[int, float | None, float | None, float | None, float | None]]
    """Month, temperature, actual, by the rule, by regression."""
    adjustments: list[Any]
    choose: ChooseForm | None
    quota: QuotaForm | None

    @property
    def model_cost(self) -> Any:
        line = self.line
        if line.model_use is None or line.price is None:
            return None
        return line.model_use * line.price

    @property
    def formula(self) -> str:
        return tidy(self.line.rule_record["formula"])

    @property
    def cost_formula(self) -> str:
        return tidy(self.line.rule_record["cost_formula"])

    @property
    def apart(self) -> float | None:
        """By how many percent regression tells more than the rule."""
        line = self.line
        if line.model_use is None or not line.rule_use:
            return None
        return float((line.model_use - line.rule_use) / line.rule_use * 100)


def tidy(formula: str) -> str:
    """11141148.0000 → 11,141,148: a formula keeps the digits it was reckoned with."""

    def shown(found: re.Match[str]) -> str:
        value = Decimal(found[0])
        return f"{value.normalize():,f}" if abs(value) >= 1000 or "." in found[0] else found[0]

    return re.sub(r"\d+(?:\.\d+)?(?!%|\d|\.)", shown, formula)


@blueprint.get("/<int:number>/institutions/<int:institution>")
@requires(Can.SEE_ENERGY)
def institution(number: int, institution: int) -> Page:
    return institution_page(number, institution)


def institution_page(
    number: int, owner: int, typed: Typed | None = None, status: int = 200
) -> Page:
    typed = typed or Typed()
    row, region = get_baseline(session(), number, who=identity())
    unit, _ = get_institution(session(), owner, place=identity().place)
    if unit.region_code != region.code:
        raise NotFound
    found = meters_of_version(session(), number, owner)
    page = page_of(len(found), PER_PAGE)
    shown = found[page.offset : page.offset + page.size]
    if typed.line and typed.line not in {line.id for line, _ in shown}:
        shown = [(line, meter) for line, meter in found if line.id == typed.line]
    ids = [meter.id for _, meter in shown]
    bills = bills_of(session(), ids, row.base_from, row.base_until)
    adjustments = adjustments_of(session(), ids)
    if row.state is not State.DRAFT and typed.line and not typed.problems:
        typed = Typed(problems=too_late(row.state))
    edits = may(Can.PROPOSE_BASELINE, region.place) and row.state is State.DRAFT
    warmth = {int(month): float(told["mean"]) for month, told in row.weather.items()}
    cards = [
        _card(
            row, line, meter, bills[meter.id], warmth, adjustments.get(meter.id, []), edits, typed
        )
        for line, meter in shown
    ]
    answer = render_template(
        "baselines/institution.html",
        b=row,
        region=region,
        title=title_of(row, region),
        institution=unit,
        type=TYPES.get(unit.type_code, ""),
        cards=cards,
        page=page,
        methods=METHODS,
        labels=METHOD_LABELS,
        typed=typed,
        edits=edits,
    )
    return answer, status


def _card(
    row: Baseline,
    line: Line,
    meter: Meter,
    bills: Bills,
    warmth: Mapping[int, float],
    adjustments: list[Any],
    edits: bool,
    typed: Typed,
) -> Card:
    fit = from_plain(line.record)
    months = codes(row.base_from, row.base_until)
    rule_use = None if line.rule_use is None else float(line.rule_use)
    ruled = by_rule(rule_use, line.rule_record, months)
    told = by_model(fit, months, warmth)
    base = expected(
        line.chosen or (RULE if rule_use is not None else REGRESSION),
        fit=fit,
        rule_use=rule_use,
        rule_record=line.rule_record,
        quota=None if line.quota is None else float(line.quota),
        months=months,
        warmth=warmth,
    )
    actual = [bills.use.get(month) for month in months]
    rows = list(zip(months, base, actual, strict=True))
    what = f"{meter.energy.label}户号{meter.number}"
    title = f"{what}：逐月用量与基准（{METHODS[line.chosen]}）"
    return Card(
        line,
        meter,
        fit,
        Rule(line.rule).label if line.rule else "",
        worth(fit),
        [*_scatter(fit, bills, warmth, meter, what), _months(rows, meter, title)]
        if bills.use
        else [],
        [
            (month, warmth.get(month), use, by, model)
            for month, use, by, model in zip(months, actual, ruled, told, strict=True)
        ],
        adjustments,
        *_forms(row, line, edits, typed),
    )


def _scatter(
    fit: Fit, bills: Bills, warmth: Mapping[int, float], meter: Meter, what: str
) -> list[list[Svg]]:
    """None where nothing depends on the weather."""
    used = {one.code for one in fit.months}
    points = [
        (month, warmth[month], use / bills.days[month])
        for month, use in bills.use.items()
        if month in warmth and month in used
    ]
    if not points:
        return []
    title = f"{what}：日均用量与月均气温"
    return [
        [
            charts.scatter(points, fit, unit=meter.energy.unit, look=look, title=title)
            for look in (HALF, charts.PHONE)
        ]
    ]


def _months(
    rows: Sequence[tuple[int, float | None, float | None]], meter: Meter, title: str
) -> list[Svg]:
    return [
        charts.months(rows, unit=meter.energy.unit, look=look, title=title)
        for look in (HALF, charts.PHONE)
    ]


def _forms(
    row: Baseline, line: Line, edits: bool, typed: Typed
) -> tuple[ChooseForm | None, QuotaForm | None]:
    """Of a line in a draft: what can be chosen, and the quota where nothing else suffices."""
    if not edits:
        return None, None
    mine = typed.line == line.id
    version = {"version": str(row.version)}
    choose = (mine and typed.choose) or ChooseForm(
        formdata=None,
        data={**version, "seen": line.chosen, "chosen": line.chosen, "words": line.words},
        prefix=f"m{line.id}-",
    )
    offered = choices(line)
    choose.chosen.choices = {name: METHODS_OFFERED[name] for name in offered}
    if line.rule_use is not None or REGRESSION in offered:
        return choose, None
    quota = (mine and typed.quota) or QuotaForm(
        formdata=None,
        data={
            **version,
            "seen": "" if line.quota is None else f"{line.quota:f}",
            "quota": None if line.quota is None else line.quota.normalize(),
            "source": line.quota_source,
        },
        prefix=f"q{line.id}-",
    )
    return (choose if len(offered) > 1 or choose is typed.choose else None), quota


METHODS_OFFERED = {
    RULE: "惯例法",
    REGRESSION: "回归法",
    QUOTA_ENTERED: "定额法",
    NOTHING: "不采用（不核算节能量）",
}


def choices(line: Line) -> list[str]:
    """What the line's data bear."""
    return [
        name
        for name in METHODS_OFFERED
        if may_choose(
            name,
            rule_use=line.rule_use,
            model_use=line.model_use,
            method=line.method,
            stops=line.record.get("stops", []),
            quota=line.quota,
        )
    ]


# --- one meter ---------------------------------------------------------------------------------


def _of(number: int, line: int) -> tuple[Baseline, Region, Line]:
    row, region = get_baseline(session(), number, who=identity())
    return row, region, get_line(session(), number, line)


def _back(number: int, line: Line) -> Page:
    address = url_for("baselines.institution", number=number, institution=line.institution_id)
    args = f"?page={page}" if (page := request.args.get("page", "")).isdecimal() else ""
    return redirect(f"{address}{args}#m{line.id}", 303)


@blueprint.post("/<int:number>/lines/<int:line>/choose")
@requires(Can.PROPOSE_BASELINE)
def choose(number: int, line: int) -> Page:
    _, _, row = _of(number, line)
    form = ChooseForm(prefix=f"m{line}-")
    typed = Typed(line, choose=form)
    if not form.validate_on_submit():
        return institution_page(number, row.institution_id, typed, 422)

    def act(writing: Session, version: int) -> None:
        actions.choose(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=version,
            line_id=line,
            chosen=form.chosen.data,
            words=form.words.data,
        )

    def stored(now: Line) -> dict[str, object]:
        return {"chosen": now.chosen, "words": now.words}

    return _decide(number, line, form, typed, act, stored, "已保存选用的方法。")


@blueprint.post("/<int:number>/lines/<int:line>/quota")
@requires(Can.PROPOSE_BASELINE)
def quota(number: int, line: int) -> Page:
    _, _, row = _of(number, line)
    form = QuotaForm(prefix=f"q{line}-")
    typed = Typed(line, quota=form)
    if not form.validate_on_submit():
        return institution_page(number, row.institution_id, typed, 422)

    def act(writing: Session, version: int) -> None:
        assert form.quota.data is not None
        actions.enter_quota(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=version,
            line_id=line,
            quota=form.quota.data,
            source=form.source.data,
        )

    def stored(now: Line) -> dict[str, object]:
        return {"quota": now.quota, "source": now.quota_source}

    return _decide(number, line, form, typed, act, stored, "已录入定额，该户号按定额法计算。")


def _decide(
    number: int,
    line: int,
    form: ChooseForm | QuotaForm,
    typed: Typed,
    act: Callable[[Session, int], None],
    stored: Callable[[Line], dict[str, object]],
    words: str,
) -> Page:
    """Somebody who decided another meter meanwhile is in nobody's way: then it is tried once more."""
    version = whole(form.version.data)
    for last in (False, True):
        try:
            with transaction() as writing:
                act(writing, version)
        except Refused as refusal:
            typed.problems = form.take(refusal.problems)
            owner = get_line(session(), number, line).institution_id
            return institution_page(number, owner, typed, 422)
        except Conflict:
            baseline, _, row = _of(number, line)
            now = {f"{form._prefix}{name}": value for name, value in stored(row).items()}
            differences = form.differences(now)
            untouched = form.seen.data == _seen(form, row)
            if differences and (last or not untouched):
                form.version.data, form.seen.data = str(baseline.version), _seen(form, row)
                typed.differences = differences
                return institution_page(number, row.institution_id, typed, 409)
            if not differences:
                break
            version = baseline.version
        else:
            break
    flash(words)
    return _back(number, get_line(session(), number, line))


def _seen(form: ChooseForm | QuotaForm, row: Line) -> str:
    if isinstance(form, ChooseForm):
        return row.chosen
    return "" if row.quota is None else f"{row.quota:f}"
