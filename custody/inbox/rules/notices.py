"""ONE table: action → notices; what is not in it is not told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custody.inbox.rules.groups import Group
from custody.inbox.rules.people import (
    Audience,
    city,
    confirmers,
    coordinators,
    leaders,
    local,
    local_leaders,
    officers,
    readers,
    reporters,
    reviewers,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Who hears of an action, and the words: {label} for one thing, {n} for several of a batch."""

    to: Audience
    group: Group
    one: str
    many: str


def _notice(to: Audience, group: Group, words: str, unit: str) -> Notice:
    """「已退回」 → 「已退回：宜兴市 M18 …」 and 「已退回3项里程碑：…」."""
    return Notice(to, group, words + "：{label}", words + "{n}" + unit + "：{label}")


_MONTH, _CHANGE = "份能源月报", "项非常规调整"
_MILESTONE, _CASE, _ITEM = "项里程碑", "件督办", "项任务"
TELL: Mapping[str, tuple[Notice, ...]] = {
    "milestone.submitted": (_notice(reviewers, Group.REVIEW, "待您审核", _MILESTONE),),
    "milestone.withdrawn": (_notice(reviewers, Group.REVIEW, "已撤回提交", _MILESTONE),),
    "milestone.passed": (
        _notice(coordinators, Group.REVIEW, "待您核实", _MILESTONE),
        _notice(officers, Group.RESULT, "市级已通过，报省级核实", _MILESTONE),
    ),
    "milestone.returned": (_notice(local, Group.RESULT, "已退回", _MILESTONE),),
    "milestone.confirmed": (_notice(local, Group.RESULT, "已确认销号", _MILESTONE),),
    "milestone.accepted_not_applicable": (
        _notice(local, Group.RESULT, "已认定不适用", _MILESTONE),
    ),
    "milestone.reopened": (_notice(local, Group.RESULT, "已撤销销号，请重报", _MILESTONE),),
    "milestone.replanned": (_notice(local, Group.RESULT, "计划日期已调整", _MILESTONE),),
    "stage.passed": (
        _notice(local, Group.RESULT, "阶段通过", "个阶段"),
        _notice(local_leaders, Group.RESULT, "阶段通过", "个阶段"),
    ),
    "stage.reopened": (_notice(local, Group.RESULT, "阶段重新打开", "个阶段"),),
    "brief.frozen": (_notice(coordinators, Group.REVIEW, "简报已定稿，请审核", "份"),),
    "brief.returned": (_notice(coordinators, Group.RESULT, "简报审核退回，请修改", "份"),),
    "brief.remarked": (_notice(coordinators, Group.BRIEF, "简报草稿有新意见", "条"),),
    "brief.published": (_notice(readers, Group.BRIEF, "工作简报已发布", "份"),),
    "instruction.given": (
        _notice(local, Group.BRIEF, "收到领导批示，请办理", "条"),
        _notice(coordinators, Group.BRIEF, "新登记领导批示", "条"),
    ),
    "instruction.done": (
        _notice(leaders, Group.BRIEF, "批示已办结", "条"),
        _notice(coordinators, Group.BRIEF, "批示已办结", "条"),
    ),
    "instruction.reopened": (_notice(local, Group.BRIEF, "批示恢复办理，请继续办理", "条"),),
    "supervision.issued": (
        _notice(local, Group.SUPERVISION, "收到督办，请按期反馈", _CASE),
        _notice(local_leaders, Group.SUPERVISION, "收到督办", _CASE),
    ),
    "supervision.escalated": (
        _notice(local, Group.SUPERVISION, "逾期未反馈，督办升级", _CASE),
        _notice(local_leaders, Group.SUPERVISION, "逾期未反馈，督办升级", _CASE),
    ),
    "supervision.reported": (
        _notice(city, Group.SUPERVISION, "督办有阶段反馈", _CASE),
        _notice(coordinators, Group.SUPERVISION, "督办有阶段反馈", _CASE),
    ),
    "supervision.answered": (_notice(reviewers, Group.SUPERVISION, "督办反馈待审核", _CASE),),
    "supervision.passed": (
        _notice(coordinators, Group.SUPERVISION, "督办反馈待核实", _CASE),
        _notice(officers, Group.SUPERVISION, "督办反馈市级已通过", _CASE),
    ),
    "supervision.returned": (_notice(local, Group.SUPERVISION, "督办反馈已退回，请补充", _CASE),),
    "supervision.closed": (_notice(local, Group.SUPERVISION, "督办已办结", _CASE),),
    "supervision.reopened": (_notice(local, Group.SUPERVISION, "督办重新打开", _CASE),),
    "contract.added": (
        _notice(city, Group.CONTRACT, "新登记合同", "份"),
        _notice(coordinators, Group.CONTRACT, "新登记合同", "份"),
    ),
    "contract.signed": (
        _notice(city, Group.CONTRACT, "合同已签订", "份"),
        _notice(coordinators, Group.CONTRACT, "合同已签订", "份"),
    ),
    "contract.terminated": (
        _notice(local, Group.CONTRACT, "合同已解除", "份"),
        _notice(coordinators, Group.CONTRACT, "合同已解除", "份"),
    ),
    "order.signed": (
        _notice(local, Group.CONTRACT, "变更单已签署", "份"),
        _notice(coordinators, Group.CONTRACT, "变更单已签署", "份"),
    ),
    "settlement.frozen": (_notice(officers, Group.CONTRACT, "结算单已锁定", "份"),),
    "settlement.signed": (
        _notice(local, Group.CONTRACT, "结算单已签认", "份"),
        _notice(coordinators, Group.CONTRACT, "结算单已签认", "份"),
    ),
    "settlement.paid": (
        _notice(local, Group.CONTRACT, "结算款已支付", "份"),
        _notice(coordinators, Group.CONTRACT, "结算款已支付", "份"),
    ),
    "baseline.proposed": (
        _notice(coordinators, Group.REVIEW, "能源基准待您核定", "版基准"),
        _notice(city, Group.REVIEW, "能源基准已提交，请提出意见", "版基准"),
    ),
    "baseline.commented": (
        _notice(officers, Group.RESULT, "能源基准有新的意见", "版基准"),
        _notice(coordinators, Group.REVIEW, "能源基准有新的意见", "版基准"),
    ),
    "baseline.returned": (_notice(local, Group.RESULT, "能源基准已退回，请修改", "版基准"),),
    "baseline.adopted": (
        _notice(local, Group.RESULT, "能源基准已核定", "版基准"),
        _notice(local_leaders, Group.RESULT, "能源基准已核定", "版基准"),
    ),
    "adjustment.one_signed": (_notice(officers, Group.CONTRACT, "待另一方签认", _CHANGE),),
    "adjustment.both_signed": (
        _notice(officers, Group.CONTRACT, "双方签认件齐全，待登记生效", _CHANGE),
        _notice(city, Group.CONTRACT, "双方签认件齐全，有异议的请退回", _CHANGE),
    ),
    "adjustment.returned": (_notice(officers, Group.RESULT, "已退回，请核改", _CHANGE),),
    "adjustment.signed": (_notice(local, Group.RESULT, "已生效", _CHANGE),),
    "adjustment.withdrawn": (_notice(local, Group.RESULT, "已撤回", _CHANGE),),
    "target.entered": (_notice(confirmers, Group.TARGET, "任务进展待确认", _ITEM),),
    "target.confirmed": (_notice(reporters, Group.TARGET, "任务进展已确认", _ITEM),),
    "target.returned": (_notice(reporters, Group.TARGET, "任务进展已退回，请核改", _ITEM),),
    "energy_month.completed": (
        Notice(
            reviewers,
            Group.REVIEW,
            "{label}已上报，请核对",
            "{n}份能源月报已上报，请核对：{label}",
        ),
    ),
    "energy_month.returned": (_notice(officers, Group.RESULT, "已退回，请核改", _MONTH),),
    "energy_month.locked": (_notice(officers, Group.RESULT, "已核对锁定", _MONTH),),
    "energy_month.unlocked": (_notice(local, Group.RESULT, "已解锁，请更正后重新报送", _MONTH),),
    "project.added": (_notice(confirmers, Group.TARGET, "节能节水项目待确认", "个项目"),),
    "project.confirmed": (_notice(reporters, Group.TARGET, "节能节水项目已确认", "个项目"),),
    "project.returned": (_notice(reporters, Group.TARGET, "节能节水项目已退回，请核改", "个项目"),),
}

