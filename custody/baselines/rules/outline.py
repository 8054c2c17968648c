"""A version at a glance: its lines without their records, summed by energy and by institution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE
from custody.energy.rules.energies import Energy
from custody.mv.custody_rule import Rule
from custody.mv.ladder import DAILY_MEAN
from custody.mv.sufficiency import LIMITS

METHODS: Mapping[str, str] = {
    RULE: "惯例法",
    REGRESSION: "回归法",
    QUOTA_ENTERED: "定额法",
    NOTHING: "未定",
}
_FEN = Decimal("0.01")


class Mark(StrEnum):
    """What somebody should look at before a version is proposed."""

    UNDECIDED = "undecided"
    STOPPED = "stopped"
    FLAGGED = "flagged"
    LOOSE = "loose"
    SHORT = "short"
    QUOTA = "quota"

    @property
    def label(self) -> str:
        return _MARKS[self][0]

    @property
    def advice(self) -> str:
        return _MARKS[self][1]


_MARKS: Mapping[Mark, tuple[str, str]] = {
    Mark.UNDECIDED: ("未定基准", "没有可用的方法：请补齐账单后重新计算，或录入定额。"),
    Mark.STOPPED: ("数据不足", "账单缺失、重复或有误，不能回归：请更正账单后重新计算。"),
    Mark.FLAGGED: ("年际波动大", "各年用量相差超出允许范围：请核对原因，选定方法并写明理由。"),
    Mark.LOOSE: (
        "拟合松散",
        f"回归的CV(RMSE)高于{LIMITS.cvrmse:g}%：请核对账单，或改用惯例法。",
    ),
    Mark.SHORT: ("不足一年", "只有6至11个月账单，按日均用量计算：请尽快补齐后重新计算。"),
    Mark.QUOTA: ("按定额", "以定额为基准：请核对定额及其来源。"),
}


@dataclass(frozen=True, slots=True)
class Outline:
    line: int
    meter: int
    institution: int
    energy: Energy
    chosen: str
    rule: str
    rule_use: Decimal | None
    rule_cost: Decimal | None
    method: str
    model_use: Decimal | None
    price: Decimal | None
    quota: Decimal | None
    stopped: bool
    cvrmse: float | None

    @property
    def model_cost(self) -> Decimal | None:
        return _times(self.model_use, self.price)

    @property
    def use(self) -> Decimal | None:
        """A year by what is chosen."""
        return {RULE: self.rule_use, REGRESSION: self.model_use, QUOTA_ENTERED: self.quota}.get(
            self.chosen
        )

    @property
    def cost(self) -> Decimal | None:
        return self.rule_cost if self.chosen == RULE else _times(self.use, self.price)

    @property
    def marks(self) -> frozenset[Mark]:
        found = {
            Mark.UNDECIDED: self.chosen == NOTHING,
            Mark.STOPPED: self.stopped,
            Mark.FLAGGED: self.rule == Rule.MEAN_FLAGGED.value,
            Mark.LOOSE: self.cvrmse is not None and self.cvrmse > LIMITS.cvrmse,
            Mark.SHORT: self.method == DAILY_MEAN,
            Mark.QUOTA: self.chosen == QUOTA_ENTERED,
        }
        return frozenset(mark for mark, there in found.items() if there)


def _times(use: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if use is None or price is None else (use * price).quantize(_FEN, ROUND_HALF_UP)


@dataclass(slots=True)
class Side:
    """One method's sum."""

    meters: int = 0
    use: Decimal = Decimal()
    cost: Decimal = Decimal()
    unpriced: int = 0
    """Meters whose use counts and whose cost nobody knows."""

    def add(self, use: Decimal | None, cost: Decimal | None) -> None:
        if use is None:
            return
        self.meters += 1
        self.use += use
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost


