"""What must agree in a contract, what must be there before it counts as signed, and soft warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from custody.contracts.rules.contract import FEN, Energy
from custody.contracts.rules.policy import ContractPolicy
from custody.kernel import credit_code
from custody.kernel.days import full_day
from custody.kernel.problems import Problem

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """A contract as plain values, the lines by the names of its lists."""

    values: Mapping[str, object]
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    company: str = ""
    slots: frozenset[str] = frozenset()
    """Slots that hold a file."""
    region_institutions: int | None = None

    def money(self, name: str) -> Decimal | None:
        found = self.values.get(name)
        return found if isinstance(found, Decimal) else None

    def day(self, name: str) -> date | None:
        found = self.values.get(name)
        return found if isinstance(found, date) else None

    def whole(self, name: str) -> int | None:
        found = self.values.get(name)
        return found if isinstance(found, int) else None

    def rows(self, name: str) -> Sequence[Row]:
        return self.lines.get(name, ())


MOST = Decimal(10) ** 12
"""Yuan, for one energy and year (our choice; the column holds more)."""


def amount_of(quantity: Decimal, price: Decimal) -> Decimal:
    """To the fen, half a fen up."""
    return (quantity * price).quantize(FEN, ROUND_HALF_UP)


def end_of_term(starts_on: date, years: int) -> date:
    """The last day: the day before the same day `years` later (29 February becomes the 28th)."""
    year = starts_on.year + years
    try:
        return date(year, starts_on.month, starts_on.day) - timedelta(days=1)
    except ValueError:
        return date(year, 2, 28)


def problems_of_bases(rows: Sequence[Row]) -> list[Problem]:
    """Amount = quantity × price to the fen; every energy once."""
    found = []
    seen = set()
    for number, row in enumerate(rows, 1):
        energy = str(row["energy"])
        if energy in seen:
            words = f"第{number}行与前面的能源相同，每种能源只列一行，请合并。"
            found.append(Problem("twice", words, "bases"))
        seen.add(energy)
        quantity, price, amount = row["quantity"], row["price"], row["amount"]
        assert isinstance(quantity, Decimal)
        assert isinstance(price, Decimal)
        due = amount_of(quantity, price)
        if due >= MOST:
            words = f"{Energy(energy).label}的基准用量×基准单价达{due:,.2f}元，请核对用量、单价及其单位。"
            found.append(Problem("too_much", words, "bases"))
        elif amount is not None and amount != due:
            words = (
                f"{Energy(energy).label}的金额应为基准用量×基准单价＝{due:,.2f}元，"
                f"现填{amount:,.2f}元，请核对。"
            )
            found.append(Problem("amount", words, "bases"))
    return found


def problems_of_parties(rows: Sequence[Row]) -> list[Problem]:
    found = []
    if rows and sum(bool(row["lead"]) for row in rows) != 1:
        found.append(Problem("lead", "甲方中应有且只有一个牵头单位，请勾选。", "parties"))
    for row in rows:
        if row["code"]:
            for problem in credit_code.problems_of(str(row["code"]), "parties"):
                found.append(Problem(problem.code, f"{row['name']}：{problem.message}", "parties"))
    return found


def problems_of_payments(rows: Sequence[Row]) -> list[Problem]:
    return [
        Problem(
            "paid",
            f"第{number}笔付款的实付日期和实付金额应同时填写，请补充。",
            "payments",
        )
        for number, row in enumerate(rows, 1)
        if (row["paid_on"] is None) != (row["paid_amount"] is None)
    ]


_ORDER = (
    ("notice_on", "招标公告日期"),
    ("awarded_on", "中标日期"),
    ("signed_on", "签订日期"),
)
_LATER = (("effective_on", "生效日期"), ("filed_on", "备案日期"), ("starts_on", "起算日"))


def problems_of_dates(facts: Facts) -> list[Problem]:
    """公告 ≤ 中标 ≤ 签订 ≤ 生效, 备案, 起算; 起算 < 到期."""
    found = []
    pairs = [(_ORDER[0], _ORDER[1]), (_ORDER[1], _ORDER[2]), (_ORDER[0], _ORDER[2])]
    if facts.day("awarded_on"):
        pairs.pop()
    pairs += [(_ORDER[2], later) for later in _LATER]
    for (first, first_words), (second, second_words) in pairs:
        early, late = facts.day(first), facts.day(second)
        if early and late and late < early:
            words = f"{second_words}{full_day(late)}早于{first_words}{full_day(early)}，请改正其中一个日期。"
            found.append(Problem("dates", words, second))
    start, end, years = facts.day("starts_on"), facts.day("ends_on"), facts.whole("years")
    if start and end and years:
        due = end_of_term(start, years)
        if end != due:
            words = (
                f"到期日现填{full_day(end)}，按起算日{full_day(start)}和托管期限{years}年应为"
                f"{full_day(due)}；请改正到期日，或核对起算日和托管期限。"
            )
            found.append(Problem("end", words, "ends_on"))
    elif start and end and end <= start:
        found.append(
            Problem(
                "end", f"到期日{full_day(end)}应晚于起算日{full_day(start)}，请改正。", "ends_on"
            )
        )
    base_from, base_until = facts.whole("base_from"), facts.whole("base_until")
    if base_from and base_until and base_until < base_from:
        found.append(
            Problem(
                "base",
                f"基期截止年{base_until}早于基期起始年{base_from}，请改正其中一个。",
                "base_until",
            )
        )
    return found


def problems_of_sums(facts: Facts) -> list[Problem]:
    """The yearly fees, and the payments where a plan was made, add up to the contract's sum."""
    total = facts.money("total")
    if total is None:
        return []
    found = []
    for name, words in (("fees", "年度托管费表"), ("payments", "付款计划")):
        rows = facts.rows(name)
        amount = sum((_decimal(row["amount"]) for row in rows), Decimal(0))
        if rows and amount != total:
            more = "多" if amount > total else "少"
            sentence = (
                f"{words}合计{amount:,.2f}元，比合同总额{more}{abs(amount - total):,.2f}元，"
                "请核对后改正。"
            )
            found.append(Problem("sum", sentence, name))
    return found


