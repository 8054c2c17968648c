"""Baselines and savings from plain files, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from custody.cli.bills import Bills, Warmth, read_bills, read_temperatures, warmed
from custody.cli.printing import print_json, print_table
from custody.kernel.problems import Problem
from custody.mv.fit import named
from custody.mv.ladder import METHOD_LABELS, SAME_MONTH, Baseline, baselines
from custody.mv.method import METHOD_VERSION
from custody.mv.savings import Savings, savings, total
from custody.mv.shapes import MODELS, Model
from custody.mv.sufficiency import Energy, Reading

_CONVENTION = """

\b
用量先除以天数，按日均用量拟合，以天数为权（权的平均值为1）。
E(T) = base + slope_left·min(T−cp_left, 0) + slope_right·max(T−cp_right, 0)
斜率为每升高1℃日均用量的变化：采暖 slope_left < 0，制冷 slope_right > 0。
2P没有拐点：E(T) = base + slope_right·T；4P的两个拐点相同；没有的系数为空。
p为参数个数，拐点计入；CV(RMSE)、NMBE为百分数；SSE、SST为（日均用量）²。

\b
BILLS：列 meter,month,days,use（计量表、月份、天数、用量），CSV或Excel，列序不限。
TEMPS：列 month,temperature 或 meter,month,temperature（月份、月平均气温℃）。