@dataclass(slots=True)
class Sum:
    """Of an energy, or of everything where only the cost can be added."""

    energy: Energy | None
    meters: int = 0
    rule: Side = field(default_factory=Side)
    model: Side = field(default_factory=Side)
    chosen: Side = field(default_factory=Side)
    choices: Counter[str] = field(default_factory=Counter)
    both: tuple[Decimal, Decimal] = (Decimal(), Decimal())
    """By rule and by regression, of the meters that have both."""

    def add(self, one: Outline) -> None:
        self.meters += 1
        self.rule.add(one.rule_use, one.rule_cost)
        self.model.add(one.model_use, one.model_cost)
        self.chosen.add(one.use, one.cost)
        self.choices[one.chosen] += 1
        if one.rule_use is not None and one.model_use is not None:
            self.both = (self.both[0] + one.rule_use, self.both[1] + one.model_use)

    @property
    def apart(self) -> float | None:
        """By how many percent regression tells more than the rule, where both tell something."""
        by_rule, by_model = self.both
        return float((by_model - by_rule) / by_rule * 100) if by_rule else None

    @property
    def leading(self) -> str:
        """The method that most meters have."""
        known = [(count, name) for name, count in self.choices.items() if name != NOTHING]
        return max(known)[1] if known else NOTHING


def by_energy(lines: Iterable[Outline]) -> list[Sum]:
    """In the order of energies."""
    found: dict[Energy, Sum] = {}
    for one in lines:
        found.setdefault(one.energy, Sum(one.energy)).add(one)
    return [found[energy] for energy in Energy if energy in found]


def whole(lines: Iterable[Outline]) -> Sum:
    """Of all energies; uses of different units are added, too: look at costs and counts alone."""
    total = Sum(None)
    for one in lines:
        total.add(one)
    return total


@dataclass(slots=True)
class Owner:
    """An institution's lines."""

    institution: int
    meters: int = 0
    uses: dict[Energy, Decimal] = field(default_factory=dict)
    """By what is chosen."""
    rule: Side = field(default_factory=Side)
    model: Side = field(default_factory=Side)
    chosen: Side = field(default_factory=Side)
    choices: Counter[str] = field(default_factory=Counter)
    marks: Counter[Mark] = field(default_factory=Counter)

    def add(self, one: Outline) -> None:
        self.meters += 1
        self.rule.add(one.rule_use, one.rule_cost)
        self.model.add(one.model_use, one.model_cost)
        self.chosen.add(one.use, one.cost)
        if one.use is not None:
            self.uses[one.energy] = self.uses.get(one.energy, Decimal()) + one.use
        self.choices[one.chosen] += 1
        self.marks.update(one.marks)


def by_institution(lines: Iterable[Outline]) -> list[Owner]:
    """The dearest first; who has no cost comes last."""
    found: dict[int, Owner] = {}
    for one in lines:
        found.setdefault(one.institution, Owner(one.institution)).add(one)
    return sorted(found.values(), key=lambda owner: (-owner.chosen.cost, owner.institution))


def marked(lines: Sequence[Outline]) -> dict[Mark, int]:
    """How many lines bear each mark, in their order; none where there are none."""
    counts = Counter(mark for one in lines for mark in one.marks)
    return {mark: counts[mark] for mark in Mark if counts[mark]}


# --- two versions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """A meter in two versions; None where it is in one of them alone."""

    meter: int
    old: Outline | None
    new: Outline | None

    @property
    def one(self) -> Outline:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def kind(self) -> str:
        if self.old is None:
            return "新增户号"
        if self.new is None:
            return "不再纳入"
        if self.old.chosen != self.new.chosen:
            return "方法改变"
        return "用量改变" if self.old.use != self.new.use else "未变"

    @property
    def moved(self) -> bool:
        return self.kind != "未变"

    @property
    def by(self) -> Decimal | None:
        """Δ of the year's use."""
        if not self.old or not self.new or self.old.use is None or self.new.use is None:
            return None
        return self.new.use - self.old.use

    @property
    def percent(self) -> float | None:
        if self.by is None or not self.old or not self.old.use:
            return None
        return float(self.by / self.old.use * 100)


def compared(old: Iterable[Outline], new: Iterable[Outline]) -> list[Moved]:
    """Every meter of either; what moved most (in percent) first, what did not last."""
    before, after = ({one.meter: one for one in lines} for lines in (old, new))
    rows = [Moved(meter, before.get(meter), after.get(meter)) for meter in {**before, **after}]
    return sorted(rows, key=lambda row: (not row.moved, -_size(row), row.meter))


def _size(row: Moved) -> float:
    """What cannot be told in percent comes first."""
    return float("inf") if row.percent is None else abs(row.percent)
