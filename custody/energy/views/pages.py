"""What the pages of the ledger share: the month that counts, the way to other parts, the forms' fate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for
from werkzeug.wrappers import Response

from custody.infra import clock
from custody.kernel.periods import Month

Page = str | Response | tuple[str, int]
MONTHS = 12


def last_month() -> Month:
    """The last one that is over."""
    return Month.of(clock.today()).plus(-1)


def elsewhere(endpoint: str, **values: Any) -> str:
    """The address of a page of another part; "" where the installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def ways(code: str, month: int) -> Mapping[str, str]:
    """From a region's energy page to what lies beside it."""
    return {
        "coverage": elsewhere("energy_coverage.region", code=code),
        "doubts": elsewhere("energy_months.doubts", code=code),
        "months": elsewhere("energy_months.listing", code=code),
        "month": elsewhere("energy_months.show", code=code, month=month),
        "baselines": elsewhere("baselines.region", code=code),
        "savings": elsewhere("savings.region", code=code),
    }


def of_all() -> list[tuple[str, str]]:
    """(words, address) of what belongs to more than one region."""
    pages = (
        ("各地区月报", "energy_months.index"),
        ("折算系数", "energy_tables.coefficients"),
        ("校验规则", "energy_tables.limits"),
        ("气温", "weather.index"),
    )
    return [(label, url) for label, endpoint in pages if (url := elsewhere(endpoint))]
