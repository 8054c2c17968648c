"""A meter by both methods, with its pictures and what can be chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from custody.baselines import charts
from custody.baselines.forms.versions import ChooseForm, QuotaForm
from custody.baselines.models import Baseline, Line
from custody.baselines.queries import Bills
from custody.baselines.rules.expected import by_model, by_rule, expected
from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE, may_choose
from custody.baselines.rules.outline import METHODS
from custody.baselines.rules.plain import from_plain
from custody.baselines.rules.worth import Figure, worth
from custody.energy.models.roster import Meter
from custody.kernel.drawing import Svg
from custody.kernel.periods import codes
from custody.kernel.problems import Problem
from custody.mv.custody_rule import Rule
from custody.mv.ladder import Baseline as Fit
from custody.web.formkit import Difference

HALF = charts.Look(544, 280, 12)


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


def card_of(
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
