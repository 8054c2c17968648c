"""Non-routine changes of the base quantity, each with the formula that was applied.

Q is energy; a price never moves it (custody contracts settle prices apart). Every adjustment belongs to
a change order with evidence and both signatures; below the contract's trigger nothing is adjusted.
Drivers: IPMVP Core Concepts 2022 §7 (non-routine adjustments), GB/T 28750-2012 (A_m).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Driver(StrEnum):
    AREA = "area"
    PEOPLE = "people"
    HOURS = "hours"
    EQUIPMENT = "equipment"
    HEATING = "heating"
    COOLING = "cooling"
    PRICE = "price"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Driver.AREA: "建筑面积变化",
    Driver.PEOPLE: "用能人数变化",
    Driver.HOURS: "运行时间变化",
    Driver.EQUIPMENT: "用能设备增减",
    Driver.HEATING: "采暖天气修正",
    Driver.COOLING: "制冷天气修正",
    Driver.PRICE: "能源价格变化",
}


@dataclass(frozen=True, slots=True)
class Adjustment:
    driver: Driver
    amount: Decimal
    """Energy in the unit of the baseline, yuan for a price; what the formula gives, applied or not."""
    change: Decimal
    """Relative change of the driver, or of the quantity where the driver has none."""
    applied: bool
    formula: str

    @property
    def counted(self) -> Decimal:
        return self.amount if self.applied else Decimal()


def area(
    before: Decimal, after: Decimal, per_square_metre: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = ΔA · q. m², energy per m² of the baseline or of a quota."""
    words = f"({_n(after)} − {_n(before)}) m² × {_n(per_square_metre)}"
    return _made(
        Driver.AREA, (after - before) * per_square_metre, _ratio(before, after), trigger, words
    )


def people(
    before: Decimal, after: Decimal, per_person: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = ΔN · q."""
    words = f"({_n(after)} − {_n(before)}) 人 × {_n(per_person)}"
    return _made(
        Driver.PEOPLE, (after - before) * per_person, _ratio(before, after), trigger, words
    )


def hours(
    part: Decimal, before: Decimal, after: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = Q_h · (H_t/H_0 − 1). `part`: the base quantity that depends on the hours."""
    return _scaled(Driver.HOURS, part, before, after, trigger)


def equipment(
    hours_: Decimal, before: Decimal, after: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = (P_t − P_0) · h. Use an hour of all such devices, hours they run; there may have been none."""
    words = f"({_n(after)} − {_n(before)}) × {_n(hours_)} 小时"
    change = _ratio(before, after) if before > 0 else Decimal(1)
    return _made(Driver.EQUIPMENT, (after - before) * hours_, change, trigger, words)


def heating(
    part: Decimal, before: Decimal, after: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = Q_heating · (HDD_t/HDD_0 − 1)."""
    return _scaled(Driver.HEATING, part, before, after, trigger)


def cooling(
    part: Decimal, before: Decimal, after: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔQ = Q_cooling · (CDD_t/CDD_0 − 1)."""
    return _scaled(Driver.COOLING, part, before, after, trigger)


def price(
    quantity: Decimal, before: Decimal, after: Decimal, trigger: Decimal = Decimal()
) -> Adjustment:
    """ΔC = Q · (P_t − P_0), yuan: the base cost follows, the base quantity does not."""
    words = f"{_n(quantity)} × ({_n(after)} − {_n(before)}) 元"
    return _made(Driver.PRICE, quantity * (after - before), _ratio(before, after), trigger, words)


def _scaled(
    driver: Driver, part: Decimal, before: Decimal, after: Decimal, trigger: Decimal
) -> Adjustment:
    change = _ratio(before, after)
    words = f"{_n(part)} × ({_n(after)} ÷ {_n(before)} − 1)"
    return _made(driver, part * change, change, trigger, words)


def _ratio(before: Decimal, after: Decimal) -> Decimal:
    if before <= 0 or after < 0:
        raise ValueError("a driver is above 0 in the base period and not negative later")
    return after / before - 1


def _made(
    driver: Driver, amount: Decimal, change: Decimal, trigger: Decimal, words: str
) -> Adjustment:
    applied = abs(change) > trigger
    close = "" if applied else f"（变化{abs(change):.1%}，未超过约定的{trigger:.1%}，不作调整）"
    formula = f"{driver.label}：{words} = {_n(amount)}{close}"
    return Adjustment(driver, amount, change, applied, formula)


def _n(value: Decimal) -> str:
    text = f"{value:,.4f}"
    return text.rstrip("0").rstrip(".")
