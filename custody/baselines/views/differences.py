"""Two versions of a region side by side: which meters changed, and by how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines.models import Baseline
from custody.baselines.queries import (
    get_baseline,
    institutions_of,
    numbers_of,
    outline_of,
    versions_of,
)
from custody.baselines.rules.outline import METHODS, Moved, Sum, by_energy, compared
from custody.baselines.rules.states import State
from custody.baselines.tables import versions as tables
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.formkit import whole_or_none
from custody.web.paging import page_of


@dataclass(frozen=True, slots=True)
class Pair:
    row: Baseline
    before: Baseline | None
    """None where there is no other version."""
    others: list[Baseline]
    region: Region
    moved: list[Moved]
    sums: list[tuple[Energy, Sum | None, Sum | None]]


def _pair(number: int) -> Pair:
    """The version, and the other one named in the address, else the one before it."""
    row, region = get_baseline(session(), number, who=identity())
    others = [one for one in versions_of(session(), region.code) if one.id != row.id]
    asked = request.args.get("with", "")
    if asked:
        before = next((one for one in others if one.id == whole_or_none(asked)), None)
        if before is None:
            raise NotFound
    else:
        before = usual(row, others)
    old = outline_of(session(), before.id if before else 0)
    new = outline_of(session(), row.id)
    sums = [{one.energy: one for one in by_energy(lines)} for lines in (old, new)]
    energies = [one for one in Energy if any(one in side for side in sums)]
    return Pair(
        row,
        before,
        others,
        region,
        compared(old, new) if before else [],
        [(one, sums[0].get(one), sums[1].get(one)) for one in energies],
    )


def usual(row: Baseline, others: list[Baseline]) -> Baseline | None:
    """The one it superseded, else the newest of the older ones that was not given up, else any."""
    if row.supersedes_id is not None:
        return next((one for one in others if one.id == row.supersedes_id), None)
    older = [one for one in others if one.number < row.number]
    kept = [one for one in older if one.state is not State.DISCARDED]
    return next(iter([*kept, *older, *others]), None)


@blueprint.get("/<int:number>/differences")
@requires(Can.SEE_ENERGY)
def differences(number: int) -> Page:
    pair = _pair(number)
    shown = [one for one in pair.moved if one.moved]
    page = page_of(len(shown), 40)
    rows = shown[page.offset : page.offset + page.size]
    return render_template(
        "baselines/differences.html",
        pair=pair,
        b=pair.row,
        region=pair.region,
        title=title_of(pair.row, pair.region),
        rows=rows,
        page=page,
        kinds=Counter(one.kind for one in pair.moved),
        numbers=numbers_of(session(), [one.meter for one in rows]),
        owners=institutions_of(session(), pair.region.code),
        methods=METHODS,
    )


@blueprint.get("/<int:number>/differences.xlsx")
@requires(Can.EXPORT)
def export_differences(number: int) -> Page:
    who, pair = identity(), _pair(number)
    if pair.before is None:
        return redirect(url_for("baselines.differences", number=number), 303)
    title = f"{title_of(pair.row, pair.region)}与第{pair.before.number}版的差异"
    shown = [one for one in pair.moved if one.moved]
    return table_file(
        tables.differences(
            title,
            shown,
            numbers_of(session(), [one.meter for one in shown]),
            institutions_of(session(), pair.region.code),
            under=f"{clock.today():%Y-%m-%d}　{who.unit}{who.name}",
        ),
        actor=who,
        place=pair.region.place,
        name=title,
        plain="baseline-differences",
        note=f"{len(shown)}个户号",
    )
