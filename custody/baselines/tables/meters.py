"""基准核定表: every meter by both methods, with the sums, the answers and the coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from custody.baselines.models import Line, NonRoutine
from custody.baselines.rules.fitting import QUOTA_ENTERED
from custody.baselines.rules.outline import METHODS, Outline, Sum
from custody.baselines.rules.words import adjustment_words
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import TYPES, Energy
from custody.energy.rules.factors import Caliber
from custody.infra.workbooks import Column, Shape, Table, Value, share
from custody.mv.custody_rule import Rule
from custody.mv.ladder import METHOD_LABELS

BASE_YEARS = 3
_METER_COLUMNS = (
    Column("序号", 6, Shape.CENTRE),
    Column("机构", 32),
    Column("类型", 12),
    Column("能源", 9, Shape.CENTRE),
    Column("户号", 18),
    Column("单位", 7, Shape.CENTRE),
    Column("惯例法取值", 30),
    *(Column(f"第{one}基准年用量", 15, Shape.DECIMAL) for one in range(1, BASE_YEARS + 1)),
    Column("与平均值最大偏差", 11, Shape.PERCENT),
    Column("惯例法年用量", 15, Shape.DECIMAL),
    Column("惯例法年费用（元）", 16, Shape.MONEY),
    Column("回归方法", 22),
    Column("回归法年用量", 15, Shape.DECIMAL),
    Column("两法差异", 10, Shape.PERCENT),
    Column("月数n", 7, Shape.WHOLE),
    Column("参数p", 7, Shape.WHOLE),
    Column("R²", 9, Shape.DECIMAL),
    Column("CV(RMSE)", 10, Shape.PERCENT),
    Column("NMBE", 10, Shape.PERCENT),
    Column("选用方法", 10, Shape.CENTRE),
    Column("选用年基准", 15, Shape.DECIMAL),
    Column("单价（元）", 10, Shape.DECIMAL),
    Column("年基准费用（元）", 16, Shape.MONEY),
    Column("选用理由或定额来源", 30, Shape.PROSE),
    Column("非常规调整（双方签认）", 34, Shape.PROSE),
    Column("数据不足之处", 40, Shape.PROSE),
    Column("提示", 40, Shape.PROSE),
)


NOTES = (
    "惯例法：基准期各整年用量逐年变化的取最近一年，波动在允许范围内的取平均值；回归法：按基准期气温推算一年的用量。",
    "费用：惯例法按基准期账单，回归法和定额法按基准期最后一年的平均单价。",
    "数据不足的户号不能用回归法；没有可用方法的户号不核算节能量。",
)


def meters(
    title: str,
    lines: Sequence[tuple[Line, Meter]],
    outline: Mapping[int, Outline],
    owners: Mapping[int, Institution],
    adjustments: Mapping[int, Sequence[NonRoutine]],
    under: str,
) -> Table:
    return Table(
        "基准核定表",
        f"{title}核定表",
        _METER_COLUMNS,
        (
            _meter_row(
                at, line, meter, outline[line.id], owners.get(line.institution_id), adjustments
            )
            for at, (line, meter) in enumerate(lines, 1)
        ),
        under=under,
        notes=NOTES,
    )


def _meter_row(
    at: int,
    line: Line,
    meter: Meter,
    told: Outline,
    owner: Institution | None,
    adjustments: Mapping[int, Sequence[NonRoutine]],
) -> tuple[Value, ...]:
    ruled, fit = line.rule_record, line.record
    uses = [Decimal(one["use"]) for one in ruled.get("years", ())]
    deviations = [abs(one) for one in ruled.get("deviations", ())]
    years: list[Value] = [*uses, *[None] * (BASE_YEARS - len(uses))]
    return (
        at,
        owner.name if owner else "",
        TYPES.get(owner.type_code, "") if owner else "",
        meter.energy.label,
        meter.number,
        meter.energy.unit,
        Rule(line.rule).label if line.rule else "没有完整的基准年",
        *years[:BASE_YEARS],
        max(deviations) if len(deviations) > 1 else None,
        line.rule_use,
        line.rule_cost,
        METHOD_LABELS[line.method],
        line.model_use,
        _apart(line),
        fit.get("n"),
        fit.get("p"),
        _rounded(fit.get("r2"), 4),
        share(fit.get("cvrmse")),
        share(fit.get("nmbe")),
        METHODS[line.chosen],
        told.use,
        line.price,
        told.cost,
        line.quota_source if line.chosen == QUOTA_ENTERED else line.words,
        "；".join(
            adjustment_words(one, meter.id, meter.energy.unit)
            for one in adjustments.get(meter.id, ())
        ),
        _told(fit.get("stops", ())),
        _told(fit.get("warnings", ())),
    )


def _apart(line: Line) -> float | None:
    if line.model_use is None or not line.rule_use:
        return None
    return float((line.model_use - line.rule_use) / line.rule_use)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _told(problems: Sequence[Mapping[str, Any]]) -> str:
    return "；".join(str(one["message"]).rstrip("。") for one in problems)


def sums(title: str, rows: Sequence[Sum], under: str) -> Table:
    return Table(
        "地区合计",
        f"{title}分能源合计",
        (
            Column("能源", 12),
            Column("单位", 8, Shape.CENTRE),
            Column("户号", 8, Shape.WHOLE),
            Column("惯例法户号", 10, Shape.WHOLE),
            Column("惯例法年用量", 18, Shape.WHOLE),
            Column("惯例法年费用（元）", 18, Shape.MONEY),
            Column("回归法户号", 10, Shape.WHOLE),
            Column("回归法年用量", 18, Shape.WHOLE),
            Column("回归法年费用（元）", 18, Shape.MONEY),
            Column("两法差异", 10, Shape.PERCENT),
            Column("已选用户号", 10, Shape.WHOLE),
            Column("选用年基准", 18, Shape.WHOLE),
            Column("年基准费用（元）", 18, Shape.MONEY),
        ),
        [
            (
                one.energy.label if one.energy else "",
                one.energy.unit if one.energy else "",
                one.meters,
                *(one.rule.meters, one.rule.use, one.rule.cost),
                *(one.model.meters, one.model.use, one.model.cost),
                share(one.apart),
                *(one.chosen.meters, one.chosen.use, one.chosen.cost),
            )
            for one in rows
        ],
        under=under,
        notes=("两法差异只按两种方法都有结果的户号计算。",),
    )


def answers(title: str, rows: Sequence[tuple[str, str, str]], under: str) -> Table:
    return Table(
        "可比性",
        f"{title}基准期可比性",
        (Column("检查项目", 28), Column("回答", 20, Shape.CENTRE), Column("说明", 60, Shape.PROSE)),
        rows,
        under=under,
    )


def coefficients(title: str, rows: Sequence[Mapping[str, Any]], under: str) -> Table:
    return Table(
        "折算系数",
        f"{title}所用折算系数",
        (
            Column("能源", 12),
            Column("口径", 14, Shape.CENTRE),
            Column("数值", 12, Shape.DECIMAL),
            Column("单位", 14),
            Column("起用日期", 12, Shape.CENTRE),
            Column("来源", 60, Shape.PROSE),
        ),
        [
            (
                Energy(one["energy"]).label,
                Caliber(one["caliber"]).label,
                Decimal(one["value"]),
                one["unit"],
                one["valid_from"],
                one["source"],
            )
            for one in rows
        ],
        under=under,
    )
