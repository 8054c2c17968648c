"""Snapshot to page and PDF. The snapshot is all it sees: no rows, no request, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from custody.briefs import charts as own_charts
from custody.briefs import drawn, evidence
from custody.briefs import snapshot as frozen
from custody.briefs.figures import months as months_of
from custody.briefs.layout import density, listed, matrix_of, steps_of
from custody.briefs.rules import Form
from custody.briefs.snapshot import Snapshot
from custody.dashboard import charts
from custody.infra import pdf as machine
from custody.infra import press
from custody.infra.typesetting import ordinal, typeset
from custody.kernel.drawing import LIGHT_LOOKS, Svg
from custody.milestones.rules import Light, Stage

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates/briefs/print"
SHEET = ROOT / "static/css/print.css"
SHANGHAI = timezone(timedelta(hours=8))
PAGES = {"province": 40, "city": 20, "region": 12}
"""Page limit by scope; a province of 1,000 regions needs some 30 pages of table."""
TALLEST = 640
"""Of a picture, in its own pixels: on paper some 170 mm. A taller map gives way to a strip."""
FEWEST_MONTHS = 3
"""Fewer bars than this are told by the table."""
TITLE_ROOM = 19
"""Characters of 2号 in a line of the title."""


@dataclass(frozen=True, slots=True)
class Figure:
    number: int
    name: str
    caption: str
    drawn: Svg
    narrow: Svg | None
    """The same for a phone; only on screen, where both stand in the page."""
    closes: bool
    """Stands after the tables of its section: a table may break where a picture may not."""

    @property
    def svg(self) -> Svg | None:
        return self.drawn if self.narrow else None

    @property
    def alt(self) -> str:
        """Title and description in one, for a picture that is only named."""
        found = re.search(r"<desc>(.*?)</desc>", self.drawn)
        words = f"{self.drawn.heading}。{found[1] if found else ''}"
        return unescape(words)


def html(
    brief: Snapshot, *, for_screen: bool = False, draft: bool = False, sheets: Sequence[str] = ()
) -> str:
    """The whole document. On screen charts are inline and the named sheets linked
    (static/css/print.css, then static/css/brief.css)."""
    return (
        _environment()
        .get_template("page.html")
        .render(_words(brief, screen=for_screen, draft=draft, level=1, sheets=sheets))
    )


def article(brief: Snapshot, *, draft: bool = False, level: int = 2) -> Markup:
    """The brief as part of a page of ours; its title is a heading of the given level.

    The page links static/css/print.css and then static/css/brief.css.
    """
    words = _words(brief, screen=True, draft=draft, level=level, sheets=())
    return Markup(_environment().get_template(words["article"]).render(words))  # noqa: S704


def job(brief: Snapshot, *, draft: bool = False) -> machine.Job:
    """What the PDF machine is given."""
    day = datetime.combine(
        datetime.fromisoformat(brief["masthead"]["day"]).date(), time(0), SHANGHAI
    )
    assets = {
        figure.name: machine.Asset("image/svg+xml", figure.drawn.encode())
        for drawn in ({} if single(brief) else _figures(brief, inline=False)).values()
        for figure in drawn
    }
    return machine.Job(
        html=html(brief, draft=draft),
        css=SHEET.read_text("utf-8"),
        title=brief["title"],
        author=brief["masthead"]["issuer"],
        subject=f"{brief['masthead']['name']} {brief['masthead']['issue_words']}",
        keywords=(
            *("整区能源费用托管", "公共机构节能", brief["scope"]["name"]),
            *([evidence.claim(brief)] if evidence.numbered(brief) else []),
        ),
        created=day,
        assets=assets | _mark(brief, draft),
        attached=() if draft else evidence.attached(brief),
        pages=1 if single(brief) else PAGES.get(brief["kind"], 40) + len(brief["regions"]) // 25,
    )


def _mark(brief: Snapshot, draft: bool) -> dict[str, machine.Asset]:
    """The QR code, where there is an address it can lead to."""
    address = evidence.address(brief["masthead"].get("base_url", ""), frozen.digest(brief))
    if draft or not address or not evidence.numbered(brief):
        return {}
    return {"mark": evidence.square(address)}


def pdf(brief: Snapshot, *, draft: bool = False, seconds: float = 20) -> bytes:
    """The printed brief; RenderFailed (custody.infra.pdf) says in Chinese why there is none."""
    return printed(brief, draft=draft, seconds=seconds).pdf


def pdf_here(brief: Snapshot) -> bytes:
    """Printed in this process: for the briefs of a demonstration, whose words are our own."""
    return machine.render(job(brief))


def printed(brief: Snapshot, *, draft: bool = False, seconds: float = 20) -> machine.Printed:
    """The same with its number of pages."""
    return press.print_isolated(job(brief, draft=draft), seconds=seconds)


# --- what the templates are given -------------------------------------------------------------


def _words(
    brief: Snapshot, *, screen: bool, draft: bool, level: int, sheets: Sequence[str]
) -> dict[str, Any]:
    content_digest, base_url = frozen.digest(brief), brief["masthead"].get("base_url", "")
    return {
        "brief": brief,
        "screen": screen,
        "draft": draft,
        "level": level,
        "sheets": sheets,
        "code": "" if draft or not evidence.numbered(brief) else evidence.code_of(content_digest),
        "address": evidence.address(base_url, content_digest),
        "site": base_url,
        **(_page_words(brief) if single(brief) else _brief_words(brief, screen=screen)),
    }


def single(brief: Snapshot) -> bool:
    """Is it the single page? Snapshots of schema 1 know no form."""
    return str(brief.get("form", Form.BRIEF)) == Form.PAGE


def _brief_words(brief: Snapshot, *, screen: bool) -> dict[str, Any]:
    return {
        "article": "article.html",
        "title_lines": title_lines(brief["title"]),
        "figures": _figures(brief, inline=screen),
        "tables": tables_of(brief),
    }


def _page_words(brief: Snapshot) -> dict[str, Any]:
    return {
        "article": "page_article.html",
        "headings": {section["key"]: section["heading"] for section in brief["sections"]},
        "matrix": matrix_of(brief),
        "density": density(brief),
        "listed": listed(brief),
        "steps": steps_of(brief),
    }


def tables_of(brief: Snapshot) -> dict[str, list[tuple[int, str]]]:
    """Section → its tables with their numbers; without its section a table follows the last one."""
    keys = [section["key"] for section in brief["sections"]]
    placed: dict[str, list[tuple[int, str]]] = {key: [] for key in keys}
    savings, problems = brief.get("savings"), brief.get("problems")
    wanted = [
        ("progress", brief["kind"] == "region" and brief["milestones"], "milestones.html"),
        ("progress", brief["kind"] != "region" and brief["regions"], "regions.html"),
        ("savings", savings and savings["known"], "savings.html"),
        ("problems", problems and problems["rows"], "problems.html"),
    ]
    if keys:
        there = [
            (home if home in placed else keys[-1], name) for home, some, name in wanted if some
        ]
        there.sort(key=lambda one: keys.index(one[0]))
        for number, (home, name) in enumerate(there, 1):
            placed[home].append((number, name))
    return placed


def _figures(brief: Snapshot, *, inline: bool) -> dict[str, list[Figure]]:
    keys = [section["key"] for section in brief["sections"]]
    placed: dict[str, list[Figure]] = {key: [] for key in keys}
    small = _drawn(brief, charts.PHONE) if inline else []
    for number, (section, caption, picture, closes) in enumerate(_drawn(brief, charts.PRINT), 1):
        home = section if section in placed else keys[0] if keys else ""
        if home:
            narrow = small[number - 1][2] if inline else None
            placed[home].append(Figure(number, f"chart/{number}", caption, picture, narrow, closes))
    return placed


def _drawn(brief: Snapshot, look: charts.Look) -> list[tuple[str, str, Svg, bool]]:
    """(section, caption, picture, after its tables) in the order of the text."""
    as_of = datetime.fromisoformat(brief["as_of"]).date()
    day = f"{as_of.month}月{as_of.day}日"
    if not brief["regions"]:
        return []
    if brief["kind"] == "region":
        region = brief["regions"][0]
        stage = Stage(region["stage"])
        cells = drawn.cells_of(brief)
        own = [cell for cell in cells if cell.stage is stage and cell.planned]
        batch = next((b for b in drawn.batches_of(brief) if b.number == region["batch"]), None)
        picture = charts.timeline(
            own or [cell for cell in cells if cell.planned],
            stage=stage,
            stage_label=region["stage_words"],
            as_of=as_of,
            look=look,
            pilot=batch.pilot if batch else True,
        )
        return [
            ("progress", f"{region['stage_words']}阶段里程碑时间轴", picture, False),
            *_drawn_savings(brief, look),
        ]
    year = as_of.year
    found = [
        (
            "overall",
            f"{year}年里程碑办结进度（计划、实际与预测）",
            charts.curve(drawn.curve_of(brief), as_of=as_of, look=look),
            False,
        )
    ]
    batches = drawn.batches_of(brief)
    if len(batches) > 1:
        found.append(
            (
                "progress",
                f"各批次平均进度与计划的比较（截至{day}）",
                charts.batch_bars(batches, look=look),
                False,
            )
        )
    if len({region["city_code"] for region in brief["regions"]}) > 1:
        picture = charts.tile_map(_tiles(brief), look=look)
        if picture.height > TALLEST:
            picture = charts.lights_strip(_lights(brief), look=look)
        found.append(("progress", f"各设区市有关地区状态分布（截至{day}）", picture, True))
    return found + _drawn_savings(brief, look)


def _drawn_savings(brief: Snapshot, look: charts.Look) -> list[tuple[str, str, Svg, bool]]:
    months = months_of(brief.get("savings"))
    if len(months) < FEWEST_MONTHS:
        return []
    picture = own_charts.months(months, look=look)
    caption = f"{brief['savings']['months']}能耗与基准"
    return [("savings", caption, picture, True)]


def captions(brief: Snapshot) -> dict[str, list[str]]:
    """Of each section the names of its pictures, for a document that cannot show them."""
    return {
        key: [f"图{figure.number}　{figure.caption}" for figure in drawn]
        for key, drawn in _figures(brief, inline=False).items()
    }


def _lights(brief: Snapshot) -> dict[Light, int]:
    return {Light(code): count for code, count in brief["figures"]["lights"].items()}


def _tiles(brief: Snapshot) -> list[charts.Tile]:
    return [
        charts.Tile(
            code=region["code"],
            name=region["name"],
            label=charts.short_label(
                region["short_name"], region["city_name"], region["city_short"]
            ),
            city_code=region["city_code"],
            city_label=region["city_short"],
            light=Light(region["light"]),
            reason=region["light_reason"],
        )
        for region in brief["regions"]
    ]


# --- typography -------------------------------------------------------------------------------

_WHOLE_WORDS = (
    "整区能源费用托管", "能源费用托管", "工作进展情况", "进展情况", "工作", "通报", "情况",
    "关于", "经济技术开发区",
)  # fmt: skip


def title_lines(title: str) -> list[str]:
    """The title in lines of about equal length, no word broken; one line where it fits."""
    if len(title) <= TITLE_ROOM:
        return [title]
    count = -(-len(title) // TITLE_ROOM)
    lines, rest = [], title
    while count > 1 and len(rest) > 1:
        at = _break_near(rest, -(-len(rest) // count))
        lines.append(rest[:at])
        rest = rest[at:]
        count -= 1
    return [*lines, rest]


def _break_near(words: str, wanted: int) -> int:
    broken: set[int] = set()
    for word in _WHOLE_WORDS:
        for found in re.finditer(re.escape(word), words):
            broken |= set(range(found.start() + 1, found.end()))
    starts_badly = {at for at, sign in enumerate(words) if sign in "的和与、，》”）"}
    allowed = [
        at
        for at in range(1, min(len(words), TITLE_ROOM + 1))
        if at not in broken and at not in starts_badly
    ]
    return min(allowed, key=lambda at: (abs(at - wanted), -at), default=min(wanted, len(words)))


def _numbered(paragraphs: list[dict[str, str]], paragraph: dict[str, str]) -> str:
    """The Chinese number of a heading among those that have one."""
    headed = [one["key"] for one in paragraphs if one["heading"]]
    return ordinal(headed.index(paragraph["key"]) + 1)


def _standing(milestone: dict[str, Any]) -> str:
    if milestone["status"] in ("confirmed", "not_applicable"):
        return "已办结" if milestone["status"] == "confirmed" else "不适用"
    days = milestone["days_late"]
    return f"逾期{days}天" if days else str(milestone["light_words"])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "typeset": typeset,
        "ordinal": ordinal,
        "numbered": _numbered,
        "standing": _standing,
        "sign": lambda code: LIGHT_LOOKS[code].sign,
        "keyed": lambda sections: {one["key"]: one["paragraphs"] for one in sections},
        "meaning": lambda code: Light(code).meaning,
        "fifth": lambda percent: int(min(100, max(0, percent or 0)) // 5 * 5),
    }
    return environment
