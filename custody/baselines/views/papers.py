"""基准核定表 as a workbook and on paper."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines import render
from custody.baselines.actions import papers
from custody.baselines.adjusted import adjustments_of
from custody.baselines.queries import (
    Extent,
    extents_of,
    get_baseline,
    institutions_of,
    meters_of_version,
    outline_of,
)
from custody.baselines.rules.outline import by_energy
from custody.baselines.rules.words import period_words
from custody.baselines.tables import meters as tables
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.baselines.views.version import PRINT_AT_ONCE, Typed, version_page, wanted
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import NotFound, Problem
from custody.web.database import session, transaction
from custody.web.downloads import pdf_file
from custody.web.exports import table_file
from custody.web.formkit import whole_or_none


@blueprint.get("/<int:number>/table.xlsx")
@requires(Can.EXPORT)
def table(number: int) -> Page:
    """逐户逐能源, as the list is filtered; or of one institution."""
    who, asked = identity(), wanted()
    row, region = get_baseline(session(), number, who=who)
    owners = institutions_of(session(), region.code)
    only = whole_or_none(request.args.get("institution"))
    if only is not None and only not in owners:
        raise NotFound
    outline = {one.line: one for one in outline_of(session(), number)}
    lines = [
        (line, meter)
        for line, meter in meters_of_version(session(), number, only)
        if asked.takes(outline[line.id], owners.get(line.institution_id))
    ]
    title = title_of(row, region)
    under = (
        f"{row.state.label}　基准期{period_words(row.base_from, row.base_until)}　算法{row.method_version}　"
        f"校验值{row.digest[:16]}　{who.unit}{who.name}　{clock.today():%Y-%m-%d}"
    )
    return table_file(
        tables.meters(
            title,
            lines,
            outline,
            owners,
            adjustments_of(session(), [one.id for _, one in lines]),
            under,
        ),
        tables.sums(title, by_energy(outline[line.id] for line, _ in lines), under),
        tables.answers(title, render.answer_words(row), under),
        tables.coefficients(title, row.coefficients, under),
        actor=who,
        place=region.place,
        name=f"{title}核定表",
        plain="baseline",
        note=f"{len(lines)}个户号",
    )


@blueprint.get("/<int:number>/table.pdf")
@requires(Can.EXPORT)
def paper(number: int) -> Page:
    """基准核定表 to be signed, of a region of few meters. Recorded."""
    who = identity()
    row, region = get_baseline(session(), number, who=who)
    count = extents_of(session(), [number]).get(number, Extent()).meters
    if not 0 < count <= PRINT_AT_ONCE:
        return redirect(url_for("baselines.show", number=number), 303)
    printed = render.paper(session(), row, region, day=clock.today(), demo=_demo())
    try:
        body = render.pdf(printed)
    except RenderFailed as failure:
        return version_page(number, Typed(problems=[Problem("render", failure.message)]), 503)
    with transaction() as writing:
        papers.took(writing, row, region, actor=who, now=clock.now())
    return pdf_file(body, f"{title_of(row, region)}核定表.pdf", f"baseline-{number}.pdf")


@blueprint.post("/<int:number>/paper")
@requires(Can.EXPORT)
def order_paper(number: int) -> Page:
    """The same of a large region: the page of the job shows how far it is."""
    with transaction() as writing:
        job = papers.order(writing, actor=identity(), now=clock.now(), number=number, demo=_demo())
        made = job.id
    return redirect(url_for("jobs.show", number=made), 303)


def _demo() -> bool:
    return bool(current_app.config["DEMO"])
