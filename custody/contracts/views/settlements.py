"""What a place has to settle and has settled; a new settlement; monthly profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.contracts.actions import profiles
from custody.contracts.actions import settlements as actions
from custody.contracts.forms.settlements import ProfileForm, profile_form
from custody.contracts.queries import settlements as queries
from custody.contracts.queries.settlement_lists import Coming, Line, lines_and_coming
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.life import Status
from custody.contracts.rules.periods import Period
from custody.contracts.rules.profiles import fingerprint, read_shares
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.queries import place_name
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference
from custody.web.paging import page_of

blueprint = Blueprint("settlements", __name__)
Page = str | Response | tuple[str, int]
HEAPS: Mapping[str, str] = {
    "missing": "待起草",
    "draft": "草稿",
    "frozen": "待签字",
    "to_pay": "待支付",
    "overdue": "已逾期",
    "paid": "已支付",
}


def _describe(endpoint: str, args: Mapping[str, Any], _fields: Mapping[str, str]) -> kept.About:
    acts = {"settlements.start": "起草结算单", "settlements.write_profile": "保存分月比例"}
    return kept.About("费用结算", acts.get(endpoint, ""), url_for("settlements.index"))


kept.describe(blueprint, _describe)


@dataclass(frozen=True, slots=True)
class Filters:
    state: str
    year: int | None
    contract: int | None
    words: str

    def takes(self, line: Line, today: date) -> bool:
        named = f"{line.region} {line.contract} {line.number} {line.contract_number}"
        return (
            (self.year is None or line.period.year == self.year)
            and (self.contract is None or line.contract_id == self.contract)
            and (not self.words or self.words in named)
            and (not self.state or in_heap(line, self.state, today))
        )

    def args(self, **changes: object) -> dict[str, object]:
        own: dict[str, object] = {
            "state": self.state,
            "year": self.year,
            "contract": self.contract,
            "q": self.words,
        }
        return {name: value for name, value in {**own, **changes}.items() if value}


def in_heap(line: Line, heap: str, today: date) -> bool:
    if heap == "overdue":
        return line.overdue(today)
    if heap == "missing":
        return line.id is None
    if heap == "to_pay":
        return line.status is Status.SIGNED
    return line.status is not None and line.status.value == heap


def _filters() -> Filters:
    def number(name: str) -> int | None:
        text = request.args.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    state = request.args.get("state", "")
    return Filters(
        state if state in HEAPS else "",
        number("year"),
        number("contract"),
        request.args.get("q", "").strip()[:40],
    )


def _found(filters: Filters) -> tuple[list[Line], list[Coming]]:
    """Everything of the place; of one contract, which must lie in it."""
    place, today = identity().place, clock.today()
    if filters.contract is not None:
        queries.contract_and_region(session(), filters.contract, place=place)
    return lines_and_coming(session(), place, today=today, contract=filters.contract)


@blueprint.get("/settlements")
@requires(Can.SEE_CONTRACTS)
def index() -> Page:
    return _index()


def _index(problems: Sequence[Problem] = (), status: int = 200) -> Page:
    filters, today = _filters(), clock.today()
    everything, coming = _found(filters)
    own = Filters("", filters.year, filters.contract, filters.words)
    within = [line for line in everything if own.takes(line, today)]
    shown = [line for line in within if filters.takes(line, today)]
    page = page_of(len(shown))
    answer = render_template(
        "settlements/index.html",
        rows=shown[page.offset : page.offset + page.size],
        page=page,
        sums=_sums(shown),
        heaps=[
            (
                heap,
                label,
                [line for line in within if in_heap(line, heap, today)],
            )
            for heap, label in HEAPS.items()
        ],
        filters=filters,
        years=sorted({line.period.year for line in everything}, reverse=True),
        one=everything[0] if filters.contract is not None and everything else None,
        nothing=not everything and not coming,
        coming=coming,
        problems=problems,
    )
    return answer, status


def _sums(rows: Sequence[Line]) -> tuple[Decimal, Decimal]:
    """(to be paid in all, paid) of the rows."""
    total = sum((line.total or Decimal(0) for line in rows), Decimal(0))
    return total, sum((line.paid for line in rows), Decimal(0))


@blueprint.get("/settlements.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as filtered. Recorded."""
    filters, today, who = _filters(), clock.today(), identity()
    rows = [line for line in _found(filters)[0] if filters.takes(line, today)]
    name = place_name(session(), who.place)
    total, paid = _sums(rows)
    table = Table(
        "费用结算",
        f"{name}能源托管费用结算情况",
        (
            Column("地区", 16),
            Column("合同", 34),
            Column("节能服务公司", 26),
            Column("结算期间", 16, Shape.CENTRE),
            Column("结算单号", 24),
            Column("状态", 10, Shape.CENTRE),
            Column("应付金额（元）", 17, Shape.MONEY),
            Column("已付金额（元）", 17, Shape.MONEY),
            Column("应付日期", 13, Shape.DAY),
        ),
        [
            (
                line.region,
                line.contract or line.contract_number,
                line.company,
                line.period.label,
                line.number,
                state_words(line, today),
                line.total,
                line.paid,
                line.due_on,
            )
            for line in rows
        ],
        under=f"制表：{who.unit}　截至{today.year}年{today.month}月{today.day}日",
        total=("合计", "", "", "", "", "", total, paid, None),
    )
    return table_file(
        table,
        actor=who,
        place=who.place,
        name=f"{name}费用结算",
        plain="settlements",
        action="settlement.exported",
    )


