"""One region's page and the sheet of its milestones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import people_of_region
from custody.accounts.rules import Can
from custody.audit.rules import action_label, change_lines
from custody.contracts.queries.portfolio import summary_of_region
from custody.dashboard import charts, queries, tables
from custody.dashboard.charts import Look
from custody.dashboard.rules import ProgrammeFacts, RegionFacts
from custody.dashboard.rules.exceptions import KIND_LABELS
from custody.dashboard.views.pages import (
    Links,
    Page,
    blueprint,
    body_of,
    facts_of,
    noted,
    outlook_of,
)
from custody.forecast import wording
from custody.infra import clock
from custody.kernel.drawing import Svg
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.supervision.queries.matters import Line, open_of_region
from custody.supervision.queries.past import open_of_region_on
from custody.web.database import session
from custody.web.days import Day, read_day
from custody.web.exports import table_file

LINE = Look(1130, 13)


@blueprint.get("/regions/<code>")
@requires(Can.SEE_PROGRAMME)
def region(code: str) -> Page:
    who = identity()
    row = get_region(session(), code, place=who.place)
    day = read_day(request.args, clock.today())
    rights = _Rights(
        edit=may(Can.EDIT_PROFILE, row.place),
        city=who.place.region is None,
        export=may(Can.EXPORT),
        orders=may(Can.SEE_SUPERVISION, row.place),
        contracts=may(Can.SEE_CONTRACTS, row.place),
        new_contract=may(Can.EDIT_CONTRACT, row.place),
    )
    body = body_of(
        "dashboard/region_body.html",
        (row.code, day, rights),
        lambda: _region_words(row, day, facts_of(row.place, day), rights),
    )
    return render_template(
        "dashboard/region.html",
        body=body,
        region=row,
        day=day,
        city_name=facts_of(row.place, day).regions[0].city_name,
        links=Links(day),
    )


@blueprint.get("/regions/<code>/milestones.xlsx")
@requires(Can.EXPORT)
def region_table(code: str) -> Page:
    """The region's milestones as the page lists them."""
    row = get_region(session(), code, place=identity().place)
    day = read_day(request.args, clock.today())
    facts = facts_of(row.place, day)
    return table_file(
        tables.region(facts),
        actor=identity(),
        place=row.place,
        name=f"{row.name}里程碑",
        plain=f"milestones-{row.code}",
        note=noted(day, f"{len(facts.regions[0].cells)}项"),
    )


@dataclass(frozen=True, slots=True)
class _Rights:
    """What of a region's page the person may see or change; a body is kept for each of them."""

    edit: bool
    city: bool
    export: bool
    orders: bool
    contracts: bool
    new_contract: bool


def _region_words(row: Region, day: Day, facts: ProgrammeFacts, rights: _Rights) -> dict[str, Any]:
    found: RegionFacts = facts.regions[0]
    coming = outlook_of(row.place, day).regions.get(row.code)
    events = queries.history_of_region(
        session(),
        row.code,
        until=day.on,
        contracts=rights.contracts,
        supervision=rights.orders,
    )
    return {
        "region": row,
        "facts": facts,
        "found": found,
        "batch": next((one for one in facts.batches if one.number == found.batch), None),
        "day": day,
        "timelines": _timelines(found, facts),
        "people": people_of_region(session(), city=row.city_code, region=row.code),
        "history": [
            (event, action_label(event.action), change_lines(event)[:4]) for event in events
        ],
        "exceptions": facts.exceptions,
        "kind_labels": KIND_LABELS,
        "links": Links(day),
        "ahead": coming,
        "wording": wording,
        "profile_url": url_for("regions.profile", code=row.code) if rights.edit else "",
        "sees_city": rights.city,
        "sees_orders": rights.orders,
        "matters": _matters(row, day) if rights.orders else (),
        "problems_url": url_for("problems.listing", code=row.code),
        "matter_url": lambda number: url_for("matters.show", number=number),
        "may_export": rights.export,
        "contracts": summary_of_region(session(), row.code, day.on, drafts=not day.past)
        if rights.contracts
        else None,
        "contract_url": url_for("contracts.show", number=0).removesuffix("0"),
        "new_contract_url": (
            url_for("contracts.new", code=row.code) if rights.new_contract else ""
        ),
    }


def _matters(row: Region, day: Day) -> list[Line]:
    if day.past:
        return open_of_region_on(session(), row, day.on)
    return open_of_region(session(), row, today=day.on)


def _timelines(found: RegionFacts, facts: ProgrammeFacts) -> tuple[Svg, ...]:
    pilot = any(batch.pilot for batch in facts.batches)
    return tuple(
        charts.timeline(
            found.cells,
            stage=found.stage,
            stage_label=found.stage_label,
            as_of=facts.as_of,
            look=look,
            pilot=pilot,
        )
        for look in (LINE, charts.PHONE)
    )