PAGES: Mapping[str, str] = {
    "milestone": "/regions/{region}/milestones/{code}",
    "region": "/regions/{region}",
    "brief": "/briefs/{subject}",
    "instruction": "/briefs/instructions/{subject}",
    "supervision": "/supervision/{subject}",
    "contract": "/contracts/{subject}",
    "order": "/contracts/{contract}/orders/{code}",
    "settlement": "/settlements/{subject}",
    "baseline": "/baselines/{subject}",
    "adjustment": "/baselines/adjustments/{subject}",
    "target": "/tasks",
    "project": "/projects/{subject}",
    "job": "/jobs/{subject}",
    "calendar": "/admin/calendar",
    "energy_month": "/energy/regions/{region}/months/{month}",
}
"""Kind of subject → the address of its page. A page that does not exist is not linked to."""


_OF_REGION = ("milestone", "region", "energy_month")


def page_of(
    kind: str, subject: str, *, region: str | None = None, contract: str = "", code: str = ""
) -> str:
    """The address of the page about something; empty where there is none.

    `code`: of a milestone within its region, or the number of an order within its contract.
    """
    if kind not in PAGES or (kind in _OF_REGION and not region):
        return ""
    if kind == "order" and not contract:
        return ""
    month = subject.rpartition("-")[2]
    return PAGES[kind].format(
        subject=subject, region=region, contract=contract, code=code, month=month
    )
