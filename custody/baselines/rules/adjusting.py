"""A non-routine adjustment as it is typed: what each driver asks for, what it gives, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import adjust
from custody.mv.adjust import Adjustment, Driver

OWNER, COMPANY, EVIDENCE = "owner", "company", "evidence"
SLOTS = {
    OWNER: "用能单位签认件",
    COMPANY: "服务公司签认件",
    EVIDENCE: "佐证材料",
}
"""Where its papers lie; the first two make it count."""
_QUANTITY = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a driver's three numbers are."""

    label: str
    measure: str
    """What changed, for before and after."""
    unit: str
    rate: str
    """What the third number is; «{unit}» is the energy's."""
    formula: str
    made: Callable[[Decimal, Decimal, Decimal, Decimal], Adjustment]
    """(before, after, rate, trigger)"""


def _by_rate(
    made: Callable[[Decimal, Decimal, Decimal, Decimal], Adjustment],
) -> Callable[[Decimal, Decimal, Decimal, Decimal], Adjustment]:
    """mv.adjust takes the rate before the driver where the quantity depends on it."""
    return lambda before, after, rate, trigger: made(rate, before, after, trigger)


ASKS: Mapping[Driver, Ask] = {
    Driver.AREA: Ask(
        *("面积", "建筑面积", "m²", "每平方米每月基准用量（{unit}/m²）"),
        *("（变化后面积 − 变化前面积）× 每平方米每月基准用量", adjust.area),
    ),
    Driver.PEOPLE: Ask(
        *("人数", "用能人数", "人", "人均每月基准用量（{unit}/人）"),
        *("（变化后人数 − 变化前人数）× 人均每月基准用量", adjust.people),
    ),
    Driver.HOURS: Ask(
        *("运行时间", "每月运行时间", "小时", "随运行时间变化的每月基准用量（{unit}）"),
        "每月基准用量 ×（变化后时间 ÷ 变化前时间 − 1）",
        _by_rate(adjust.hours),
    ),
    Driver.EQUIPMENT: Ask(
        *("设备", "设备每小时用量合计", "{unit}/小时", "每月运行小时数（小时）"),
        "（变化后每小时用量 − 变化前每小时用量）× 每月运行小时数",
        _by_rate(adjust.equipment),
    ),
    Driver.PRICE: Ask(
        *("价格", "单价", "元/{unit}", "每月基准用量（{unit}）"),
        "每月基准用量 ×（变化后单价 − 变化前单价）；生效后按各月调整后基准用量计入费用，不改变用量基准",
        _by_rate(adjust.price),
    ),
}
"""Weather is routine: the model follows it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    driver: Driver
    before: Decimal
    after: Decimal
    rate: Decimal
    trigger: Decimal
    """Percent."""
    reason: str
    from_month: int
    until_month: int | None


def worked_out(wanted: Wanted) -> Adjustment:
    """ValueError where the driver's numbers make no sense."""
    made = ASKS[wanted.driver].made
    return made(wanted.before, wanted.after, wanted.rate, wanted.trigger / 100)


def quantity_of(found: Adjustment) -> Decimal:
    """ΔQ a month as it is stored: a price moves no quantity, nor does what is within the trigger."""
    if found.driver is Driver.PRICE:
        return Decimal(0)
    return found.counted.quantize(_QUANTITY, ROUND_HALF_UP)


def effect_words(driver: Driver, quantity: Decimal, unit: str, price: Decimal) -> str:
    """`price`: ΔP, yuan a unit."""
    if driver is Driver.PRICE:
        moved = f"每{unit}{_side(price)}{number(abs(price))}元"
        return f"单价{moved}，不改变用量基准" if price else "不作调整"
    return f"每月{_side(quantity)}{abs(quantity):,.2f} {unit}" if quantity else "不作调整"


def _side(value: Decimal) -> str:
    return "增加" if value >= 0 else "减少"


def number(value: Decimal) -> str:
    """0.0500 → 0.05."""
    text = f"{value:,.4f}"
    return text.rstrip("0").rstrip(".")


def problems_of(wanted: Wanted, base_until: int | None) -> list[Problem]:
    """`base_until`: last month of the adopted baseline's period, where there is one."""
    found = []
    if wanted.before <= 0 and wanted.driver is not Driver.EQUIPMENT:
        found.append(Problem("before", "变化前的数值应大于0，请改正。", "before"))
    if wanted.before == wanted.after:
        found.append(Problem("same", "变化前后的数值相同，不需要调整，请核对。", "after"))
    if wanted.rate <= 0:
        found.append(Problem("rate", "计算系数应大于0，请改正。", "rate"))
    if not wanted.reason.strip():
        found.append(Problem("reason", "请写明变化的原因和依据。", "reason"))
    if base_until is not None and wanted.from_month <= base_until:
        words = (
            f"已采用的基准期到{Month.coded(base_until).label}为止，调整应从基准期之后的月份起生效，"
            "请改正；基准期内的变化请在下一版基准中说明。"
        )
        found.append(Problem("base", words, "from_month"))
    if wanted.until_month is not None and wanted.until_month < wanted.from_month:
        found.append(Problem("until", "终止月份早于生效月份，请改正。", "until_month"))
    return found


SIDES = (OWNER, COMPANY)


def problems_of_signing(slots: Mapping[str, int], returned: str = "") -> list[Problem]:
    """`slots`: slot → number of papers. `returned`: what somebody asked to be put right."""
    found = [
        Problem("paper", f"请先上传{SLOTS[slot]}，双方签认件齐全后才能登记生效。", slot)
        for slot in SIDES
        if not slots.get(slot)
    ]
    if returned:
        words = f"该调整已被退回（{returned}），请修改内容或更换材料后再登记生效。"
        found.append(Problem("returned", words))
    return found


def problems_of_return(own: bool, reason: str) -> list[Problem]:
    found = []
    if own:
        words = "登记人不能退回自己登记的调整；需要更改的，请直接修改或撤回。"
        found.append(Problem("own", words))
    if not reason.strip():
        found.append(Problem("reason", "请写明退回的原因，登记人据此核改。", "returned_because"))
    return found


def told_of_paper(slot: str, there: Collection[str]) -> tuple[str, str]:
    """(action, words) of a paper that comes in, by the slots that had one before."""
    other = COMPANY if slot == OWNER else OWNER
    if slot not in SIDES or slot in there:
        return "file_added", SLOTS[slot]
    if other in there:
        return "both_signed", f"{SLOTS[slot]}已上传，双方签认件齐全，待登记生效"
    return "one_signed", f"{SLOTS[slot]}已上传，待{SLOTS[other]}"


def waits_for(slots: Collection[str], returned: str | None) -> str:
    """What a draft still lacks, in words."""
    if returned:
        return f"已退回：{returned}"
    missing = [SLOTS[slot] for slot in SIDES if slot not in slots]
    return f"待{'、'.join(missing)}" if missing else "双方签认件齐全，待登记生效"


def usual_rate(
    driver: Driver, year: Decimal | None, area: Decimal | None, people: int | None
) -> Decimal | None:
    """A proposal from the year's base quantity; None where something is not known."""
    if year is None or year <= 0:
        return None
    over = {Driver.AREA: area, Driver.PEOPLE: None if people is None else Decimal(people)}
    if driver in (Driver.HOURS, Driver.PRICE):
        over[driver] = Decimal(1)
    parts = over.get(driver)
    return (year / 12 / parts).quantize(_QUANTITY, ROUND_HALF_UP) if parts else None


def unit_words(text: str, energy: Energy) -> str:
    return text.replace("{unit}", energy.unit)
