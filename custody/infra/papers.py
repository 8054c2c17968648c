"""Official papers that are not briefs: 督办通知单, 结算单, decisions. One hand for all of them.

A paper is a template under templates/ that extends parts/paper.html and is given plain values; it
takes the type and the rules of the brief (static/css/print.css) and paper.css on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from custody.infra import press
from custody.infra.clock import SHANGHAI
from custody.infra.pdf import ROOT, Asset, Attached, Job
from custody.infra.press import Printing
from custody.infra.typesetting import ordinal, typeset

SHEETS = ("static/css/print.css", "static/css/paper.css")


@dataclass(frozen=True, slots=True)
class Paper:
    template: str
    """Under templates/: «supervision/print/notice.html»."""
    title: str
    issuer: str
    day: date
    """Of the paper; also the file's own date, so that the same paper gives the same bytes."""
    words: Mapping[str, Any]
    """Plain values for the template; no rows, no request."""
    subject: str = ""
    demo: bool = False
    """Marked on every page as made up."""
    draft: bool = False
    assets: Mapping[str, Asset] = field(default_factory=dict)
    """Pictures, named «custody:NAME» in the template."""
    attached: tuple[Attached, ...] = ()
    pages: int = 20
    sheets: tuple[str, ...] = SHEETS


def html(paper: Paper) -> str:
    """What is printed, as one HTML document."""
    return (
        _environment()
        .get_template(paper.template)
        .render(
            **paper.words,
            title=paper.title,
            issuer=paper.issuer,
            day=paper.day,
            demo=paper.demo,
            draft=paper.draft,
        )
    )


def pdf(paper: Paper, *, seconds: float = 20) -> bytes:
    """The printed paper (PDF/A-3a, PDF/UA-1). Raises RenderFailed with a Chinese sentence."""
    return press.render_isolated(job(paper), seconds=seconds)


def pdfs(papers: Iterable[Paper]) -> Printing:
    """Many printed papers, in order, each when it is asked for; close it when stopping early."""
    return press.render_each_isolated(job(paper) for paper in papers)


def job(paper: Paper) -> Job:
    return Job(
        html=html(paper),
        css="\n".join((ROOT / sheet).read_text("utf-8") for sheet in paper.sheets),
        title=paper.title,
        author=paper.issuer,
        subject=paper.subject or paper.title,
        keywords=("整区能源费用托管",),
        created=datetime.combine(paper.day, time(0), SHANGHAI),
        assets=paper.assets,
        attached=paper.attached,
        pages=paper.pages,
    )


def day_words(value: date | None) -> str:
    """2026年11月22日; on paper the year is always written."""
    return "—" if value is None else f"{value.year}年{value.month}月{value.day}日"


def yuan(value: Decimal | int | None) -> str:
    """1,234.50."""
    return "—" if value is None else f"{value:,.2f}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "typeset": typeset,
        "ordinal": ordinal,
        "day": day_words,
        "yuan": yuan,
    }
    return environment
