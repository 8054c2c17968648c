"""Coverage, doubts, monthly reports, coefficients, thresholds and weather as sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from custody.energy.models.tables import Coefficient, Temperature
from custody.energy.queries.months import Doubtful
from custody.energy.queries.years import Doubtable
from custody.energy.rules.coverage import Count
from custody.energy.rules.doubts import Threshold
from custody.energy.rules.factors import mark_of
from custody.energy.rules.limits import LIMITS, Limits
from custody.infra.workbooks import Column, Shape, Table, Value
from custody.kernel.periods import Month


def doubts(
    region: str,
    lines: Sequence[tuple[Doubtable, tuple[str, str, str], Threshold, str]],
    under: str,
) -> Table:
    return Table(
        "存疑账单",
        f"{region}存疑账单",
        (
            Column("单位名称", 30),
            Column("能源品种", 10, Shape.CENTRE),
            Column("户号", 18),
            Column("月份", 12),
            Column("用量", 14, Shape.DECIMAL),
            Column("费用（元）", 14, Shape.MONEY),
            Column("校验规则", 20),
            Column("情况", 34, Shape.PROSE),
            Column("阈值", 20),
            Column("阈值来源", 34, Shape.PROSE),
            Column("说明", 34, Shape.PROSE),
            Column("说明人", 10),
            Column("说明日期", 12, Shape.DAY),
        ),
        [_doubt(*line) for line in lines],
        under=under,
        notes=["存疑不等于错误：请核对缴费凭证，有误的更正账单，无误的说明原因。"],
    )


def _doubt(
    one: Doubtable, owner: tuple[str, str, str], limit: Threshold, by: str
) -> tuple[Value, ...]:
    if isinstance(one, Doubtful):
        about: tuple[Value, ...] = (Month.coded(one.month).label, one.use, one.cost)
    else:
        about = (one.finding.called, None, None)
    return (
        *owner,
        *about,
        one.label,
        one.words,
        limit.words,
        _marked(limit.source, suggested=limit.suggested),
        one.explained,
        by,
        one.given.given_at.date() if one.given else None,
    )


def _marked(source: str, *, suggested: bool) -> str:
    return f"建议值：{source}" if suggested and not source.startswith("建议值") else source


MonthLine = tuple[str, str, str, Count, int, int, datetime | None, str, datetime | None, str, str]
"""Month, state, whose turn, bills, doubts, those not explained, reported at, by, locked at, by, reason."""


def months(region: str, lines: Sequence[MonthLine], under: str) -> Table:
    return Table(
        "能源月报",
        f"{region}能源月报",
        (
            Column("月份", 12),
            Column("状态", 12, Shape.CENTRE),
            Column("当前环节", 14, Shape.CENTRE),
            Column("应有账单（张）", 10, Shape.WHOLE),
            Column("缺少（张）", 10, Shape.WHOLE),
            Column("存疑（处）", 10, Shape.WHOLE),
            Column("未说明（处）", 10, Shape.WHOLE),
            Column("报送日期", 12, Shape.DAY),
            Column("报送人", 10),
            Column("锁定日期", 12, Shape.DAY),
            Column("核对人", 10),
            Column("退回、解锁理由", 40, Shape.PROSE),
        ),
        [
            (
                *(month, state, turn, count.due, count.missing, doubts, left),
                *(_day(at), by, _day(locked), checked, reason),
            )
            for month, state, turn, count, doubts, left, at, by, locked, checked, reason in lines
        ],
        under=under,
    )


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def matrix(months: Sequence[str], rows: Sequence[Sequence[Value]], under: str) -> Table:
    return Table(
        "能源月报",
        "各地区能源月报",
        [
            Column("设区市", 12),
            Column("地区", 18),
            Column("托管单位（家）", 10, Shape.WHOLE),
            *(Column(month, 11, Shape.CENTRE) for month in months),
        ],
        rows,
        under=under,
    )


def coefficients(lines: Sequence[tuple[Coefficient, str]], under: str) -> Table:
    """`lines`: each with whether it counts today."""
    return Table(
        "折算系数",
        "能源折算系数",
        (
            Column("能源品种", 12),
            Column("口径", 12, Shape.CENTRE),
            Column("数值", 14, Shape.DECIMAL),
            Column("单位", 16),
            Column("起用日期", 12, Shape.DAY),
            Column("现行情况", 12, Shape.CENTRE),
            Column("核实情况", 12, Shape.CENTRE),
            Column("来源", 60, Shape.PROSE),
        ),
        [
            (
                row.energy.label,
                row.caliber.label,
                row.value,
                row.unit,
                row.valid_from,
                standing,
                mark_of(row.source, verified=row.verified),
                row.source,
            )
            for row, standing in lines
        ],
        under=under,
        notes=["同一能源、同一口径按起用日期取用；水不折标准煤。"],
    )


def limits(found: Limits, under: str) -> Table:
    return Table(
        "校验规则",
        "能源数据校验规则",
        (
            Column("项目", 34),
            Column("阈值", 12, Shape.DECIMAL),
            Column("单位", 12, Shape.CENTRE),
            Column("初始值", 12, Shape.DECIMAL),
            Column("标注", 12, Shape.CENTRE),
            Column("来源", 60, Shape.PROSE),
        ),
        [
            (
                limit.label,
                found.values[name],
                limit.unit,
                limit.value,
                "建议值" if found.suggested(name) else "",
                found.source(name),
            )
            for name, limit in LIMITS.items()
        ],
        under=under,
    )


def weather(
    year: int,
    lines: Sequence[tuple[str, Sequence[Temperature | None]]],
    under: str,
) -> Sequence[Table]:
    """The year as people read it, and each figure with its source."""
    return (
        Table(
            "气温",
            f"{year}年各设区市月平均气温（℃）",
            [
                Column("设区市", 12),
                *(Column(f"{month}月", 9, Shape.DECIMAL) for month in range(1, 13)),
            ],
            [(city, *(row.mean if row else None for row in rows)) for city, rows in lines],
            under=under,
        ),
        Table(
            "来源",
            f"{year}年月平均气温的来源",
            (
                Column("设区市", 12),
                Column("月份", 12),
                Column("平均气温（℃）", 12, Shape.DECIMAL),
                Column("来源", 50, Shape.PROSE),
                Column("录入日期", 12, Shape.DAY),
            ),
            [
                (city, f"{year}年{month}月", row.mean, row.source, row.entered_at.date())
                for city, rows in lines
                for month, row in enumerate(rows, 1)
                if row
            ],
            under=under,
        ),
    )


def weather_form(
    year: int,
    lines: Sequence[tuple[str, int, Decimal | None, str]],
    titles: Mapping[str, str],
    under: str,
) -> Table:
    """To be filled in: city, month, mean, source; what is known stands there already."""
    return Table(
        "月平均气温",
        f"{year}年月平均气温",
        (
            Column(titles["city"], 14),
            Column(titles["month"], 12),
            Column(titles["mean"], 16, Shape.DECIMAL, open=True),
            Column(titles["source"], 50, Shape.PROSE, open=True),
        ),
        [
            (city, f"{month // 100}-{month % 100:02d}", mean, source)
            for city, month, mean, source in lines
        ],
        under=under,
        form="weather/1",
    )
