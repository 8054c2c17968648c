"""Gantt charts as files: SVG that stands alone, PDF across A3 or A4, a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from custody.dashboard.rules import ProgrammeFacts
from custody.gantt import charts
from custody.gantt.rules import SHEET_HEAD, GanttGroup, blocks, day_words, sheet
from custody.infra import papers
from custody.infra.clock import at
from custody.infra.papers import Paper
from custody.infra.pdf import Asset
from custody.infra.workbooks import Column, Shape, Table, workbook
from custody.kernel.drawing import Svg

SHEETS = ("static/css/gantt_print.css",)
SECONDS = 60
MOST_PAGES = 80

_DAYS = ("计划开始", "计划完成", "实际开始", "实际完成", "填报预计完成", "推算开始", "推算完成")
_WIDTHS = {"地区": 18, "里程碑": 30, "前置里程碑": 16, "与计划相差（天）": 10}


def svg(facts: ProgrammeFacts, groups: Sequence[GanttGroup]) -> Svg:
    """One picture of everything, however tall."""
    title = title_of(facts)
    if facts.scope_kind == "region" and groups:
        return charts.region_chart(groups[0], as_of=facts.as_of, pilot=_pilot(facts))
    [page] = charts.programme_pages(
        blocks(groups, facts.batches), as_of=facts.as_of, title=title, height=None
    )
    return page


def pdf(facts: ProgrammeFacts, groups: Sequence[GanttGroup]) -> bytes:
    """Raises RenderFailed with a Chinese sentence."""
    return papers.pdf(paper(facts, groups), seconds=SECONDS)


def paper(facts: ProgrammeFacts, groups: Sequence[GanttGroup]) -> Paper:
    title = title_of(facts)
    if facts.scope_kind == "region" and groups:
        pages = charts.region_pages(groups[0], as_of=facts.as_of, pilot=_pilot(facts))
        size = "a4"
    else:
        found = blocks(groups, facts.batches)
        pages = charts.programme_pages(found, as_of=facts.as_of, title=title)
        size = "a3"
    return Paper(
        template="gantt/print/pages.html",
        title=title,
        issuer=facts.province_name,
        day=facts.as_of,
        words={
            "size": size,
            "told": f"截至{day_words(facts.as_of)}　{len(groups)}个地区　"
            f"{sum(len(group.rows) for group in groups)}项里程碑",
            "pages": [(f"page/{number}", page.heading) for number, page in enumerate(pages, 1)],
        },
        demo=facts.demo,
        assets={
            f"page/{number}": Asset("image/svg+xml", page.encode())
            for number, page in enumerate(pages, 1)
        },
        pages=MOST_PAGES,
        sheets=SHEETS,
    )


def xlsx(facts: ProgrammeFacts, groups: Sequence[GanttGroup]) -> bytes:
    columns = [
        Column(
            title,
            _WIDTHS.get(title, 12),
            Shape.DAY if title in _DAYS else Shape.WHOLE if "天" in title else Shape.TEXT,
        )
        for title in SHEET_HEAD
    ]
    table = Table(
        name="甘特图数据",
        title=title_of(facts),
        under=f"截至{day_words(facts.as_of)}",
        columns=columns,
        rows=sheet(groups, {batch.number: batch.name for batch in facts.batches}),
    )
    return workbook(table, author=facts.province_name, created=at(facts.as_of, 0))


def title_of(facts: ProgrammeFacts) -> str:
    return f"{facts.scope_name}整区能源费用托管甘特图"


def file_name(facts: ProgrammeFacts, kind: str) -> str:
    return f"{facts.scope_name}甘特图{_digits(facts.as_of)}.{kind}"


def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


def _pilot(facts: ProgrammeFacts) -> bool:
    return any(batch.pilot for batch in facts.batches)
