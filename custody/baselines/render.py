"""基准核定表 on paper: the region's sums, pictures, every meter, the signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from custody.baselines import charts
from custody.baselines.adjusted import adjustments_of
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.queries import (
    Bills,
    bills_of,
    comments_of,
    institutions_of,
    meters_of_version,
    names_of,
    outline_of,
)
from custody.baselines.rules import steps
from custody.baselines.rules.expected import expected
from custody.baselines.rules.outline import METHODS, Outline, Sum, by_energy, whole
from custody.baselines.rules.plain import from_plain
from custody.baselines.rules.states import State
from custody.baselines.rules.words import adjustment_words, period_words
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.infra import papers
from custody.infra.papers import SHEETS, Paper
from custody.kernel.drawing import Svg
from custody.kernel.periods import codes
from custody.mv.custody_rule import Answer, Change
from custody.regions.models import Region

PAGES = 80
MOST = 900
"""So many meters go on paper; the workbook has all of them (our choice)."""


def pdf(printed: Paper) -> bytes:
    return papers.pdf(printed, seconds=60)


def paper(session: Session, row: Baseline, region: Region, *, day: date, demo: bool) -> Paper:
    lines = meters_of_version(session, row.id)
    outline = outline_of(session, row.id)
    owners = institutions_of(session, region.code)
    ids = [meter.id for _, meter in lines]
    bills = bills_of(session, ids, row.base_from, row.base_until)
    adjustments = adjustments_of(session, ids)
    comments = comments_of(session, row.id)
    names = names_of(session, [row.adopted_by, *(one.by for one in comments)])
    answers = answers_of(row)
    sums = by_energy(outline)
    told = {one.line: one for one in outline}
    return Paper(
        "baselines/print/table.html",
        title=f"{region.name}公共机构能源基准核定表",
        issuer=region.lead_unit or region.name,
        day=(row.adopted_at or row.proposed_at or row.created_at).date(),
        words={
            "number": row.number,
            "state": row.state.label,
            "period": period_words(row.base_from, row.base_until),
            "version": row.method_version,
            "digest": row.digest,
            "printed": day,
            "outcome": steps.outcome(answers).label,
            "answers": answer_words(row),
            "note": row.note,
            "sums": [_sum(one) for one in sums],
            "total": _sum(whole(outline)),
            "pictures": _pictures(row, lines, bills, sums),
            "groups": _groups(lines[:MOST], told, owners, adjustments),
            "more": max(0, len(lines) - MOST),
            "comments": [
                {
                    "party": one.party or names.get(one.by, ""),
                    "by": names.get(one.by, ""),
                    "words": one.words,
                    "at": one.at.date(),
                }
                for one in comments
            ],
            "adopted": _adopted(row, names),
        },
        subject=f"{region.name}能源基准第{row.number}版",
        demo=demo,
        draft=row.state not in (State.ADOPTED, State.SUPERSEDED),
        pages=PAGES,
        sheets=(*SHEETS, "static/css/baseline_print.css"),
    )


def answers_of(row: Baseline) -> dict[Change, tuple[Answer, str]]:
    return {
        Change(name): (Answer(told["answer"]), told["words"])
        for name, told in row.comparability.items()
    }


def answer_words(row: Baseline) -> list[tuple[str, str, str]]:
    return [
        (test.label, steps.ANSWERS[answer], words)
        for test, (answer, words) in answers_of(row).items()
    ]


def _adopted(row: Baseline, names: Mapping[int, str]) -> str:
    if row.adopted_at is None:
        return ""
    return f"{names.get(row.adopted_by or 0, '')}　{papers.day_words(row.adopted_at.date())}"


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "energy": one.energy.label if one.energy else "",
        "unit": one.energy.unit if one.energy else "",
        "meters": one.meters,
        "rule": _side(one.rule),
        "model": _side(one.model),
        "chosen": _side(one.chosen),
        "apart": "—" if one.apart is None else percent(one.apart),
        "choices": "、".join(
            f"{METHODS[name]}{one.choices[name]}户" for name in METHODS if one.choices[name]
        ),
    }


def _side(side: Any) -> dict[str, Any]:
    return {
        "meters": side.meters,
        "use": f"{side.use:,.0f}" if side.meters else "—",
        "cost": f"{side.cost / 10000:,.2f}" if side.meters > side.unpriced else "—",
    }


def percent(value: float) -> str:
    told = f"{value:+.1f}%".replace("-", "−")
    return told if told.strip("+−0.%") else "0.0%"


def _groups(
    lines: Sequence[tuple[Line, Meter]],
    told: Mapping[int, Outline],
    owners: Mapping[int, Institution],
    adjustments: Mapping[int, Sequence[NonRoutine]],
) -> list[dict[str, Any]]:
    """By institution, numbered through."""
    found: dict[int, list[dict[str, Any]]] = {}
    for at, (line, meter) in enumerate(lines, 1):
        row = _row(at, line, meter, told[line.id], adjustments)
        found.setdefault(line.institution_id, []).append(row)
    return [
        {"owner": owners[one].name if one in owners else "", "rows": rows}
        for one, rows in found.items()
    ]


def _row(
    at: int,
    line: Line,
    meter: Meter,
    told: Outline,
    adjustments: Mapping[int, Sequence[NonRoutine]],
) -> dict[str, Any]:
    cvrmse = line.record.get("cvrmse")
    return {
        "at": at,
        "energy": meter.energy.label,
        "number": meter.number,
        "unit": meter.energy.unit,
        "years": len(line.rule_record.get("years", ())),
        "rule": _figure(line.rule_use),
        "flagged": line.rule_record.get("flagged", False),
        "model": _figure(line.model_use),
        "method": line.method if line.method[:1].isdigit() else _SHORT.get(line.method, ""),
        "cvrmse": "" if cvrmse is None else f"{cvrmse:.1f}",
        "chosen": METHODS[line.chosen],
        "use": _figure(told.use),
        "cost": _figure(told.cost),
        "notes": [
            *(one["message"] for one in line.record.get("stops", ())),
            *([f"定额来源：{line.quota_source}"] if line.quota_source else []),
            *([f"选用理由：{line.words}"] if line.words else []),
            *(
                adjustment_words(one, meter.id, meter.energy.unit)
                for one in adjustments.get(meter.id, ())
            ),
        ],
    }


_SHORT = {"same_month": "同月", "daily_mean": "日均", "quota": "—"}


def _figure(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,.0f}"


def _pictures(
    row: Baseline,
    lines: Sequence[tuple[Line, Meter]],
    bills: Mapping[int, Bills],
    sums: Sequence[Sum],
) -> list[Svg]:
    """Of each energy the region's months: what was used, and what the chosen bases tell."""
    months = codes(row.base_from, row.base_until)
    warmth = {int(month): float(told["mean"]) for month, told in row.weather.items()}
    base: dict[Energy, list[float]] = {}
    actual: dict[Energy, list[float]] = {}
    for line, meter in lines:
        told = expected(
            line.chosen,
            fit=from_plain(line.record),
            rule_use=None if line.rule_use is None else float(line.rule_use),
            rule_record=line.rule_record,
            quota=None if line.quota is None else float(line.quota),
            months=months,
            warmth=warmth,
        )
        used = bills[meter.id].use
        for place, month in enumerate(months):
            value = told[place]
            if value is None or month not in used:
                continue
            base.setdefault(meter.energy, [0.0] * len(months))[place] += value
            actual.setdefault(meter.energy, [0.0] * len(months))[place] += used[month]
    return [
        charts.months(
            [
                (month, known[place] or None, actual[one.energy][place] or None)
                for place, month in enumerate(months)
            ],
            unit=one.energy.unit,
            look=charts.PRINT,
            title=f"{one.energy.label}：逐月实际用量与所选基准",
        )
        for one in sums
        if one.energy and (known := base.get(one.energy))
    ]
