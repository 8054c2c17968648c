"""The booklet: many briefs bound into one document with a cover, contents and bookmarks.

Set as one document, not joined afterwards, so that tags, page numbers and the archive form hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from custody.briefs.render import ROOT, TEMPLATES
from custody.infra.clock import SHANGHAI
from custody.infra.pdf import Asset, Job

SHEET = ROOT / "static/css/booklet.css"
SECONDS = 240.0
"""For the largest province; Jiangsu's 46 parts take some 20."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One brief as it goes into the booklet."""

    name: str
    group: str
    """全省, 设区市, 县（市、区）: its heading in the contents."""
    note: str
    """What it is: 〔2026〕第11期, 草稿."""
    job: Job


def job(parts: Sequence[Bound], *, period: str, issuer: str, as_of: date, demo: bool) -> Job:
    """A document of its own for the PDF machine; `as_of` is the day it bears."""
    title = f"整区能源费用托管工作简报合订本（{period}）"
    first = parts[0].job
    assets: dict[str, Asset] = {}
    bodies = []
    for number, part in enumerate(parts, 1):
        assets |= {f"{number}/{name}": asset for name, asset in part.job.assets.items()}
        bodies.append(_body(part.job.html, number))
    html = (
        _environment()
        .get_template("booklet.html")
        .render(
            parts=list(zip(parts, bodies, strict=True)),
            groups=list(dict.fromkeys(part.group for part in parts)),
            title=title,
            period=period,
            issuer=issuer,
            day=f"{as_of.year}年{as_of.month}月{as_of.day}日",
            demo=demo,
        )
    )
    return replace(
        first,
        html=html,
        css="\n".join([*dict.fromkeys(part.job.css for part in parts), SHEET.read_text("utf-8")]),
        title=title,
        author=issuer,
        subject=f"{title}，共{len(parts)}份",
        keywords=("整区能源费用托管", "公共机构节能"),
        created=datetime.combine(as_of, time(0), SHANGHAI),
        assets=assets,
        attached=(),
        pages=sum(part.job.pages for part in parts) + len(parts) // 20 + 4,
    )


def _body(html: str, number: int) -> Markup:
    """What stands between the body's tags; its pictures under names of their own.

    It comes from our own template, which has escaped all that people wrote; the names of pictures
    stand in attributes, where people write nothing.
    """
    inside = html.partition("<body>")[2].rpartition("</body>")[0]
    return Markup(inside.replace('src="custody:', f'src="custody:{number}/'))  # noqa: S704


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
