"""气温: cities × months with their sources; uploaded, copied, corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.audit.rules import told
from custody.energy.actions import tables as actions
from custody.energy.forms.tables import WeatherForm
from custody.energy.models.tables import Temperature
from custody.energy.queries.reports import weather_told
from custody.energy.queries.tables import temperatures_of
from custody.energy.tables import reports
from custody.energy.views.monthly import Page, trail
from custody.energy.views.pages import last_month
from custody.energy.workbook.told import Told, grouped
from custody.energy.workbook.weather import TITLES, read_weather
from custody.infra import clock
from custody.infra.sheets import ENDINGS, TAKEN, Limits, read_workbook
from custody.infra.uploads import tidy_name
from custody.kernel.periods import codes, months_words
from custody.kernel.problems import Problem, Refused
from custody.regions.models import City
from custody.regions.queries import cities_of, place_name
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file

blueprint = Blueprint("weather", __name__, url_prefix="/energy/weather")
kept.call(
    blueprint,
    "月平均气温",
    {"upload": "上传气温表", "copy": "移用气温"},
    "weather.index",
)
SMALL = Limits(size=2 * 1024 * 1024, unpacked=32 * 1024 * 1024, rows=10_000, columns=50)
"""Thirteen cities have 156 months a year."""
YEARS = 5
"""So many years can be looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A city's year."""

    city: City
    months: Sequence[Temperature | None]
    missing: str
    """The months that are over and have no figure, in words."""
    sources: Sequence[tuple[str, str]]
    """(source, its months in words)."""


def _year() -> tuple[int, Sequence[int]]:
    over = last_month()
    years = list(range(over.year, over.year - YEARS, -1))
    text = request.values.get("year", "")
    return (int(text) if text in map(str, years) else over.year), years


def _lines(year: int) -> list[Line]:
    cities = cities_of(session(), identity().place)
    first, last = year * 100 + 1, year * 100 + 12
    known = temperatures_of(session(), [one.code for one in cities], first, last)
    over = last_month().code
    lines = []
    for city in cities:
        rows = [known.get((city.code, month)) for month in codes(first, last)]
        missing = [
            month
            for month, row in zip(codes(first, last), rows, strict=True)
            if row is None and month <= over
        ]
        sources: dict[str, list[int]] = {}
        for row in rows:
            if row:
                sources.setdefault(row.source, []).append(row.month)
        lines.append(
            Line(
                city,
                rows,
                months_words(missing),
                [(source, months_words(months)) for source, months in sources.items()],
            )
        )
    return lines


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    return _index_page()


def _index_page(
    problems: Sequence[Problem] = (),
    slips: Sequence[Told] = (),
    status: int = 200,
    form: WeatherForm | None = None,
) -> tuple[str, int]:
    who = identity()
    year, years = _year()
    lines = _lines(year)
    page = render_template(
        "energy/weather.html",
        lines=lines,
        year=year,
        years=years,
        form=form or WeatherForm(formdata=None),
        problems=problems,
        slips=slips,
        imports=may(Can.IMPORT_WEATHER),
        taken=TAKEN,
        endings=",".join(f".{ending}" for ending in ENDINGS),
        told=told(weather_told(session(), who.place)),
        typed=request.form,
        trail=trail(None, "气温"),
    )
    return page, status


@blueprint.post("")
@requires(Can.IMPORT_WEATHER)
def upload() -> Page:
    """Read, checked cell by cell and stored as a whole, or not at all."""
    who, form = identity(), WeatherForm()
    year, _ = _year()
    sent = request.files.get("file")
    if not form.validate() or sent is None or not sent.filename:
        none = Problem("none", "请先选择填好的气温表。", "file")
        found = [] if sent and sent.filename else [none]
        rest = [Problem("form", message, where) for where, message in form.problems]
        return _index_page([*found, *rest], status=422, form=form)
    name, data = tidy_name(sent.filename), sent.stream.read(SMALL.size + 1)
    cities = {one.name: one.code for one in cities_of(session(), who.place)}
    try:
        sheets = read_workbook(data, name, SMALL)
        reading = read_weather(
            sheets, cities, over=last_month().code, source=form.source.data or ""
        )
        if reading.problems:
            return _index_page(slips=grouped(reading.problems), status=422, form=form)
        if not reading.rows:
            empty = Problem("empty", "文件中没有填写气温，请在“平均气温”列填写后上传。", "file")
            return _index_page([empty], status=422, form=form)
        rows = [actions.Warmth(one.city, one.month, one.mean, one.source) for one in reading.rows]
        with transaction() as writing:
            new, changed = actions.store_temperatures(
                writing, actor=who, now=clock.now(), rows=rows, note=name
            )
    except Refused as refusal:
        return _index_page(refusal.problems, status=422, form=form)
    flash(_said(new, changed))
    return redirect(url_for("weather.index", year=year), 303)


def _said(new: int, changed: int) -> str:
    if not new and not changed:
        return "与已有的气温完全相同，没有改动。"
    tail = "；更正前的数保留在操作日志中" if changed else ""
    return f"已保存气温：新增{new}条，更正{changed}条{tail}。"


@blueprint.post("/copy")
@requires(Can.IMPORT_WEATHER)
def copy() -> Page:
    """One city's year for others that have no station of their own."""
    who = identity()
    year, _ = _year()
    try:
        with transaction() as writing:
            new, changed = actions.copy_temperatures(
                writing,
                actor=who,
                now=clock.now(),
                origin=request.form.get("origin", "")[:12],
                cities=[one[:12] for one in request.form.getlist("cities")[:200]],
                first=year * 100 + 1,
                last=year * 100 + 12,
                overwrite=bool(request.form.get("overwrite")),
            )
    except Refused as refusal:
        return _index_page(refusal.problems, status=422)
    flash(_said(new, changed))
    return redirect(url_for("weather.index", year=year), 303)


@blueprint.get("/template.xlsx")
@requires(Can.IMPORT_WEATHER)
def template() -> Page:
    """The year's cities and months, with what is known; filled in and uploaded again. Recorded."""
    who, now = identity(), clock.now()
    year, _ = _year()
    over = last_month().code
    rows = [
        (line.city.name, month, row.mean if row else None, row.source if row else "")
        for line in _lines(year)
        for month, row in zip(codes(year * 100 + 1, year * 100 + 12), line.months, strict=True)
        if month <= over
    ]
    where = place_name(session(), who.place)
    table = reports.weather_form(
        year, rows, TITLES, f"{where}　{who.name} {now:%Y-%m-%d}　没有数据的月份留空。"
    )
    return table_file(
        table, actor=who, place=who.place, name=f"{year}年气温表模板", plain="weather"
    )


@blueprint.get("/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    who = identity()
    year, _ = _year()
    lines = [(line.city.name, line.months) for line in _lines(year)]
    return table_file(
        *reports.weather(year, lines, f"{who.unit}{who.name}"),
        actor=who,
        place=who.place,
        name=f"{year}年月平均气温",
        plain="weather",
        note=f"{len(lines)}个设区市",
    )
