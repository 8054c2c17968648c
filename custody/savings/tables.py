"""The tables of savings as sheets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.infra.workbooks import Column, Shape, Table, Value, share
from custody.savings.queries.saved import Conversion
from custody.savings.rules.sums import Figure, Total

ENERGIES = (Energy.ELECTRICITY, Energy.GAS, Energy.WATER, Energy.HEAT)
NOTES = (
    "节能量＝调整后基准用量－实际用量，只计算基准充分、账单和气温齐全的户月；覆盖率为已计入的户月占应计户月的比例。",
    "费用按基准期单价计算，双方签认的价格调整自生效月份起计入；不确定度为90%置信度，地区合计不低于调整后基准的2%。",
    "水不折标准煤；标煤和二氧化碳所用系数见“折算系数”。",
)


def _saved_columns() -> list[Column]:
    return [
        *(Column(f"节约{one.label}（{one.unit}）", 16, Shape.WHOLE) for one in ENERGIES),
        Column("节约费用（元）", 16, Shape.MONEY),
        Column("节约标煤（tce）", 14, Shape.DECIMAL),
        Column("不确定度（±tce）", 14, Shape.DECIMAL),
        Column("节能率", 10, Shape.PERCENT),
        Column("减排（tCO2）", 13, Shape.DECIMAL),
        Column("覆盖率", 10, Shape.PERCENT),
    ]


def _saved_values(total: Total | None) -> list[Value]:
    if total is None or not total.known:
        blank: list[Value] = [None] * (len(ENERGIES) + 5)
        return [*blank, None if total is None else share(total.coverage)]
    figures = [total.of(one) for one in ENERGIES]
    return [
        *(None if one is None or not one.meters else round(one.saved) for one in figures),
        Decimal(f"{total.cost:.2f}"),
        _tonnes(total.coal),
        _tonnes(total.band),
        share(total.percent),
        _tonnes(total.carbon),
        share(total.coverage),
    ]


def _tonnes(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def regions(
    where: str,
    lines: Sequence[tuple[str, str, str, str, Total | None]],
    whole: Total,
    under: str,
) -> Table:
    return Table(
        "地区",
        f"{where}公共机构节能量",
        [
            Column("地区", 18),
            Column("设区市", 12),
            Column("批次", 10, Shape.CENTRE),
            Column("能源基准", 18),
            *_saved_columns(),
        ],
        [(*head, *_saved_values(total)) for *head, total in lines],
        under=under,
        total=("合计", "", "", "", *_saved_values(whole)),
        notes=NOTES,
    )


def institutions(
    name: str, lines: Sequence[tuple[str, str, Total]], whole: Total, under: str
) -> Table:
    return Table(
        "机构",
        f"{name}各机构节能量",
        [Column("机构", 34), Column("类型", 12), *_saved_columns()],
        [(*head, *_saved_values(total)) for *head, total in lines],
        under=under,
        total=("合计", "", *_saved_values(whole)),
        notes=NOTES,
    )


def months(name: str, lines: Sequence[tuple[int, Total]], under: str) -> Table:
    return Table(
        "月份",
        f"{name}逐月节能量",
        [Column("月份", 12), *_saved_columns()],
        [(f"{month // 100}年{month % 100}月", *_saved_values(total)) for month, total in lines],
        under=under,
        notes=NOTES,
    )


_ENERGY_COLUMNS = (
    Column("能源", 12),
    Column("单位", 8, Shape.CENTRE),
    Column("调整后基准", 18, Shape.WHOLE),
    Column("其中非常规调整", 16, Shape.WHOLE),
    Column("实际用量", 18, Shape.WHOLE),
    Column("节能量", 16, Shape.WHOLE),
    Column("不确定度（±）", 14, Shape.WHOLE),
    Column("节能率", 10, Shape.PERCENT),
    Column("调整后基准费用（元）", 18, Shape.MONEY),
    Column("其中价格调整（元）", 16, Shape.MONEY),
    Column("节约费用（元）", 16, Shape.MONEY),
    Column("节约标煤（tce）", 14, Shape.DECIMAL),
    Column("减排（tCO2）", 13, Shape.DECIMAL),
    Column("已计户号", 10, Shape.WHOLE),
    Column("应计户号", 10, Shape.WHOLE),
    Column("覆盖率", 10, Shape.PERCENT),
)


def energies(name: str, total: Total, under: str) -> Table:
    return Table(
        "能源",
        f"{name}分能源节能量",
        _ENERGY_COLUMNS,
        [_energy_line(one) for one in total.figures],
        under=under,
        notes=NOTES,
    )


def _energy_line(one: Figure) -> tuple[Value, ...]:
    head = (one.energy.label, one.energy.unit)
    tail = (one.meters, one.meters_due, share(one.coverage))
    if not one.meters:
        return (*head, *([None] * 11), *tail)
    return (
        *head,
        round(one.adjusted),
        round(one.adjustment),
        round(one.actual),
        round(one.saved),
        None if one.band is None else round(one.band),
        share(one.percent),
        *(Decimal(f"{sum_:.2f}") for sum_ in (one.money.adjusted, one.money.repriced, one.cost)),
        _tonnes(one.coal),
        _tonnes(one.carbon),
        *tail,
    )


def meter_months(
    name: str, lines: Sequence[tuple[Value, ...]], under: str, unit: str, *, sheet: str
) -> Table:
    """Of one meter: month, temperature, days, adjusted baseline, adjustment, actual, saved, why not."""
    return Table(
        sheet,
        f"{name}逐月节能量",
        (
            Column("月份", 12),
            Column("月均气温（℃）", 12, Shape.DECIMAL),
            Column("天数", 8, Shape.WHOLE),
            Column(f"调整后基准（{unit}）", 18, Shape.DECIMAL),
            Column(f"其中非常规调整（{unit}）", 18, Shape.DECIMAL),
            Column(f"实际用量（{unit}）", 18, Shape.DECIMAL),
            Column(f"节能量（{unit}）", 18, Shape.DECIMAL),
            Column("说明", 24, Shape.PROSE),
        ),
        lines,
        under=under,
        notes=NOTES[:2],
    )


def lacks(name: str, lines: Sequence[tuple[str, ...]], under: str) -> Table:
    return Table(
        "未计入",
        f"{name}未计入节能量的户号",
        (
            Column("机构", 34),
            Column("户号", 20),
            Column("能源", 10, Shape.CENTRE),
            Column("原因", 20),
            Column("月份", 30, Shape.PROSE),
            Column("怎样处理", 44, Shape.PROSE),
        ),
        lines,
        under=under,
    )


def coefficients(conversion: Conversion, under: str) -> Table:
    rows = [*conversion.rows.values(), *conversion.carbon.values()]
    return Table(
        "折算系数",
        f"所用折算系数（{conversion.caliber.label}）",
        (
            Column("能源", 12),
            Column("口径", 12, Shape.CENTRE),
            Column("数值", 12, Shape.DECIMAL),
            Column("单位", 14),
            Column("起用日期", 12, Shape.DAY),
            Column("来源", 60, Shape.PROSE),
        ),
        [
            (one.energy.label, one.caliber.label, one.value, one.unit, one.valid_from, one.source)
            for one in rows
        ],
        under=under,
        notes=[
            "所选口径没有系数的能源按当量值折算。"
            if conversion.caliber is not Caliber.EQUIVALENT_HEAT
            else "系数在“折算系数”中维护。"
        ],
    )
