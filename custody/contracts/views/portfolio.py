"""All contracts of a place: sums, terms that end, payments that are due, the list, the export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.contracts.queries import portfolio as questions
from custody.contracts.queries.owed import owed
from custody.contracts.queries.policy import policy_of
from custody.contracts.rules import portfolio
from custody.contracts.rules.contract import MODES, Status
from custody.contracts.rules.portfolio import Due, Held
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table, Value
from custody.regions.queries import place_name
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.paging import page_of

blueprint = Blueprint("portfolio", __name__)
Page = str | Response

MONTHS = (6, 12, 24, 36)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters in the address."""

    city: str
    batch: str
    company: str
    status: str
    words: str
    months: int

    @property
    def any(self) -> bool:
        return bool(self.city or self.batch or self.company or self.status or self.words)

    def takes(self, row: Held) -> bool:
        return (
            (not self.city or row.city == self.city)
            and (not self.batch or str(row.batch) == self.batch)
            and (not self.company or str(row.company) == self.company)
            and (not self.status or row.status.value == self.status)
            and (
                not self.words
                or any(
                    self.words in text
                    for text in (row.name, row.number, row.region_name, row.company_name)
                )
            )
        )


def _asked() -> Asked:
    months = request.args.get("months", "12")
    return Asked(
        city=request.args.get("city", "")[:12],
        batch=request.args.get("batch", "")[:4],
        company=request.args.get("company", "")[:12],
        status=request.args.get("status", "")[:12],
        words=request.args.get("q", "").strip()[:40],
        months=int(months) if months in map(str, MONTHS) else 12,
    )


@blueprint.get("/contracts")
@requires(Can.SEE_CONTRACTS)
def index() -> Page:
    place, today, asked = identity().place, clock.today(), _asked()
    everything = questions.held(session(), place, today)
    rows = [row for row in everything if asked.takes(row)]
    days = policy_of(session(), place.province).due_days
    due = _due_of(rows, owed(session(), place, today, days=days))
    page = page_of(len(rows))
    return render_template(
        "contracts/index.html",
        asked=asked,
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        empty=not everything,
        total=portfolio.sums("合计", "", rows),
        drafts=sum(not row.counts for row in rows),
        batches=portfolio.by(rows, lambda row: (str(row.batch), row.batch_name)),
        cities=portfolio.by(rows, lambda row: (row.city, row.city_name)),
        companies=portfolio.by(rows, lambda row: (str(row.company), row.company_name)),
        ending=portfolio.ending(rows, today, asked.months),
        overdue=[one for one in due if one.overdue],
        soon=[one for one in due if not one.overdue],
        choices=_choices(everything),
        statuses={status.value: status.label for status in Status},
        modes=MODES,
        months=MONTHS,
        how_owed=portfolio.HOW_OWED,
        due_days=days,
        own_region=place.region if may(Can.EDIT_CONTRACT) else None,
    )


def _due_of(rows: Sequence[Held], due: Sequence[Due]) -> list[Due]:
    shown = {row.id for row in rows}
    return [one for one in due if one.contract in shown]


def _choices(rows: Sequence[Held]) -> dict[str, dict[str, str]]:
    """What the filters offer: what there is."""
    return {
        "batch": {str(row.batch): row.batch_name for row in rows},
        "city": {row.city: row.city_name for row in rows},
        "company": {str(row.company): row.company_name for row in rows if row.company},
    }


_COLUMNS = (
    Column("地区", 14),
    Column("设区市", 10),
    Column("批次", 10, Shape.CENTRE),
    Column("合同名称", 34),
    Column("合同编号", 20),
    Column("托管模式", 10, Shape.CENTRE),
    Column("状态", 9, Shape.CENTRE),
    Column("节能服务公司", 26),
    Column("合同总额（元）", 18, Shape.MONEY),
    Column("改造投资（元）", 17, Shape.MONEY),
    Column("建筑面积（平方米）", 16, Shape.MONEY),
    Column("纳入机构（家）", 10, Shape.WHOLE),
    Column("期限（年）", 8, Shape.WHOLE),
    Column("签订日期", 12, Shape.DAY),
    Column("起算日", 12, Shape.DAY),
    Column("到期日", 12, Shape.DAY),
)


@blueprint.get("/contracts/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as it is filtered, and the payments that are due. Recorded."""
    who, today, asked = identity(), clock.today(), _asked()
    rows = [row for row in questions.held(session(), who.place, today) if asked.takes(row)]
    days = policy_of(session(), who.place.province).due_days
    due = _due_of(rows, owed(session(), who.place, today, days=days))
    where = place_name(session(), who.place)
    total = portfolio.sums("合计", "", rows)
    under = f"{where}　截至{today.year}年{today.month}月{today.day}日　{who.unit}{who.name}"
    last = ("合计（不含草稿）", "", "", "", "", "", "", "", total.total, total.investment)
    listed = Table(
        "合同清单",
        f"{where}能源费用托管合同清单",
        _COLUMNS,
        [_line(row) for row in rows],
        under=under,
        total=(*last, total.floor_area, total.institutions, "", "", "", ""),
    )
    payments = Table(
        "付款提醒",
        f"{where}逾期和临近付款",
        (
            Column("地区", 14),
            Column("合同", 34),
            Column("事项", 20),
            Column("依据", 10, Shape.CENTRE),
            Column("应付日期", 12, Shape.DAY),
            Column("未付金额（元）", 18, Shape.MONEY),
            Column("距今（天）", 10, Shape.WHOLE),
        ),
        [
            (
                one.region_name,
                one.contract_name,
                one.title,
                "结算单" if one.settled else "付款计划",
                one.due_on,
                one.amount,
                one.days,
            )
            for one in due
        ],
        under=under,
        total=("合计", "", "", "", "", sum((one.amount for one in due), Decimal(0)), ""),
        notes=["距今为负数的表示已逾期。", portfolio.HOW_OWED],
    )
    return table_file(
        listed,
        payments,
        actor=who,
        place=who.place,
        name="合同清单",
        plain="contracts",
        note=f"{len(rows)}份合同" + ("，筛选后导出" if asked.any else ""),
        action="contract.exported",
    )


def _line(row: Held) -> tuple[Value, ...]:
    return (
        row.region_name,
        row.city_name,
        row.batch_name,
        row.name,
        row.number,
        MODES.get(row.mode, ""),
        row.status.label,
        row.company_name,
        row.total,
        row.investment,
        row.floor_area,
        row.institutions,
        row.years,
        row.signed_on,
        row.starts_on,
        row.ends_on,
    )