\b
没有足够的气温或账单时逐级退让：same_month 同月对比（12个月以上），
daily_mean 日均用量（6～11个月），quota 须人工录入定额（不足6个月）。
"""
_FILE = click.Path(path_type=Path)
_temperature = click.option(
    "--temperature", "temps", type=_FILE, metavar="TEMPS", help="逐月平均气温文件"
)
_model = click.option(
    "--model",
    "wanted",
    type=click.Choice(["auto", *(model.value for model in MODELS)]),
    default="auto",
    show_default=True,
    help="指定模型，auto 由系统按BIC选择",
)
_energy = click.option(
    "--energy",
    type=click.Choice([one.value for one in Energy]),
    default=Energy.ELECTRICITY.value,
    show_default=True,
    help="能源品种：电、天然气、热力、水",
)
_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


@click.group(help="节能量基准（只读文件，不用数据库）")
def baseline() -> None: ...


@baseline.command("fit", help="由账单拟合每块表的用能基准。" + _CONVENTION)
@click.argument("bills", type=_FILE)
@_temperature
@_model
@_energy
@click.option("--all-models", is_flag=True, help="另列出每块表可拟合的全部模型")
@_json
def fit_command(
    bills: Path, temps: Path | None, wanted: str, energy: str, all_models: bool, as_json: bool
) -> None:
    found = _fitted(read_bills(bills), _warmth(temps), wanted, energy, all_models)
    if as_json:
        meters = [
            _record(meter, one)
            | ({"candidates": [_record(meter, c) for c in one.candidates]} if all_models else {})
            for meter, one in found.items()
        ]
        print_json({"method_version": METHOD_VERSION, "meters": meters})
        return
    rows = [
        _line(meter if place == 0 else "", one)
        for meter, taken in found.items()
        for place, one in enumerate((taken, *(taken.candidates if all_models else ())))
    ]
    head = ("计量表", "方法", "点数", "R²", "CV(RMSE)", "基础用量/日")
    print_table((*head, "左斜率", "左拐点℃", "右斜率", "右拐点℃"), rows)
    if all_models:
        click.echo("  （每块表第一行为采用的方法，其下为全部可拟合的模型）")
    for meter, one in found.items():
        _say(meter, one.stops, one.warnings)


@click.command(
    "savings",
    short_help="节能量及其不确定度（只读文件，不用数据库）",
    help="由基准期和报告期账单计算节能量及其不确定度。" + _CONVENTION,
)
@click.argument("base_bills", type=_FILE)
@click.argument("report_bills", type=_FILE)
@_temperature
@_model
@_energy
@_json
def savings_command(
    base_bills: Path,
    report_bills: Path,
    temps: Path | None,
    wanted: str,
    energy: str,
    as_json: bool,
) -> None:
    warmth = _warmth(temps)
    bases = _fitted(read_bills(base_bills), warmth, wanted, energy)
    reports = read_bills(report_bills)
    meters = [*bases, *(meter for meter in reports if meter not in bases)]
    found = {
        meter: savings(bases.get(meter), warmed(reports.get(meter, []), meter, warmth))
        for meter in meters
    }
    whole = total(list(found.values()))
    if as_json:
        print_json(
            {
                "method_version": METHOD_VERSION,
                "meters": [{"meter": meter} | _saved(one) for meter, one in found.items()],
                "total": {key: v for key, v in _saved(whole).items() if key != "model"},
            }
        )
        return
    rows = [
        *(
            _saved_line(meter, METHOD_LABELS.get(one.method or "", "—"), one)
            for meter, one in found.items()
        ),
        _saved_line("合计", "", whole),
    ]
    head = ("计量表", "方法", "月数", "校准基准", "实际用量", "节能量", "节能率")
    print_table((*head, "不确定度（90%）", "不确定度（68%）"), rows)
    for meter, one in found.items():
        _say(meter, one.stops, one.warnings)
    _say("合计", whole.stops, whole.warnings)


def _warmth(path: Path | None) -> Warmth:
    return read_temperatures(path) if path else {}


def _fitted(
    bills: Bills, warmth: Warmth, wanted: str, energy: str, candidates: bool = False
) -> dict[str, Baseline]:
    readings: list[Sequence[Reading]] = [
        warmed(ones, meter, warmth) for meter, ones in bills.items()
    ]
    model = None if wanted == "auto" else Model(wanted)
    found = baselines(readings, Energy(energy), model=model, candidates=candidates)
    return dict(zip(bills, found, strict=True))


def _record(meter: str, one: Baseline) -> dict[str, Any]:
    return {
        "meter": meter,
        "model": one.method,
        "coefficients": named(one.coefficients),
        "profile": dict(one.profile) if one.method == SAME_MONTH else None,
        "n": one.n,
        "p": one.p,
        "sse": one.sse,
        "sst": one.sst,
        "r2": one.r2,
        "adj_r2": one.adj_r2,
        "cvrmse": one.cvrmse,
        "nmbe": one.nmbe,
        "bic": one.bic,
        "months": [str(month) for month in one.months],
        "stops": _listed(one.stops),
        "warnings": _listed(one.warnings),
    }


def _saved(one: Savings) -> dict[str, Any]:
    return {
        "model": one.method,
        "adjusted_baseline": one.adjusted,
        "actual": one.actual,
        "savings": one.saved,
        "percent": one.percent,
        # The fractional uncertainty of the saving at 90 % (ASHRAE Guideline 14), then all of it.
        "uncertainty": next((band.relative for band in one.bands if band.confidence == 0.9), None),
        "bands": [
            {
                "confidence": band.confidence,
                "absolute": band.absolute,
                "relative": band.relative,
            }
            for band in one.bands
        ],
        "months": [
            {
                "month": str(month.month),
                "adjusted_baseline": month.adjusted,
                "actual": month.actual,
                "savings": month.saved,
                "cumulated": month.cumulated,
            }
            for month in one.months
        ],
        "stops": _listed(one.stops),
        "warnings": _listed(one.warnings),
    }


def _listed(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"code": p.code, "message": p.message, "where": p.where} for p in problems]


def _line(meter: str, one: Baseline) -> tuple[str, ...]:
    name = f"{one.method} {one.label}" if one.method in tuple(MODELS) else one.label
    base, left, right, cp_left, cp_right = named(one.coefficients).values()
    return (
        *(meter, name, str(one.n), _number(one.r2, 3), _number(one.cvrmse, 1, "%")),
        *(_number(base, 2), _number(left, 3), _number(cp_left, 1)),
        *(_number(right, 3), _number(cp_right, 1)),
    )


def _saved_line(meter: str, method: str, one: Savings) -> tuple[str, ...]:
    bands = [_band(one, band.confidence) for band in one.bands] or ["—", "—"]
    return (
        *(meter, method, str(len(one.months)), _number(one.adjusted, 1), _number(one.actual, 1)),
        *(_number(one.saved, 1), _number(one.percent, 1, "%"), *bands),
    )


def _band(one: Savings, confidence: float) -> str:
    band = one.band(confidence)
    if band.absolute is None:
        return "—"
    share = "" if band.relative is None else f"（{band.relative:.0%}）"
    return f"±{band.absolute:,.1f}{share}"


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return "—" if value is None else f"{value:,.{digits}f}{unit}"


def _say(meter: str, stops: Iterable[Problem], warnings: Iterable[Problem]) -> None:
    for stop in stops:
        click.echo(f"[不可用] {meter}：{stop.message}")
    for warning in warnings:
        click.echo(f"[提示] {meter}：{warning.message}")