def state_words(line: Line, today: date) -> str:
    words = line.status.label if line.status else "待起草"
    return f"{words}（逾期）" if line.overdue(today) else words


@blueprint.post("/contracts/<int:number>/settlements")
@requires(Can.SETTLE)
def start(number: int) -> Page:
    queries.contract_and_region(session(), number, place=identity().place)
    try:
        period = Period.parse(request.form.get("period", ""))
    except ValueError:
        return _index([Problem("period", "请选择要结算的期间。")], 422)
    try:
        with transaction() as writing:
            row = actions.draft(
                writing, actor=identity(), now=clock.now(), contract=number, period=period
            )
            drafted = row.id
    except Refused as refusal:
        return _index(refusal.problems, 422)
    flash(f"已起草{period.label}结算单：合同数据已带入，请核对并补充本期数据。")
    return redirect(url_for("settlement.show", number=drafted), 303)


# --- monthly profiles ----------------------------------------------------------------------------


@blueprint.get("/contracts/<int:number>/profile")
@requires(Can.SEE_CONTRACTS)
def profile(number: int) -> Page:
    return _profile_page(number)


@blueprint.post("/contracts/<int:number>/profile")
@requires(Can.SETTLE)
def write_profile(number: int) -> Page:
    contract, _ = queries.contract_and_region(session(), number, place=identity().place)
    energies = [base.energy for base in contract.bases]
    form = profile_form(energies)()
    form.validate()
    read = {energy: read_shares(form[energy.value].data or "", energy.value) for energy in energies}
    form.take(problem for _, problems in read.values() for problem in problems)
    if form.problems:
        return _profile_page(number, form, 422)
    try:
        with transaction() as writing:
            profiles.write(
                writing,
                actor=identity(),
                now=clock.now(),
                contract=number,
                seen=form.seen.data or "",
                shares={energy: shares for energy, (shares, _) in read.items()},
            )
    except Conflict:
        stored = _stored(number)
        differences = form.differences(
            {one.value: " ".join(stored.get(one, ())) for one in energies}
        )
        form.seen.data = fingerprint(stored)
        return _profile_page(number, form, 409, differences=differences)
    except Refused as refusal:
        return _profile_page(number, form, 422, problems=form.take(refusal.problems))
    flash("已保存分月比例；已定稿的结算单不受影响。")
    return redirect(url_for("settlements.profile", number=number), 303)


def _stored(number: int) -> dict[Energy, Sequence[str]]:
    return {one.energy: one.shares for one in queries.profiles_of(session(), number)}


def _profile_page(
    number: int,
    form: ProfileForm | None = None,
    status: int = 200,
    *,
    problems: Sequence[Problem] = (),
    differences: list[Difference] | None = None,
) -> Page:
    contract, region = queries.contract_and_region(session(), number, place=identity().place)
    energies = [base.energy for base in contract.bases]
    stored = _stored(contract.id)
    typed = {energy.value: " ".join(stored.get(energy, ())) for energy in energies}
    typed["seen"] = fingerprint(stored)
    answer = render_template(
        "settlements/profile.html",
        form=form or profile_form(energies)(formdata=None, data=typed),
        contract=contract,
        region=region,
        energies=energies,
        stored=stored,
        problems=problems,
        differences=differences,
        editable=may(Can.SETTLE, region.place),
    )
    return answer, status
