"""What goes into a settlement and what comes out of it, as plain values; `settlement` works it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from custody.contracts.rules.contract import PRICE_MODES, Driver
from custody.kernel.problems import Problem

SCHEMA = 2
"""Of the frozen inputs. 2 knows of which whole a stretch is a part; 1 is read as 2 without it."""
READABLE = frozenset({1, 2})
ZERO, ONE = Decimal(0), Decimal(1)


class PriceMode(StrEnum):
    FIXED = "fixed"
    LINKED = "linked"
    CAPPED = "capped"

    @property
    def label(self) -> str:
        return PRICE_MODES[self.value]


class Formula(StrEnum):
    INTENSITY = "intensity"
    """ΔQ = (X_t − X_0) · q · share of the year: area and people."""
    RATIO = "ratio"
    """ΔQ = Q_part · (X_t / X_0 − 1): hours, degree days."""
    AGREED = "agreed"
    """ΔQ as both sides signed it: equipment, new business."""

    @property
    def label(self) -> str:
        return {
            "intensity": "变化量×单位定额",
            "ratio": "相关用量×（当期值÷基准值−1）",
            "agreed": "按变更单认定的用量",
        }[self.value]


PER = dict.fromkeys(Driver, "年") | {
    Driver.AREA: "(平方米·年)",
    Driver.PEOPLE: "(人·年)",
}

USUAL: dict[Driver, Formula] = {
    Driver.AREA: Formula.INTENSITY,
    Driver.PEOPLE: Formula.INTENSITY,
    Driver.HOURS: Formula.RATIO,
    Driver.WEATHER: Formula.RATIO,
    Driver.EQUIPMENT: Formula.AGREED,
    Driver.BUSINESS: Formula.AGREED,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number is from."""

    what: str
    """合同附件《能源基准》, 变更单BG-01, 三月电费账单."""
    file: str = ""
    who: str = ""
    when: str = ""
    """Who entered it and on which day, in words."""

    @property
    def words(self) -> str:
        parts = [self.what]
        if self.file:
            parts.append(f"文件“{self.file}”")
        if self.who:
            parts.append(f"{self.who}{f'于{self.when}' if self.when else ''}录入")
        return "，".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Adjustment:
    driver: Driver
    formula: Formula
    source: Source
    base: Decimal = ZERO
    """X_0: area, people, hours, degree days the baseline rests on."""
    now: Decimal = ZERO
    """X_t of the period."""
    rate: Decimal = ZERO
    """INTENSITY: q, units a year for each m² or person. RATIO: part of the base quantity, 0 … 1."""
    quantity: Decimal = ZERO
    """AGREED: ΔQ of the period; where the period is cut, what of it falls on this stretch."""
    whole: Decimal | None = None
    """AGREED, where the period is cut: ΔQ of the whole period."""
    trigger: Decimal = ZERO
    """Share of 1 that must be passed, from the contract."""
    order: str = ""
    """Number of the signed change order that carries it."""
    signed: bool = False
    """Both sides have signed the order and its evidence lies with it."""


@dataclass(frozen=True, slots=True)
class Energy:
    code: str
    name: str
    unit: str
    base: Decimal
    """Q_base of the period."""
    share: Decimal
    """The period's part of the annual base, for intensities a year."""
    mode: PriceMode
    price: Decimal
    """P_0 of the contract, yuan a unit."""
    source: Source
    share_words: str = ""
    discount: Decimal = ZERO
    """d, 0 … 1."""
    discount_source: Source | None = None
    actual: Decimal | None = None
    """The period's unit price as billed."""
    actual_source: Source | None = None
    cap: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    whole: Decimal | None = None
    """Where the period is cut into stretches and this is one of them: the base of all of them."""


@dataclass(frozen=True, slots=True)
class Service:
    amount: Decimal
    """O_t."""
    words: str
    source: Source


@dataclass(frozen=True, slots=True)
class Deduction:
    reason: str
    basis: str
    """The clause or the assessment it rests on."""
    amount: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Verified against guaranteed savings of the period; typed in, with where they come from."""

    guaranteed: Decimal
    verified: Decimal
    unit: str
    price: Decimal
    share: Decimal
    """The purchaser's part of what is saved beyond the guarantee, 0 … 1."""
    source: Source


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that lies with the settlement: bills, assessments."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Inputs:
    period: str
    """«2026-Q1»."""
    period_words: str
    energies: tuple[Energy, ...]
    services: tuple[Service, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    tax: Decimal = ZERO
    """Rate, of money that holds it already: said, never added."""
    guarantee: Guarantee | None = None
    prepaid: Decimal = ZERO
    """Of an earlier prepayment, set off now."""
    prepaid_source: Source | None = None
    papers: tuple[Paper, ...] = ()
    note: str = ""


class Kind(StrEnum):
    ENERGY = "energy"
    SERVICE = "service"
    DEDUCTION = "deduction"
    SHORTFALL = "shortfall"
    SHARED = "shared"
    PREPAID = "prepaid"


@dataclass(frozen=True, slots=True)
class Term:
    kind: Kind
    label: str
    formula: str
    amount: Decimal
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """Why something was not counted, which price was taken."""


@dataclass(frozen=True, slots=True)
class Statement:
    terms: tuple[Term, ...]
    fee: Decimal
    """F_t: energies and service less deductions."""
    payable: Decimal
    """What is to be paid: the sum of all terms."""
    tax: Decimal
    """Held in the fee."""
    tax_words: str
    problems: tuple[Problem, ...] = field(default=(), compare=False)
