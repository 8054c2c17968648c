"""What the pages of a region's coverage, doubts and monthly reports share."""

from __future__ import annotations

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.web import kept

blueprint = Blueprint("energy_months", __name__, url_prefix="/energy")
kept.call(
    blueprint,
    "能源月报",
    {
        "complete": "报送月报",
        "check": {"lock": "核对通过并锁定", "return": "退回"},
        "unlock": "解锁",
        "explain": {"chosen": "说明所选", "all": "说明筛选出的全部"},
    },
    "energy_months.show",
)
Page = str | Response | tuple[str, int]
Trail = list[tuple[str, str]]


def month_of(code: int) -> Month:
    """A month of an address; what is none does not exist."""
    if not 200001 <= code <= 209912 or not 1 <= code % 100 <= 12:
        raise NotFound
    return Month.coded(code)


def trail(region: Region | None, title: str, *between: tuple[str, str]) -> Trail:
    """The way down to a page: all the data unless a person has one region alone, the region, the page."""
    alone = region is not None and identity().place.region
    steps = [] if alone else [("能源数据", url_for("energy.index"))]
    if region is not None:
        steps.append((region.name, url_for("energy.region", code=region.code)))
    return [*steps, *between, (title, "")]


def report_trail(region: Region, month: Month | None = None) -> Trail:
    """To a region's monthly reports: by the list of all where a person has more than one region."""
    listing = url_for("energy_months.listing", code=region.code)
    if identity().place.region:
        steps = [*trail(region, "")[:-1], ("能源月报", listing)]
    else:
        every = url_for("energy_months.index")
        steps = [*trail(None, "")[:-1], ("能源月报", every), (region.name, listing)]
    return [*steps[:-1], (steps[-1][0], "")] if month is None else [*steps, (month.label, "")]
