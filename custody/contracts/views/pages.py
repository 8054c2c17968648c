"""What the pages of a contract show: its groups as of a day, its problems, its papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask import render_template, request

from custody.accounts.access import identity, may
from custody.accounts.rules import Can
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.contracts.forms.orders import TerminateForm
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.queries import contracts as questions
from custody.contracts.queries.groups import (
    facts_for_checks,
    items_of,
    lines_of,
    values_of,
)
from custody.contracts.queries.policy import policy_of
from custody.contracts.rules import checks, fields, orders, shown, terms
from custody.contracts.rules.contract import SLOTS, Status, status_on
from custody.contracts.rules.fields import GROUPS, Group, Kind, Lines, Progress
from custody.infra import clock
from custody.infra.uploads import ACCEPTED, MAX_FILE
from custody.kernel.problems import Problem
from custody.regions.models import Region
from custody.web.database import session
from custody.web.downloads import SHOWN

Answer = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    words: str
    was: str = ""
    """The words before an order changed it."""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    label: str
    head: Sequence[tuple[str, bool]]
    """(title, is a number)."""
    rows: Sequence[tuple[str, Sequence[Cell]]]
    total: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    group: Group
    progress: Progress
    mark: str
    """The progress in words: 已填 1/10 年."""
    missing: Sequence[str]
    cells: Sequence[Cell]
    table: Table | None


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again."""

    problems: Sequence[Problem] = ()
    upload_problems: Sequence[Problem] = ()
    slot: str = ""
    terminate: TerminateForm | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A contract that was found for the person, with what every page of it needs."""

    contract: Contract
    region: Region
    orders: Sequence[ChangeOrder]
    files: Sequence[Attachment]
    day: date
    terms: Mapping[str, object]
    status: Status
    editable: bool
    sections: Sequence[Section] = field(default_factory=tuple)

    @property
    def signed(self) -> bool:
        return self.contract.signed_at is not None

    @property
    def title(self) -> str:
        return self.contract.name or self.contract.number or "（未命名合同）"


def open_contract(number: int) -> Open:
    """NotFound outside the person's place. `?as_of=` is the day the terms are told for."""
    who = identity()
    contract, region = questions.get_contract_and_region(session(), number, place=who.place)
    rows = questions.orders_of(session(), contract)
    day = _day_asked()
    found = orders.as_of(questions.original_terms(contract), questions.as_rules(rows), day)
    start, end = found.get("starts_on"), found.get("ends_on")
    return Open(
        contract=contract,
        region=region,
        orders=rows,
        files=attached_to(session(), "contract", [contract.id])[contract.id],
        day=day,
        terms=found,
        status=status_on(
            day,
            signed=contract.signed_at is not None,
            starts_on=start if isinstance(start, date) else None,
            ends_on=end if isinstance(end, date) else None,
            terminated_on=contract.terminated_on,
        ),
        editable=may(Can.EDIT_CONTRACT, region.place),
    )


def _day_asked() -> date:
    try:
        day = date.fromisoformat(request.args.get("as_of", "")[:10])
    except ValueError:
        return clock.today()
    return day if 2000 <= day.year <= 2100 else clock.today()


def sections_of(found: Open) -> list[Section]:
    return [_section(found, group) for group in GROUPS]


def _section(found: Open, group: Group) -> Section:
    contract = found.contract
    stored, lines = values_of(contract, group), lines_of(contract, group)
    years = found.terms.get("years")
    progress, missing, mark = fields.progress(
        group, stored, len(lines), years if isinstance(years, int) else 0
    )
    cells = []
    for one in group.fields:
        now = found.terms.get(one.name, stored[one.name])
        words, was = shown.cell_words(one, now), shown.cell_words(one, stored[one.name])
        cells.append(Cell(one.label, words, was if was != words else ""))
    table = _table(found, group.lines, lines) if group.lines else None
    return Section(group, progress, mark, missing, cells, table)


