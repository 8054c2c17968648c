"""What the pages of the ledger share: the month that counts."""

from __future__ import annotations

from werkzeug.wrappers import Response

from custody.infra import clock
from custody.kernel.periods import Month

Page = str | Response | tuple[str, int]
MONTHS = 12


def last_month() -> Month:
    """The last one that is over."""
    return Month.of(clock.today()).plus(-1)
