"""节能量 of an institution, of a meter, and the trace of one figure down to its bill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import render_template
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines.models import Line, NonRoutine
from custody.baselines.rules import spreading
from custody.baselines.rules.plain import from_plain
from custody.energy.models.roster import Meter
from custody.energy.queries.roster import get_institution, get_meter, meters_of
from custody.energy.rules.energies import TYPES
from custody.infra.workbooks import Value
from custody.kernel.periods import Month, months_words
from custody.kernel.problems import NotFound
from custody.mv.ladder import METHOD_LABELS, Baseline
from custody.regions.models import City, Region
from custody.savings import tables
from custody.savings.queries import trace
from custody.savings.queries.saved import Saved, base_of_line, saved
from custody.savings.rules import formula
from custody.savings.rules.lacking import counted_by_gap, lacking
from custody.savings.rules.reckoning import Gap
from custody.savings.views.pages import CALIBERS, Asked, Page, asked, blueprint
from custody.savings.views.regions import energy_of, figure_of, pictures
from custody.web.database import session
from custody.web.exports import table_file


def _of_meters(region: Region, ids: list[int], wanted: Asked) -> Saved:
    return saved(
        session(),
        [region],
        province=region.province_code,
        first=wanted.first,
        last=wanted.last,
        caliber=wanted.caliber,
        meters=ids,
    )


@blueprint.get("/institutions/<int:number>")
@requires(Can.SEE_ENERGY)
def institution(number: int) -> Page:
    wanted = asked()
    row, region = get_institution(session(), number, place=identity().place)
    meters = meters_of(session(), [number])[number]
    found = _of_meters(region, [one.id for one in meters], wanted)
    total = found.whole(0.0)
    energy = energy_of(total, wanted.energy)
    steps = found.steps(energy, floor=0.0) if energy else []
    lacks = lacking(found.meters.reckoned, found.months)
    per_meter = found.by_meter([one.id for one in meters])
    return render_template(
        "savings/institution.html",
        asked=wanted,
        institution=row,
        type=TYPES.get(row.type_code, ""),
        region=region,
        baseline=found.baselines.get(region.code),
        total=total,
        meters=list(zip(meters, per_meter, strict=True)),
        energy=energy,
        steps=steps,
        pictures=pictures(steps, of) if (of := figure_of(total, energy)) and steps else {},
        lacks=counted_by_gap(lacks),
        lacking=[(int(found.series.meters[one.row]), one) for one in lacks],
        numbers={one.id: one for one in meters},
        conversion=found.conversion,
        calibers=CALIBERS,
    )


@blueprint.get("/institutions/<int:number>/export.xlsx")
@requires(Can.EXPORT)
def export_institution(number: int) -> Page:
    who, wanted = identity(), asked()
    row, region = get_institution(session(), number, place=who.place)
    meters = meters_of(session(), [number])[number]
    found = _of_meters(region, [one.id for one in meters], wanted)
    under = f"{region.name}　{wanted.words}　{wanted.caliber.label}　{who.unit}{who.name}"
    return table_file(
        tables.energies(row.name, found.whole(0.0), under),
        tables.months(row.name, [(m, t) for m, t in found.per_month(0.0) if t.known], under),
        *(
            tables.meter_months(
                f"{row.name}{one.energy.label}{one.number}",
                _lines(found, place),
                under,
                one.energy.unit,
                sheet=f"{one.energy.label}{one.number}"[-30:],
            )
            for one in meters
            if (place := found.place_of(one.id)) is not None
        ),
        tables.coefficients(found.conversion, under),
        actor=who,
        place=region.place,
        name=f"{row.name}节能量",
        plain="savings-institution",
        note=wanted.words,
    )


def _lines(found: Saved, place: int) -> list[tuple[Value, ...]]:
    one, readings = found.meters.reckoned, found.readings
    rows: list[tuple[Value, ...]] = []
    for column, month in enumerate(found.months.tolist()):
        gap = Gap(int(one.gap[place, column]))
        head = (
            Month.coded(month).label,
            _known(readings.temperature[place, column]),
            _known(readings.days[place, column]),
        )
        figures: tuple[Value, ...] = (None,) * 4
        if gap is Gap.NONE:
            figures = tuple(
                round(float(part[place, column]), 4)
                for part in (one.adjusted, one.adjustment, one.actual, one.saved)
            )
        rows.append((*head, *figures, "" if gap is Gap.NONE else gap.label))
    return rows


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# --- one meter --------------------------------------------------------------------------------


@blueprint.get("/meters/<int:number>")
@requires(Can.SEE_ENERGY)
def meter(number: int) -> Page:
    wanted = asked()
    row, region = get_meter(session(), number, place=identity().place)
    owner, _ = get_institution(session(), row.institution_id, place=identity().place)
    found = _of_meters(region, [number], wanted)
    total = found.whole(0.0)
    steps = found.steps(row.energy, floor=0.0)
    place = found.place_of(number)
    return render_template(
        "savings/meter.html",
        asked=wanted,
        meter=row,
        institution=owner,
        region=region,
        total=total,
        figure=total.of(row.energy),
        steps=steps,
        pictures=pictures(steps, of) if (of := total.of(row.energy)) and steps else {},
        lines=[] if place is None else _lines(found, place),
        months=found.months.tolist(),
        conversion=found.conversion,
        calibers=CALIBERS,
        **_standing(session(), found, row),
    )


def _standing(reading: Session, found: Saved, row: Meter) -> dict[str, Any]:
    """The baseline of the meter's region and the meter's line in it."""
    baseline = found.baselines.get(row.region_code)
    line = trace.line_of(reading, baseline.id, row.id) if baseline else None
    return {
        "baseline": baseline,
        "line": line,
        "method": _method(line) if line else "",
        "names": trace.names_of(reading, [baseline.adopted_by]) if baseline else {},
    }


def _method(line: Line) -> str:
    words = formula.METHODS.get(line.chosen, "")
    return f"{words}：{METHOD_LABELS[line.method]}" if line.chosen == "regression" else words


@blueprint.get("/meters/<int:number>/<int:month>")
@requires(Can.SEE_ENERGY)
def figure(number: int, month: int) -> Page:
    """The trace of a figure: formula, baseline, bills, weather, coefficients, papers, who adopted."""
    wanted = asked()
    row, region = get_meter(session(), number, place=identity().place)
    owner, _ = get_institution(session(), row.institution_id, place=identity().place)
    if not 200001 <= month <= 209912 or not 1 <= month % 100 <= 12:
        raise NotFound
    found = saved(
        session(),
        [region],
        province=region.province_code,
        first=month,
        last=month,
        caliber=wanted.caliber,
        meters=[number],
    )
    place = found.place_of(number)
    gap = Gap.NO_LINE if place is None else Gap(int(found.meters.reckoned.gap[place, 0]))
    standing = _standing(session(), found, row)
    bills = trace.bills_of_month(session(), number, month)
    adjustments = trace.adjustments_of_region(session(), region.code, month, month, meter=number)
    warmth = trace.warmth_of(session(), region.city_code, month)
    city = session().get_one(City, region.city_code)
    accounts = [one.bill.entered_by for one in bills] + [warmth.entered_by if warmth else None]
    return render_template(
        "savings/figure.html",
        asked=wanted,
        meter=row,
        institution=owner,
        region=region,
        month=Month.coded(month),
        gap=gap,
        total=found.whole(0.0),
        figure=found.whole(0.0).of(row.energy),
        formula=_formula(found, place, standing["line"], row, month) if gap is Gap.NONE else [],
        money=_money(found, place, standing["line"], row, adjustments) if gap is Gap.NONE else [],
        parts={one.id: spreading.moved_by(one)[number] for one in adjustments},
        shares={one.id: _share_of(one, number) for one in adjustments if one.spread},
        prices={one.id: spreading.repriced_by(one) for one in adjustments},
        fit=(fit := _fit(standing["line"])),
        base_months=months_words([one.code for one in fit.months]) if fit else "",
        bills=bills,
        warmth=warmth,
        city=city,
        adjustments=adjustments,
        papers=trace.papers_of(session(), adjustments),
        people=trace.names_of(session(), accounts),
        coefficient=found.conversion.rows.get(row.energy),
        carbon=found.conversion.carbon.get(row.energy),
        conversion=found.conversion,
        calibers=CALIBERS,
        **standing,
    )


def _fit(line: Line | None) -> Baseline | None:
    return from_plain(line.record) if line and line.record and line.chosen == "regression" else None


def _formula(
    found: Saved, place: int | None, line: Line | None, row: Meter, month: int
) -> list[formula.Line]:
    if place is None or line is None:
        return []
    readings = found.readings
    return formula.lines_of(
        base_of_line(line),
        month=month,
        days=float(readings.days[place, 0]),
        temperature=_known(readings.temperature[place, 0]),
        adjustment=float(readings.adjustment[place, 0]),
        use=float(readings.use[place, 0]),
        unit=row.energy.unit,
    )


def _money(
    found: Saved, place: int | None, line: Line | None, row: Meter, moving: Sequence[NonRoutine]
) -> list[formula.Line]:
    if place is None or line is None:
        return []
    one = found.meters.reckoned
    told = "、".join(f"第{each.number}号" for each in moving if spreading.repriced_by(each))
    return formula.money_of(
        base_of_line(line),
        repriced=float(one.repriced[place, 0]),
        told=f"{told}价格调整",
        adjusted=float(one.adjusted[place, 0]),
        saved=float(one.saved[place, 0]),
        unit=row.energy.unit,
    )


def _share_of(row: NonRoutine, meter: int) -> spreading.Part:
    """The meter's part of an adjustment of its whole institution."""
    return next(one for one in spreading.from_plain(row.spread or {}) if one.meter == meter)
