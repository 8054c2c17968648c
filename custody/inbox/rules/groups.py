"""What messages are filtered and mailed by, and how each group reaches a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.accounts.rules import Role


class Group(StrEnum):
    """What messages are filtered and mailed by."""

    REVIEW = "review"
    RESULT = "result"
    DEADLINE = "deadline"
    SUPERVISION = "supervision"
    CONTRACT = "contract"
    TARGET = "target"
    BRIEF = "brief"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]

    @property
    def about(self) -> str:
        """What it covers, for the settings."""
        return _GROUP_ABOUT[self]


_GROUP_LABELS = {
    Group.REVIEW: "待我审核",
    Group.RESULT: "审核结果",
    Group.DEADLINE: "期限提醒",
    Group.SUPERVISION: "督办",
    Group.CONTRACT: "合同和结算",
    Group.TARGET: "年度任务",
    Group.BRIEF: "工作简报",
    Group.SYSTEM: "系统事务",
}
_GROUP_ABOUT = {
    Group.REVIEW: "下级提交、撤回、能源月报上报，等您审核、核实或核定",
    Group.RESULT: "退回、通过、确认销号、基准核定、非常规调整生效、计划日期调整、阶段变化、能源月报核对",
    Group.DEADLINE: "7天后、明天到期和已逾期的事项，本月尚未填报",
    Group.SUPERVISION: "督办下达、反馈、审核、办结",
    Group.CONTRACT: "合同、结算和付款的进展，非常规调整等待签认",
    Group.TARGET: "年度任务、节能节水项目的填报、确认和退回",
    Group.BRIEF: "工作简报发布、审核意见，领导批示的交办和办结",
    Group.SYSTEM: "后台任务办结、节假日安排录入等",
}


def groups_for(role: Role) -> tuple[Group, ...]:
    """The groups a person of this role ever hears of."""
    hidden = set()
    if role not in (Role.COORDINATOR, Role.CITY_REVIEWER):
        hidden.add(Group.REVIEW)
    if role is Role.SYSADMIN:
        hidden = set(Group) - {Group.SYSTEM}
    return tuple(group for group in Group if group not in hidden)


class Channel(StrEnum):
    """Besides the list in the application, which shows everything."""

    NOW = "now"
    DIGEST = "digest"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"now": "立即发邮件", "digest": "并入每日摘要", "none": "不发邮件"}[self.value]


DEFAULTS: Mapping[Group, Channel] = {
    Group.REVIEW: Channel.DIGEST,
    Group.RESULT: Channel.NOW,
    Group.DEADLINE: Channel.DIGEST,
    Group.SUPERVISION: Channel.NOW,
    Group.CONTRACT: Channel.DIGEST,
    Group.TARGET: Channel.DIGEST,
    Group.BRIEF: Channel.DIGEST,
    Group.SYSTEM: Channel.NONE,
}
"""For people who have given an address and chosen nothing (our choice)."""


def channel_of(choices: Mapping[str, str], group: Group) -> Channel:
    """What the person chose for the group, or the default."""
    chosen = choices.get(group.value, "")
    return Channel(chosen) if chosen in set(Channel) else DEFAULTS[group]
