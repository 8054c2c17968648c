"""基准核定表 as a workbook and on paper."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines import render, tables
from custody.baselines.models import Baseline
from custody.baselines.queries import (
    adjustments_of,
    bills_of,
    comments_of,
    get_baseline,
    institutions_of,
    meters_of_version,
    names_of,
    outline_of,
)
from custody.baselines.rules import steps
from custody.baselines.rules.outline import by_energy
from custody.baselines.rules.states import State
from custody.baselines.rules.words import period_words
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.baselines.views.version import answers_of, wanted
from custody.infra import clock, journal
from custody.kernel.problems import NotFound
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
        tables.answers(title, _answers(row), under),
        tables.coefficients(title, row.coefficients, under),
        actor=who,
        place=region.place,
        name=f"{title}核定表",
        plain="baseline",
        note=f"{len(lines)}个户号",
    )


def _answers(row: Baseline) -> list[tuple[str, str, str]]:
    return [
        (test.label, steps.ANSWERS[answer], words)
        for test, (answer, words) in answers_of(row).items()
    ]


@blueprint.get("/<int:number>/table.pdf")
@requires(Can.EXPORT)
def paper(number: int) -> Page:
    """基准核定表 to be signed. Recorded."""
    who = identity()
    row, region = get_baseline(session(), number, who=who)
    if row.state is State.FITTING:
        return redirect(url_for("baselines.show", number=number), 303)
    lines = meters_of_version(session(), number)
    comments = comments_of(session(), number)
    accounts = [row.created_by, row.proposed_by, row.adopted_by, *(one.by for one in comments)]
    printed = render.paper(
        row,
        region,
        lines=lines,
        outline=outline_of(session(), number),
        owners=institutions_of(session(), region.code),
        bills=bills_of(session(), [meter.id for _, meter in lines], row.base_from, row.base_until),
        adjustments=adjustments_of(session(), [meter.id for _, meter in lines]),
        answers=_answers(row),
        outcome=steps.outcome(answers_of(row)).label,
        comments=comments,
        names=names_of(session(), accounts),
        day=clock.today(),
        demo=bool(current_app.config["DEMO"]),
    )
    title = title_of(row, region)
    with transaction() as writing:
        journal.record(
            writing,
            actor=who,
            now=clock.now(),
            action="baseline.printed",
            kind="baseline",
            subject=number,
            label=title,
            province=region.province_code,
            city=region.city_code,
            region=region.code,
            modifies=False,
        )
    return pdf_file(render.pdf(printed), f"{title}核定表.pdf", f"baseline-{number}.pdf")
