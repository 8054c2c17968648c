"""The demonstration's contracts: eight in force, drafts of those that come after, their change orders.

The figures are made up so that they add up to what a province reports (some 50 亿元, 3 亿元 of
retrofit); deals.py holds them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.contracts.actions import companies, contracts, files, orders
from custody.contracts.models.contract import Contract
from custody.contracts.queries.groups import fingerprint, lines_of
from custody.contracts.rules.checks import amount_of, end_of_term
from custody.contracts.rules.contract import Driver
from custody.contracts.rules.fields import BY_CODE
from custody.demo import people
from custody.demo.deals import COMPANIES, DEALS, DRAFTS, PRICES, Deal, measures, payments
from custody.demo.story import Act
from custody.infra import clock
from custody.kernel.credit_code import check_digit
from custody.regions.models import Region

if TYPE_CHECKING:
    from custody.demo.play import Player


def acts(until: datetime) -> list[Act]:
    """Signed contracts are entered in the first weeks of the year, each by its region's officer."""
    slugs = people.officers()
    told = []
    for number, deal in enumerate(DEALS):
        on = date(2026, 1, 20) + timedelta(days=(number % 4) + 7 * (number // 4))
        who, code = slugs[deal.region], deal.region
        told += [
            Act(clock.at(on, 9, 5 + number), who, "contract_opened", code),
            Act(clock.at(on, 10, 20 + number), who, "contract_filled", code),
            Act(clock.at(on, 15, 10 + number), who, "contract_signed", code),
        ]
        for category, area, done in deal.done:
            at = clock.at(date(2026, int(done[:2]), int(done[2:])), 16, 20)
            values = {"category": category, "area": area}
            told.append(Act(at, who, "measure_completed", code, values=values))
        if deal.accepted:
            at = clock.at(deal.accepted + timedelta(days=1), 16, 40)
            told.append(Act(at, who, "contract_accepted", code))
    for code, day, count in (
        ("320282", date(2026, 3, 16), 2), ("320282", date(2026, 6, 15), 3),
        ("320282", date(2026, 9, 15), 4), ("320582", date(2026, 3, 30), 2),
        ("320582", date(2026, 6, 29), 3), ("320582", date(2026, 9, 28), 4),
        ("320904", date(2026, 4, 15), 2), ("320904", date(2026, 7, 15), 3),
    ):  # fmt: skip
        told.append(
            Act(clock.at(day, 14, 30), slugs[code], "contract_paid", code, values={"count": count})
        )
    for number, (code, name) in enumerate(DRAFTS):
        at = clock.at(date(2026, 10, 12 + number), 10, 15)
        told.append(Act(at, slugs[code], "contract_drafted", code, words=name))
    told += [
        Act(clock.at(date(2026, 7, 6), 10, 0), slugs["320282"], "order_signed", "320282"),
        Act(clock.at(date(2026, 7, 6), 10, 40), slugs["320282"], "order_followed", "320282"),
        Act(clock.at(date(2026, 9, 21), 10, 30), slugs["320904"], "monthly_signed", "320904"),
        Act(clock.at(date(2026, 11, 10), 15, 0), slugs["320582"], "order_drafted", "320582"),
    ]
    return told


def _deal(code: str) -> Deal:
    return next(deal for deal in DEALS if deal.region == code)


def _contract(player: Player, key: str) -> Contract:
    player.session.flush()
    return player.session.scalars(select(Contract).where(Contract.key == key)).one()


def _save(
    player: Player,
    act: Act,
    contract: Contract,
    page: str,
    values: dict[str, object] | None = None,
    lines: list[dict[str, object]] | None = None,
) -> None:
    group = BY_CODE[page]
    contracts.save(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=contract.id,
        group=group,
        seen=fingerprint(contract, group),
        values=values or {},
        lines=lines,
    )
    player.session.flush()


def _opened(player: Player, act: Act) -> None:
    region = player.session.get_one(Region, act.region)
    contracts.add(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        region=act.region,
        key=f"demo-{act.region}",
        name=f"{region.name}公共机构能源费用托管合同",
    )


def _filled(player: Player, act: Act) -> None:
    deal, region = _deal(act.region), player.session.get_one(Region, act.region)
    contract = _contract(player, f"demo-{act.region}")
    money = Decimal(deal.total) * 10_000
    body, name, contact = COMPANIES[deal.company]
    company = companies.choose(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        typed=body + check_digit(body),
        name=name,
        contact=contact,
        phone="000-0000-0500",
    )
    assert company is not None
    _save(player, act, contract, "identity", {
        "number": f"YS-{deal.signed.year}-{deal.region}-01", "procurement": "open",
        "project_number": f"YSCG-{deal.region}-{deal.awarded.year}", "award_price": money,
        "text_version": "GF-2026-2621" if deal.signed.year > 2025 else "双方自拟文本",
        "notice_on": deal.awarded - timedelta(days=26), "awarded_on": deal.awarded,
        "signed_on": deal.signed, "effective_on": deal.signed,
        "filing_number": f"备〔{deal.filed.year}〕{deal.region[-3:]}号", "filed_on": deal.filed,
    })  # fmt: skip
    parties = [people.lead_unit(region.name), f"{region.name}教育主管部门",
               f"{region.name}卫生健康主管部门"]  # fmt: skip
    _save(player, act, contract, "parties", {"company_id": company.id}, [
        {"name": one, "code": "", "lead": not number} for number, one in enumerate(parties)
    ])  # fmt: skip
    area = Decimal(region.floor_area or 1_000_000)
    _save(player, act, contract, "scope", {
        "institutions": region.institutions, "floor_area": area,
        "people": int(area / 38), "mode": "full", "energies": " ".join(PRICES),
        "boundary": "纳入机构红线内的用电、用水、用气及其用能系统，以计量表计为界。",
        "exclusions": "数据中心、对外经营的充电桩、食堂承包经营部分、出租房屋。",
    })  # fmt: skip
    _save(player, act, contract, "term", {
        "years": deal.years, "starts_on": deal.starts,
        "ends_on": end_of_term(deal.starts, deal.years), "build_months": 12,
        "run_months": deal.years * 12 - 12,
        "extension": "因不可抗力或甲方原因停工的，经双方书面确认后相应顺延。",
    })  # fmt: skip
    _money(player, act, contract, deal, money)
    _promises(player, act, contract, deal)
    _save(player, act, contract, "measures", {
        "investment": Decimal(deal.investment) * 10_000, "residual_value": Decimal(0),
        "handover_on": end_of_term(deal.starts, deal.years),
        "ownership": "托管期内改造资产归乙方，期满无偿移交甲方；移交时设备完好率不低于95%。",
    }, measures(deal, area))  # fmt: skip
    _clauses(player, act, contract)


def _money(player: Player, act: Act, contract: Contract, deal: Deal, money: Decimal) -> None:
    """Base, yearly fees and payments; everything adds up to the fen."""
    fen = Decimal("0.01")
    year = (money / deal.years).quantize(fen, ROUND_DOWN)
    bases: list[dict[str, object]] = []
    fees: dict[str, Decimal] = {}
    for energy, (share, price, unit) in PRICES.items():
        quantity = (year * share / Decimal("0.95") / price).quantize(Decimal(1))
        bases.append({"energy": energy, "quantity": quantity, "unit": unit, "price": price,
                      "amount": amount_of(quantity, price)})  # fmt: skip
        fees[energy] = (year * share).quantize(fen, ROUND_DOWN)
    fees["upkeep"] = year - sum(fees.values())
    _save(player, act, contract, "fee", {
        "total": money, "upkeep_fee": fees["upkeep"], "tax_rate": Decimal("6.00"),
        "discount_rate": Decimal("5.00"), "ceiling_price": money * 102 / 100,
        "price_mode": "linked",
    }, bases)  # fmt: skip
    empty = {"heat": None, "oil": None}
    schedule: list[dict[str, object]] = [
        {"year": number, **empty, **fees} for number in range(1, deal.years + 1)
    ]
    _save(player, act, contract, "schedule", lines=schedule)
    _save(player, act, contract, "payment", {
        "pay_period": "quarter" if deal.quarterly else "year", "pay_day": 15,
        "prepayment": Decimal(0), "bond": money / 100, "payer": "unified",
        "invoice": "乙方于付款前十个工作日开具增值税专用发票",
    }, payments(deal, money))  # fmt: skip


def _promises(player: Player, act: Act, contract: Contract, deal: Deal) -> None:
    _save(player, act, contract, "baseline", {
        "base_from": deal.signed.year - 3, "base_until": deal.signed.year - 1,
        "base_method": "average", "base_annex": "附件二 能源基准核定表",
    })  # fmt: skip
    rules = {
        Driver.AREA: ("5", "按单位面积基准用量乘以增减面积计算"),
        Driver.PEOPLE: ("10", "按人均基准用量乘以增减人数计算"),
        Driver.WEATHER: ("10", "采暖、空调用能按度日数比例修正"),
        Driver.PRICE: ("0", "按政府定价或结算账单的实际单价计算"),
        Driver.EQUIPMENT: ("3", "按设备额定功率和核定运行时间计算"),
    }
    _save(player, act, contract, "adjustment", lines=[
        {"driver": driver, "trigger": Decimal(trigger), "method": method,
         "effect": "经双方签署变更单后自次月起执行", "retroactive": False}
        for driver, (trigger, method) in rules.items()
    ])  # fmt: skip
    _save(player, act, contract, "guarantee", {
        "guarantee_price": Decimal("5200"),
        "shortfall": "未达到承诺节能量的，按差额乘以结算单价从当年托管费中扣减。",
    }, [
        {"year": number, "rate": Decimal(10 + min(number, 5)),
         "quantity": Decimal(deal.total // 100 + 12 * min(number, 5)), "share": Decimal(30)}
        for number in range(1, deal.years + 1)
    ])  # fmt: skip


def _clauses(player: Player, act: Act, contract: Contract) -> None:
    _save(player, act, contract, "performance", {
        "standards": "办公区夏季26℃、冬季20℃，教室照度不低于300勒克斯，热水不低于55℃。",
        "response_hours": Decimal(2),
        "indicators": "室温达标率、故障响应及时率、满意度三项，每低1个百分点扣当季托管费0.5%。",
        "penalty": "逾期付款或逾期完工的，每日按应付金额万分之三支付违约金。",
        "termination": "连续两个考核年度不合格，或擅自停止供能服务的，甲方有权解除合同。",
    })  # fmt: skip
    _save(player, act, contract, "verification", {
        "mv_method": "bills", "mv_period": "year", "verifier": "第三方核证机构（演示）",
        "mv_plan": "以分户账单和平台计量数据逐月比对基准，年度出具节能量报告。",
        "dispute": "先协商，协商不成的由双方共同委托的第三方机构复核。",
    })  # fmt: skip
    _save(player, act, contract, "data", {
        "data_ownership": "平台采集的用能数据归甲方所有，乙方仅用于履行本合同。",
        "data_interface": "按省级平台接口规范上传，采集间隔不大于15分钟。",
        "data_retention": "托管期满后继续保留三年。",
        "confidentiality": "双方对用能数据和商务条款负有保密义务，期满后持续三年。",
        "carbon_ownership": "碳减排权益归甲方。",
    })  # fmt: skip


def _signed(player: Player, act: Act) -> None:
    contract = _contract(player, f"demo-{act.region}")
    for slot, title in (
        ("scan", "托管合同"),
        ("baseline", "能源基准核定表"),
        ("filing", "备案回执"),
    ):
        files.attach(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            number=contract.id,
            slot=slot,
            files=[player.papers.paper(title, "pdf")],
        )
    contracts.sign(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=contract.id,
        version=contract.version,
    )


def _completed(player: Player, act: Act) -> None:
    contract = _contract(player, f"demo-{act.region}")
    lines = [
        {**line, "completed_on": act.at.date()}
        if line["category"] == act.values["category"]
        else line
        for line in lines_of(contract, BY_CODE["measures"])
    ]
    _save(player, act, contract, "measures", lines=lines)


def _accepted(player: Player, act: Act) -> None:
    """What was left of the retrofit was ready before; now all of it is accepted."""
    contract, deal = _contract(player, f"demo-{act.region}"), _deal(act.region)
    _save(player, act, contract, "measures", {"accepted_on": deal.accepted})


def _paid(player: Player, act: Act) -> None:
    contract = _contract(player, f"demo-{act.region}")
    lines = [
        {**line, "paid_on": act.at.date(), "paid_amount": line["amount"]}
        if number == act.values["count"]
        else line
        for number, line in enumerate(lines_of(contract, BY_CODE["payment"]), 1)
    ]
    _save(player, act, contract, "payment", lines=lines)


def _drafted(player: Player, act: Act) -> None:
    region = player.session.get_one(Region, act.region)
    contract = contracts.add(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        region=act.region,
        key=f"demo-draft-{act.region}",
        name=f"{region.name}{act.words or '公共机构能源费用托管合同'}",
    )
    single = bool(act.words)
    _save(player, act, contract, "identity", {
        "procurement": "consultation" if single else "open", "text_version": "GF-2026-2621",
        "number": f"YS-2026-{act.region}-{'02' if single else '01'}",
    })  # fmt: skip
    _save(player, act, contract, "scope", {
        "floor_area": Decimal(60_000 if single else region.floor_area or 900_000),
        "institutions": 6 if single else region.institutions,
        "mode": "single" if single else "full",
        "energies": "heat" if single else " ".join(PRICES),
    })  # fmt: skip
    _save(player, act, contract, "term", {"years": 4 if single else 10})


_REASON = "新建学校和社区卫生服务中心交付使用，纳入面积增加，按合同约定调整托管费。"


def _order(
    player: Player,
    act: Act,
    new: str,
    day: date,
    *,
    signed_on: date | None = None,
    subject: str = "total",
    reason: str = _REASON,
) -> None:
    contract, actor = _contract(player, f"demo-{act.region}"), player.actors[act.actor]
    wanted = orders.Wanted(subject, new, reason, day)
    order = orders.add(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        key=f"demo-order-{act.region}-{subject}",
        wanted=wanted,
    )
    if signed_on is None:
        return
    player.session.flush()
    files.attach_to_order(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        number=order.number,
        files=[player.papers.paper("变更单", "pdf")],
    )
    orders.sign(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        number=order.number,
        version=order.version,
        signed_on=signed_on,
    )


def _order_signed(player: Player, act: Act) -> None:
    _order(player, act, "867200000.00", date(2026, 7, 1), signed_on=date(2026, 7, 3))


def _order_followed(player: Player, act: Act) -> None:
    """What is added to the sum stands in the last year's fee and in the last payment too."""
    contract = _contract(player, f"demo-{act.region}")
    assert contract.total is not None
    more, day, signed = Decimal("867200000.00") - contract.total, date(2026, 7, 1), date(2026, 7, 3)
    fee = next(one for one in contract.fees if (one.year, one.item) == (contract.years, "upkeep"))
    last = contract.payments[-1]
    for subject, amount in (
        (f"fee:{fee.year}:upkeep", fee.amount),
        (f"payment:{last.line}:amount", last.amount),
    ):
        _order(player, act, str(amount + more), day, signed_on=signed, subject=subject)


def _monthly_signed(player: Player, act: Act) -> None:
    """From the fourth quarter on month by month: October is there to be settled."""
    reason = "双方商定自第四季度起改按月结算、次月30日前支付，便于与能源账单周期一致。"
    for subject, new in (("pay_period", "按月"), ("pay_day", "30")):
        _order(player, act, new, date(2026, 10, 1), signed_on=date(2026, 9, 18),
               subject=subject, reason=reason)  # fmt: skip


def _order_drafted(player: Player, act: Act) -> None:
    _order(player, act, "893500000.00", date(2027, 1, 1))


VERBS: dict[str, Callable[[Player, Act], None]] = {
    "contract_opened": _opened,
    "contract_filled": _filled,
    "contract_signed": _signed,
    "measure_completed": _completed,
    "contract_accepted": _accepted,
    "contract_paid": _paid,
    "contract_drafted": _drafted,
    "order_signed": _order_signed,
    "order_followed": _order_followed,
    "monthly_signed": _monthly_signed,
    "order_drafted": _order_drafted,
}
