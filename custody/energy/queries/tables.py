"""Coefficients, thresholds and temperatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.energy.models.tables import Coefficient, EnergyPolicy, Temperature
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.limits import Limits
from custody.kernel.problems import NotFound


def coefficients(session: Session, province: str) -> Sequence[Coefficient]:
    """Every row, the newest of each energy and caliber first."""
    return session.scalars(
        select(Coefficient)
        .where(Coefficient.province_code == province)
        .order_by(
            Coefficient.energy, Coefficient.caliber, Coefficient.valid_from.desc(), Coefficient.id
        )
    ).all()


def get_coefficient(session: Session, number: int, *, province: str) -> Coefficient:
    found = session.scalar(
        select(Coefficient).where(Coefficient.id == number, Coefficient.province_code == province)
    )
    if found is None:
        raise NotFound
    return found


def factors_of(
    session: Session, province: str, day: date
) -> Mapping[tuple[Energy, Caliber], Coefficient]:
    """Every row that counts on a day."""
    rows = session.scalars(
        select(Coefficient)
        .where(Coefficient.province_code == province, Coefficient.valid_from <= day)
        .order_by(Coefficient.valid_from)
    )
    return {(row.energy, row.caliber): row for row in rows}


def policy_of(session: Session, province: str) -> EnergyPolicy | None:
    return session.get(EnergyPolicy, province)


def limits_of(session: Session, province: str) -> Limits:
    policy = policy_of(session, province)
    return Limits.of(policy.values if policy else None)


def temperatures_of(
    session: Session, cities: Sequence[str], first: int, last: int
) -> Mapping[tuple[str, int], Temperature]:
    """(city, month) → what was entered."""
    rows = session.scalars(
        select(Temperature).where(
            Temperature.city_code.in_(cities), Temperature.month.between(first, last)
        )
    )
    return {(row.city_code, row.month): row for row in rows}
