"""The figures of a brief by name, so that an edited paragraph can name one instead of typing it.

«⟦滞后⟧个地区滞后» is filled (numbers.filled) when the brief is shown and when it is frozen.
"""

from __future__ import annotations

from custody.briefs.facts import More
from custody.briefs.wording.amounts import area, money
from custody.briefs.wording.problems import late_lines
from custody.briefs.wording.sentences import (
    day_words,
    last_forecast,
    latest_point,
    on_track,
    percent_words,
)
from custody.dashboard.rules import ProgrammeFacts
from custody.milestones.rules import LIGHTS


def fields(facts: ProgrammeFacts, more: More) -> dict[str, str]:
    """Name → figure as it is printed."""
    late = late_lines(facts)
    found = {
        "截至日期": day_words(facts.as_of, facts.as_of),
        "完成时限": day_words(facts.deadline, facts.as_of),
        "地区数": str(len(facts.regions)),
        "达到年度目标": str(sum(batch.done for batch in facts.batches)),
        "进展正常": str(on_track(facts.regions)),
        **{light.meaning: str(facts.lights.get(light, 0)) for light in LIGHTS},
        "逾期项数": str(len(late)),
        "逾期地区数": str(len({line.region_code for line in late})),
        "未填报地区数": str(len(facts.silent)),
    }
    if facts.days_left > 0:
        found["剩余天数"] = str(facts.days_left)
    here, end = latest_point(facts), last_forecast(facts)
    if here is not None and here.actual is not None:
        found |= {
            "计划办结": percent_words(here.planned),
            "实际办结": percent_words(here.actual),
        }
    if end is not None and end.forecast is not None:
        found["预计办结"] = percent_words(end.forecast)
    for batch in facts.batches:
        found |= {
            f"{batch.name}.地区数": str(batch.regions),
            f"{batch.name}.进度": percent_words(batch.percent),
            f"{batch.name}.应达": percent_words(batch.expected_percent),
            f"{batch.name}.达到目标": str(batch.done),
        }
    return found | _of_more(more)


def _of_more(more: More) -> dict[str, str]:
    found: dict[str, str] = {}
    if (held := more.contracts) is not None and held.count:
        found |= {
            "合同份数": str(held.count),
            "合同总额": money(held.total),
            "计划投资": money(held.investment),
            "托管面积": area(held.floor_area),
            "托管单位": str(held.institutions),
        }
    if (saved := more.savings) is not None and saved.known:
        found |= {
            "基准地区数": str(len(saved.regions)),
            "节能量": f"{saved.coal:.1f}",
            "减碳量": f"{saved.carbon:.1f}",
            "节约费用": money(saved.cost),
        }
        if saved.percent is not None:
            found["节能率"] = percent_words(saved.percent)
        if saved.band is not None:
            found["节能量不确定度"] = f"{saved.band:.1f}"
        if saved.coverage is not None:
            found["数据覆盖率"] = percent_words(saved.coverage)
    if more.ahead is not None:
        for one in more.ahead.batches:
            found[f"{one.name}.预计按期"] = f"{one.expected:.1f}"
    if more.orders:
        found |= {
            "在办督办": str(len(more.orders)),
            "督办超期": str(sum(bool(order.days_over) for order in more.orders)),
        }
    return found
