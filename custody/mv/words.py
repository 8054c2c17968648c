"""What is said of data that do not suffice; every sentence tells what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from custody.kernel.periods import Month
from custody.kernel.problems import Problem


def told(months: Sequence[Month]) -> str:
    """«2025年3月、4月»: every month by name, the year once."""
    words: list[str] = []
    year = 0
    for month in months:
        words.append(
            f"{month.number}月" if month.year == year else f"{month.year}年{month.number}月"
        )
        year = month.year
    return "、".join(words)


def of_months(code: str, months: Sequence[Month], words: str) -> Problem:
    """`words` begin with the months."""
    return Problem(code, f"{told(months)}{words}", where(months))


def where(months: Sequence[Month]) -> str:
    return ",".join(map(str, months))


def doubled(months: Sequence[Month]) -> Problem:
    return of_months("doubled", months, "有重复的账单，请删去多余的一条，或合并为一条后重新填报。")


def overlapping(months: Sequence[Month]) -> Problem:
    return of_months("overlapping", months, "的账单与前一期日期重叠，请核对起止日期后重新填报。")


def negative(months: Sequence[Month]) -> Problem:
    words = "的用量为负数或不是数字，请核对是否为退补或光伏上网电量，改为实际用量后重新填报。"
    return of_months("negative", months, words)


def zero(months: Sequence[Month]) -> Problem:
    return of_months("zero", months, "用电量为0，按缺失处理；如确未用电，请在说明中注明。")


def off_season(months: Sequence[Month]) -> Problem:
    return of_months("season", months, "不在采暖期，不参与热力基准计算。")


def short(months: Sequence[Month], least: float) -> Problem:
    words = f"的账单不足{least:g}天，未采用；请与相邻账单合并后重新填报。"
    return of_months("short", months, words)


def long(months: Sequence[Month], most: float) -> Problem:
    return of_months("long", months, f"的账单超过{most:g}天，未采用；请按月拆分后重新填报。")


def uncovered(months: Sequence[Month], least: float) -> Problem:
    words = f"有气温的天数不足{least:.0%}，未采用其气温，请补齐气温数据。"
    return of_months("coverage", months, words)


def outlier(months: Sequence[Month]) -> Problem:
    words = "的用量明显偏高，请核对抄表数；如属实，请附情况说明。"
    return of_months("outlier", months, words)


def missing(months: Sequence[Month], days: float, allowed: float) -> Problem:
    named = f"（{told(months)}）" if months else ""
    words = f"基准期缺少{days:.0f}天的用量{named}，超过允许的{allowed:.0f}天，请补齐账单。"
    return Problem("missing", words, where(months))


def few(count: int) -> Problem:
    words = f"只有{count}个月的用量，按日均用量计算，不反映季节变化；请尽快补齐12个月账单。"
    return Problem("few", words)


def quota(count: int) -> Problem:
    words = f"只有{count}个月的用量，不足以建立基准；请补齐账单，或按面积、人数定额录入基准。"
    return Problem("quota", words)


def too_few(count: int, year: int) -> Problem:
    words = f"只有{count}个月的数据可用，建立模型至少需要{year}个月；请补齐账单和气温。"
    return Problem("too_few", words)


def no_temperature(*, enough: bool) -> Problem:
    close = "改按同月对比计算" if enough else "无法建立与气温相关的模型"
    words = f"有气温的月份不足12个，{close}；请上传当地逐月平均气温。"
    return Problem("no_temperature", words)


def loose(cvrmse: float, limit: float) -> Problem:
    words = (
        f"拟合的离散程度CV(RMSE)为{cvrmse:.1f}%，高于参考值{limit:g}%，"
        "单表节能量不确定度较大，请核对账单或按地区合计使用。"
    )
    return Problem("cvrmse", words)
