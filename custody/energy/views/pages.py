"""What the pages of the ledger share: the month that counts, the way to other parts, the forms' fate."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from custody.infra import clock
from custody.kernel.periods import Month

Page = str | Response | tuple[str, int]
MONTHS = 12


def last_month() -> Month:
    """The last one that is over."""
    return Month.of(clock.today()).plus(-1)


def of_all() -> list[tuple[str, str]]:
    """(words, address) of what belongs to more than one region."""
    pages = (
        ("各地区月报", "energy_months.index"),
        ("折算系数", "energy_tables.coefficients"),
        ("校验规则", "energy_tables.limits"),
        ("气温", "weather.index"),
    )
    return [(label, url_for(endpoint)) for label, endpoint in pages]
