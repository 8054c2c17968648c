"""非常规调整 of a region: the list, its workbook, the meters one may be about."""

from __future__ import annotations

from flask import render_template, request

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to
from custody.baselines.adjusted import (
    ADJUSTMENT,
    Adjusted,
    adjustments_of_region,
    found_meters,
    several_of,
)
from custody.baselines.queries import adopted_of
from custody.baselines.rules.adjusting import ASKS, SLOTS
from custody.baselines.rules.states import AdjustmentState
from custody.baselines.tables import adjustments as tables
from custody.baselines.views.adjustment_pages import Page, blueprint, effect_of
from custody.infra import clock
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.paging import Page as Part
from custody.web.paging import page_of, wanted_page

STATES = {one.value: one.label for one in AdjustmentState}


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
        effect=effect_of,
        slots=SLOTS,
    )


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
        "adjustments/pick.html",
        region=region,
        rows=rows,
        page=page,
        words=words,
        several=several_of(session(), [institution.id for _, institution in rows]),
    )