def problems_of_terms(terms: Mapping[str, object]) -> list[Problem]:
    """The sums of a contract and the amounts of its bases as its terms say them on some day."""
    rows: dict[str, list[Row]] = {"fees": [], "payments": []}
    bases: dict[str, dict[str, object]] = {}
    for term, value in terms.items():
        family, _, rest = term.partition(":")
        which, _, column = rest.partition(":")
        if family == "fee":
            rows["fees"].append({"amount": value})
        elif family == "payment" and column == "amount":
            rows["payments"].append({"amount": value})
        elif family == "energy":
            bases.setdefault(which, {"energy": which})[column] = value
    whole = [
        base
        for base in bases.values()
        if isinstance(base.get("quantity"), Decimal) and isinstance(base.get("price"), Decimal)
    ]
    return [
        *problems_of_bases([{"amount": None, **base} for base in whole]),
        *problems_of_sums(Facts(values={"total": terms.get("total")}, lines=rows)),
    ]


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def problems_of(facts: Facts) -> list[Problem]:
    """Everything in a contract that does not agree; it can be saved so, but not be signed."""
    return [
        *problems_of_parties(facts.rows("parties")),
        *problems_of_bases(facts.rows("bases")),
        *problems_of_payments(facts.rows("payments")),
        *problems_of_dates(facts),
        *problems_of_sums(facts),
    ]


_TO_SIGN = (
    ("number", "请填写合同编号。"),
    ("name", "请填写合同名称。"),
    ("company_id", "请选择乙方（节能服务公司）。"),
    ("signed_on", "请填写签订日期。"),
    ("years", "请填写托管期限（年）。"),
    ("total", "请填写合同总额。"),
)


