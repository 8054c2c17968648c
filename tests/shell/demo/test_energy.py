"""The demonstration's energy is data: made up, plausible, the same for the same seed."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from custody.demo import baselines, deals, energy, people, rosters, uses
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.infra.workdays import is_working_day
from custody.kernel.credit_code import problems_of


@pytest.mark.parametrize("region", rosters.REGIONS)
def test_a_roster_has_no_doubles_and_right_check_digits(region: str) -> None:
    units = rosters.of(region)
    names = [one.row.name for one in units]
    codes = [one.row.credit_code for one in units]
    numbers = [(meter.energy, meter.number) for one in units for meter in one.row.meters]
    assert len(set(names)) == len(names)
    assert len(set(codes)) == len(codes)
    assert len(set(numbers)) == len(numbers)
    assert not any(problems_of(code) for code in codes)
    count, area = rosters.in_custody(region)
    assert count == rosters.REGIONS[region][1]
    assert area == sum(one.area for one in units if one.row.in_custody)
    assert all(one.row.excluded_because for one in units if not one.row.in_custody)


def test_names_of_regions_are_those_of_the_people() -> None:
    seats = {seat.code: seat.region for seat in people.seats()}
    assert all(seats[code].endswith(name) for code, (name, _, _) in rosters.REGIONS.items())


@pytest.mark.parametrize("region", rosters.REGIONS)
def test_the_base_year_comes_to_what_the_contract_pays_for(region: str) -> None:
    deal = next(one for one in deals.DEALS if one.region == region)
    share, price, _ = deals.PRICES["electricity"]
    year = sum(
        float(np.nansum(use[:12]))
        for (energy_, _), (use, _) in uses.ledger(region).items()
        if energy_ is Energy.ELECTRICITY
    )
    paid = year * float(price) * 0.95
    assert paid == pytest.approx(deal.total * 10_000 / deal.years * float(share), rel=0.02)


def test_pilots_save_and_the_others_do_not() -> None:
    for region in ("320282", "320412"):
        of_energy = [
            use for (one, _), (use, _) in uses.ledger(region).items() if one is Energy.ELECTRICITY
        ]
        table = np.array(of_energy)
        whole = table[np.isfinite(table).all(axis=1)]
        before, after = whole[:, 2:11].sum(), whole[:, 26:35].sum()
        assert (after < 0.92 * before) == (region == "320282")


@pytest.mark.parametrize("chapter", [energy, baselines])
def test_acts_happen_in_office_hours_on_working_days(chapter: ModuleType) -> None:
    until = clock.at(clock.today(), 0)
    acts = [one for one in chapter.acts(until) if one.at < until]
    assert {one.what for one in acts} == set(chapter.VERBS)
    assert all(is_working_day(one.at.date()) and 8 <= one.at.hour < 18 for one in acts)


def test_weather_says_that_it_is_made_up() -> None:
    assert "编造" in energy.SOURCE
    assert uses.temperatures("320200") == uses.temperatures("320200")
    assert all(-5 < one < 35 for one in uses.temperatures("320300"))