def _table(found: Open, spec: Lines, lines: Sequence[Mapping[str, object]]) -> Table | None:
    rows = shown.rows_as_of(spec, lines, found.terms)
    if not rows:
        return None
    before = {str(line.get(spec.key)): line for line in lines}
    columns = [one for one in spec.columns if one.name != spec.key]
    if spec.name == "fees":
        used = {name for row in rows for name, value in row.items() if value is not None}
        columns = [
            one for one in columns if one.name in used or one.name in items_of(found.contract)
        ]
    body = []
    for number, row in enumerate(rows, 1):
        old = before.get(str(row.get(spec.key)), {})
        cells = []
        for one in columns:
            words = shown.cell_words(one, row.get(one.name))
            was = shown.cell_words(one, old.get(one.name))
            changed = was != words and found.signed
            cells.append(Cell(one.label, words, was if changed else "", _numeric(one)))
        if spec.name == "fees":
            cells.append(Cell("合计", f"{_sum(row, [c.name for c in columns]):,.2f}", number=True))
        body.append((shown.heading_of(spec, number, row), cells))
    head = [(one.label, _numeric(one)) for one in columns]
    if spec.name == "fees":
        head.append(("合计", True))
    return Table(spec.label, head, body, _totals(spec, columns, rows))


def _numeric(one: fields.Field) -> bool:
    return one.kind in (Kind.MONEY, Kind.QUANTITY, Kind.PERCENT, Kind.WHOLE)


def _sum(row: Mapping[str, object], names: Sequence[str]) -> Decimal:
    return sum(
        (value for name in names if isinstance(value := row.get(name), Decimal)),
        Decimal(0),
    )


def _totals(
    spec: Lines, columns: Sequence[fields.Field], rows: Sequence[Mapping[str, object]]
) -> list[str] | None:
    """The last line of a table: what of it can be added up."""
    if len(rows) < 2:
        return None
    added = {
        one.name: sum((_sum(row, [one.name]) for row in rows), Decimal(0))
        for one in columns
        if one.kind is Kind.MONEY
    }
    if not added:
        return None
    found = [f"{added[one.name]:,.2f}" if one.name in added else "" for one in columns]
    if spec.name == "fees":
        found.append(f"{sum(added.values(), Decimal(0)):,.2f}")
    return found


_BY_ORDER = fields.LOCKED | {
    group.lines.name for group in GROUPS if group.lines and group.lines.locked
}
"""What only orders change once the contract is signed."""


def contract_page(number: int, typed: Typed | None = None, status: int = 200) -> Answer:
    """The overview of one contract, with what was typed where an act was refused."""
    typed = typed or Typed()
    found = open_contract(number)
    facts = facts_for_checks(session(), found.contract, found.region)
    to_sign = checks.problems_to_sign(facts, clock.today())
    in_force = orders.in_force(questions.as_rules(found.orders), found.day)
    page = render_template(
        "contracts/show.html",
        c=found.contract,
        found=found,
        sections=sections_of(found),
        to_sign=to_sign if not found.signed else [],
        wrong=checks.problems_of(facts) if found.signed else [],
        after_orders=checks.problems_of_terms(found.terms) if in_force else [],
        warnings=checks.warnings_of(facts, policy_of(session(), found.region.province_code)),
        group_of=fields.GROUP_OF,
        by_order=_BY_ORDER if found.signed else (),
        labels={group.code: group.label for group in GROUPS},
        slots=SLOTS,
        typed=typed,
        terminate=typed.terminate or TerminateForm(formdata=None),
        past=found.day != clock.today(),
        in_force=in_force,
        order_words=[order_words(order) for order in found.orders],
        accepted=ACCEPTED,
        limit=MAX_FILE,
        shown=SHOWN,
    )
    return page, status


@dataclass(frozen=True, slots=True)
class OrderWords:
    order: ChangeOrder
    subject: str
    old: str
    new: str


def order_words(order: ChangeOrder) -> OrderWords:
    return OrderWords(
        order,
        terms.label_of(order.subject),
        terms.words_of(order.subject, terms.value_of(order.subject, order.old)),
        terms.words_of(order.subject, terms.value_of(order.subject, order.new)),
    )
