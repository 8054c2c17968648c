"""The tables of the ledger as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter, YearFigures
from custody.energy.rules.coverage import Count
from custody.energy.rules.energies import TYPES, Energy
from custody.energy.rules.standing import Standing
from custody.infra.workbooks import Column, Shape, Table, Value
from custody.kernel.periods import Month

COVERED = "覆盖率为已有账单数与应有账单数之比；只计纳入托管的单位，不计量不付费的户号不要求账单。"


def _share(count: Count) -> float | None:
    return count.share


def regions(
    where: str,
    lines: Sequence[tuple[str, str, str, Standing, str]],
    whole: Standing,
    month: Month,
    who: str,
) -> Table:
    energies = [one for one in Energy if whole.meters.get(one)]
    return Table(
        "能源数据",
        f"{where}能源数据情况",
        [
            Column("地区", 18),
            Column("设区市", 12),
            Column("批次", 10, Shape.CENTRE),
            Column("单位数", 10, Shape.WHOLE),
            Column("纳入托管", 10, Shape.WHOLE),
            *(Column(f"{one.label}户号", 10, Shape.WHOLE) for one in energies),
            Column(f"{month.label}缺账单", 14, Shape.WHOLE),
            Column(f"{month.label}覆盖率", 14, Shape.PERCENT),
            Column("近12个月覆盖率", 14, Shape.PERCENT),
            Column("存疑", 8, Shape.WHOLE),
            Column("未说明", 8, Shape.WHOLE),
            Column("月报", 12, Shape.CENTRE),
            Column("当前环节", 16),
        ],
        [
            (
                *head,
                *_figures(one, energies),
                one.state.label if one.institutions else "没有单位名录",
                turn if one.institutions else "待区县导入名录",
            )
            for *head, one, turn in lines
        ],
        under=f"{month.label}　{who}",
        total=("合计", "", "", *_figures(whole, energies), "", ""),
        notes=[COVERED],
    )


def _figures(one: Standing, energies: Sequence[Energy]) -> list[Value]:
    return [
        one.institutions,
        one.in_custody,
        *(one.meters.get(energy, 0) for energy in energies),
        one.last.missing,
        _share(one.last),
        _share(one.year),
        one.doubts,
        one.unexplained,
    ]


def months(
    name: str,
    lines: Sequence[tuple[Energy, Sequence[tuple[int, float | None, float | None, str]]]],
    under: str,
) -> Table:
    columns = [Column("月份", 12)]
    for energy, _ in lines:
        columns += [
            Column(f"{energy.label}用量（{energy.unit}）", 18, Shape.DECIMAL),
            Column(f"{energy.label}费用（元）", 16, Shape.MONEY),
            Column(f"{energy.label}缺账单", 12, Shape.CENTRE),
        ]
    rows: list[tuple[Value, ...]] = []
    for at, (month, *_) in enumerate(lines[0][1] if lines else ()):
        cells: list[Value] = [Month.coded(month).label]
        for _, told in lines:
            _, use, cost, lacking = told[at]
            cells += [_round(use, 4), _round(cost, 2), lacking]
        rows.append(tuple(cells))
    return Table(
        "近12个月",
        f"{name}近12个月用能和费用",
        columns,
        rows,
        under=under,
        notes=["只计纳入托管的单位；缺账单的月份为已有账单之和。"],
    )


def _round(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def missing(name: str, month: Month, rows: Sequence[tuple[Meter, str, int]], under: str) -> Table:
    return Table(
        "缺账单的户号",
        f"{name}{month.label}缺账单的户号",
        [Column("单位", 34), Column("能源", 12), Column("户号", 22), Column("计量付费方式", 14)],
        [
            (owner, meter.energy.label, meter.number, meter.payment.label)
            for meter, owner, _ in rows
        ],
        under=under,
    )


# --- the roster -------------------------------------------------------------------------------


def roster(
    name: str,
    rows: Sequence[tuple[Institution, Sequence[Meter]]],
    under: str,
) -> tuple[Table, Table]:
    """Institutions, and their meters."""
    institutions = Table(
        "单位名录",
        f"{name}公共机构名录",
        [
            Column("单位名称", 34),
            Column("统一社会信用代码", 22),
            Column("单位性质", 14),
            Column("地址", 30),
            Column("建筑面积（㎡）", 14, Shape.MONEY),
            Column("用能人数", 10, Shape.WHOLE),
            Column("纳入托管", 10, Shape.CENTRE),
            Column("不纳入的原因", 24, Shape.PROSE),
            Column("撤并日期", 12, Shape.DAY),
            Column("户号数", 8, Shape.WHOLE),
        ],
        [
            (
                *(one.name, one.credit_code, TYPES.get(one.type_code, ""), one.address),
                *(one.floor_area, one.people, "是" if one.in_custody else "否"),
                *(one.excluded_because, one.closed_on, len(own)),
            )
            for one, own in rows
        ],
        under=under,
    )
    return institutions, meters(
        name, ((one.name, meter) for one, own in rows for meter in own), under
    )


def meters(name: str, rows: Iterable[tuple[str, Meter]], under: str) -> Table:
    return Table(
        "户号",
        f"{name}户号",
        [
            Column("单位名称", 34),
            Column("能源", 12),
            Column("户号", 22),
            Column("计量付费方式", 14),
            Column("启用月份", 12, Shape.CENTRE),
            Column("停用月份", 12, Shape.CENTRE),
            Column("备注", 24),
        ],
        [
            (
                *(owner, one.energy.label, one.number, one.payment.label),
                *(_month(one.since), _month(one.until), one.note),
            )
            for owner, one in rows
        ],
        under=under,
    )


def _month(code: int | None) -> str:
    return Month.coded(code).label if code else ""


def bills(name: str, rows: Iterable[tuple[Meter, Bill, str, str]], under: str) -> Table:
    """Every bill of an institution with how it came in and what is doubtful about it."""
    return Table(
        "账单",
        f"{name}能源账单",
        [
            Column("能源", 12),
            Column("户号", 22),
            Column("月份", 12),
            Column("用量", 14, Shape.DECIMAL),
            Column("单位", 8, Shape.CENTRE),
            Column("费用（元）", 14, Shape.MONEY),
            Column("起始日期", 12, Shape.DAY),
            Column("截止日期", 12, Shape.DAY),
            Column("版本", 8, Shape.WHOLE),
            Column("录入方式", 12),
            Column("存疑", 36, Shape.PROSE),
        ],
        [
            (
                *(meter.energy.label, meter.number, Month.coded(bill.month).label),
                *(bill.use, meter.energy.unit, bill.cost, bill.starts_on, bill.ends_on),
                *(bill.number, how, doubts),
            )
            for meter, bill, how, doubts in rows
        ],
        under=under,
    )


def years(name: str, rows: Sequence[YearFigures], under: str) -> Table:
    energies = [one for one in Energy if any(one.value in row.uses for row in rows)]
    return Table(
        "年报数",
        f"{name}年报数",
        [
            Column("年份", 10, Shape.CENTRE),
            Column("建筑面积（㎡）", 14, Shape.MONEY),
            Column("用能人数", 10, Shape.WHOLE),
            *(Column(f"{one.label}（{one.unit}）", 16, Shape.DECIMAL) for one in energies),
            Column("数据来源", 36),
        ],
        [
            (
                *(str(row.year), row.floor_area, row.people),
                *(Decimal(use) if (use := row.uses.get(one.value)) else None for one in energies),
                row.source,
            )
            for row in rows
        ],
        under=under,
    )