def missing_to_sign(facts: Facts) -> list[Problem]:
    """What is not there yet and must be before a contract counts as signed."""
    found = [
        Problem("missing", words, name)
        for name, words in _TO_SIGN
        if facts.values.get(name) in (None, "", 0)
    ]
    if not any(row["lead"] for row in facts.rows("parties")):
        found.append(Problem("missing", "请填写甲方并勾选牵头单位。", "parties"))
    if "scan" not in facts.slots:
        found.append(Problem("missing", "请上传双方盖章的合同扫描件。", "scan"))
    return found


def problems_to_sign(facts: Facts, today: date) -> list[Problem]:
    return [*missing_to_sign(facts), *problems_of(facts), *_not_yet(facts, today)]


def _not_yet(facts: Facts, today: date) -> list[Problem]:
    signed = facts.day("signed_on")
    if signed is None or signed <= today:
        return []
    return [
        Problem(
            "future", f"签订日期{full_day(signed)}晚于今天，请改为实际签订的日期。", "signed_on"
        )
    ]


def problems_of_identity(facts: Facts, today: date) -> list[Problem]:
    """What even a draft cannot be saved with: it needs a name, and nobody has signed tomorrow."""
    nameless = not str(facts.values.get("name") or "").strip()
    words = "请填写合同名称。"
    return ([Problem("missing", words, "name")] if nameless else []) + _not_yet(facts, today)


def warnings_of(facts: Facts, policy: ContractPolicy) -> list[Problem]:
    """What is unusual by the policy. Shown, never in the way."""
    found = []
    years = facts.whole("years")
    low, high = policy.term_from, policy.term_until
    if years and not low <= years <= high:
        usual = f"{low}至{high}年" if low < high else f"{low}年"
        words = (
            f"托管期限现填{years}年，一般为{usual}（{policy.term_source}，仅作提醒），"
            "请核对合同；与合同一致的无需处理。"
        )
        found.append(Problem("term", words, "years"))
    award, ceiling, total = (facts.money(n) for n in ("award_price", "ceiling_price", "total"))
    if award and ceiling and award > ceiling:
        found.append(Problem("ceiling", "中标价高于最高限价，请确认。", "award_price"))
    if award and total and award != total:
        words = f"合同总额与中标价相差{abs(total - award):,.2f}元，请确认。"
        found.append(Problem("award", words, "total"))
    signed, filed = facts.day("signed_on"), facts.day("filed_on")
    if signed and filed and (filed - signed).days > policy.filing_days:
        words = (
            f"签订{(filed - signed).days}天后才备案，一般应在{policy.filing_days}天内"
            f"（{policy.filing_source}，仅作提醒），请确认。"
        )
        found.append(Problem("filing", words, "filed_on"))
    found += _warnings_of_lines(facts)
    own, region = facts.whole("institutions"), facts.region_institutions
    if own and region and own > region:
        words = f"纳入机构{own}家，多于地区概况中的{region}家，请确认。"
        found.append(Problem("institutions", words, "institutions"))
    if facts.values.get("price_mode") == "capped" and facts.money("price_cap") is None:
        words = "价格方式为联动封顶，尚未填写单价最高涨幅，请补充。"
        found.append(Problem("cap", words, "price_cap"))
    return found


def _warnings_of_lines(facts: Facts) -> list[Problem]:
    found = []
    invested = [row["investment"] for row in facts.rows("measures")]
    planned = facts.money("investment")
    known = [amount for amount in invested if isinstance(amount, Decimal)]
    if planned is not None and known and sum(known) != planned:
        words = f"改造清单投资合计{sum(known):,.2f}元，与投资总额不一致，请确认。"
        found.append(Problem("investment", words, "measures"))
    chosen = str(facts.values.get("energies") or "").split()
    based = {str(row["energy"]) for row in facts.rows("bases")}
    lacking = [Energy(code).label for code in chosen if code not in based]
    if based and lacking:
        words = f"能源品种含{'、'.join(lacking)}，但没有费用基数，请确认。"
        found.append(Problem("bases", words, "bases"))
    return found
