"""How open work is sorted and said: the groups of the to-do list, who waits for whom, what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from custody.milestones.rules import LightPolicy, Status


class Group(StrEnum):
    """The heaps of a to-do list, most pressing first."""

    RETURNED = "returned"
    LATE = "late"
    NEAR = "near"
    WAITING = "waiting"
    ACTIVE = "active"
    TO_COME = "to_come"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]

    @property
    def advice(self) -> str:
        """What the officer should do with the milestones of this heap."""
        return _GROUP_ADVICE[self]


GROUPS = tuple(Group)
_GROUP_LABELS = {
    Group.RETURNED: "已退回",
    Group.LATE: "已逾期",
    Group.NEAR: "临期",
    Group.WAITING: "待审核中",
    Group.ACTIVE: "进行中",
    Group.TO_COME: "未开始",
}
_GROUP_ADVICE = {
    Group.RETURNED: "请按退回理由补正后重新提交。",
    Group.LATE: "请尽快办结并提交；不能按期的，请更新预计完成日期并说明原因。",
    Group.NEAR: "请抓紧办理，备齐佐证材料后提交。",
    Group.WAITING: "无需操作；如需修改，可先撤回。",
    Group.ACTIVE: "按计划推进，有进展时请及时更新。",
    Group.TO_COME: "尚未到办理时间，可提前准备。",
}


def group_of(status: Status, planned: date | None, today: date, near_days: int) -> Group | None:
    """The heap of a milestone; None when nothing is left to do."""
    if status.settled:
        return None
    if status is Status.RETURNED:
        return Group.RETURNED
    if status.awaiting:
        return Group.WAITING
    if planned and planned < today:
        return Group.LATE
    if planned and (planned - today).days <= near_days:
        return Group.NEAR
    return Group.ACTIVE if status is Status.IN_PROGRESS else Group.TO_COME


def desk_name(status: Status, city_short: str, *, city_reviews: bool) -> str:
    """Whose turn it is: 待无锡市局审核, 待省局核实. A city without a reviewer holds nothing up."""
    if status is Status.AWAITING_CITY and city_reviews:
        return f"待{city_short}市局审核"
    return "待省局核实"


def waiting_words(desk: str, working_days: int) -> str:
    """待无锡市局审核，已3个工作日."""
    return f"{desk}，已{working_days}个工作日" if working_days else f"{desk}，今天提交"


def overdue_review(working_days: int, policy: LightPolicy) -> bool:
    return working_days > policy.review_working_days


DECIDED = {
    Status.CONFIRMED: "确认销号",
    Status.NOT_APPLICABLE: "认定不适用",
    Status.AWAITING_PROVINCE: "通过并报省级核实",
    Status.RETURNED: "退回",
}
"""What a reviewer did to a milestone, by where it stands afterwards."""


def decided_words(after: Iterable[Status]) -> str:
    """已确认销号6项，认定不适用1项: every kind of decision with its own count."""
    counts = Counter(after)
    return "已" + "，".join(f"{DECIDED[kind]}{counts[kind]}项" for kind in DECIDED if counts[kind])


def dates_advice(percent: int, forecast: date | None, actual: date | None, today: date) -> str:
    """What to look at in the dates that were saved; empty when they say enough."""
    if actual:
        return ""
    if percent == 100:
        return "完成比例已到100%，请填写实际完成日期并提交审核。"
    if forecast and forecast < today:
        return "原填的预计完成日期已过，请更新；已完成的请填写实际完成日期。"
    return ""
