"""What the pages of savings share: the blueprint, the period asked for, the caliber."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response

from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.infra import clock
from custody.kernel.periods import Month

blueprint = Blueprint("savings", __name__, url_prefix="/savings")
Page = str | Response

CALIBERS = {
    Caliber.EQUIVALENT_HEAT.value: Caliber.EQUIVALENT_HEAT.label,
    Caliber.EQUIVALENT_MADE.value: Caliber.EQUIVALENT_MADE.label,
}
ALL = "all"
YEARS = 3
"""So many years can be looked at, this one included."""
BILLED = (Energy.ELECTRICITY, Energy.GAS, Energy.WATER, Energy.HEAT)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters in the address. Anything odd is left out."""

    year: str
    """A year, or «all»."""
    month: int
    """0: the whole year."""
    caliber: Caliber
    batch: str
    energy: Energy | None
    first: int
    last: int
    years: tuple[int, ...]

    @property
    def words(self) -> str:
        first, last = Month.coded(self.first), Month.coded(self.last)
        if first == last:
            return first.label
        if first.year == last.year:
            return f"{first.year}年{first.number}—{last.number}月"
        return f"{first.label}—{last.label}"

    @property
    def kept(self) -> Mapping[str, str]:
        """What goes along to the next page."""
        found = {"year": self.year, "caliber": self.caliber.value}
        if self.month:
            found["month"] = str(self.month)
        return found


def asked() -> Asked:
    return read(request.args, clock.today())


def read(args: Mapping[str, str], today: date) -> Asked:
    """By default the year of the last month that is over, up to that month."""
    over = Month.of(today).plus(-1)
    years = tuple(range(today.year - YEARS + 1, today.year + 1))
    known = {str(one) for one in years if one <= over.year} | {ALL}
    year = args.get("year", "")
    year = year if year in known else str(over.year)
    first = Month(years[0] if year == ALL else int(year), 1)
    last = min(Month(over.year if year == ALL else int(year), 12), over)
    number = args.get("month", "")
    month = int(number) if number in map(str, range(1, 13)) and year != ALL else 0
    if month and Month(int(year), month) <= over:
        first = last = Month(int(year), month)
    else:
        month = 0
    caliber = args.get("caliber", "")
    energy = args.get("energy", "")
    return Asked(
        year,
        month,
        Caliber(caliber) if caliber in CALIBERS else Caliber.EQUIVALENT_HEAT,
        args.get("batch", "")[:4],
        Energy(energy) if energy in {one.value for one in Energy} else None,
        first.code,
        last.code,
        tuple(one for one in years if one <= over.year),
    )
