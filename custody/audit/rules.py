"""Words for the journal: every action, field and value as officials say them.

The audit floor lies below regions, milestones and briefs, so their words stand here as plain data;
a test holds them against the domains' own labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from custody.accounts.rules import Role

NOTHING = "—"


class Recorded(Protocol):
    """What of an event the words need."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def changes(self) -> Mapping[str, Any]: ...


GROUPS: Mapping[str, Mapping[str, str]] = {
    "登录与账号": {
        "account.signed_in": "登录",
        "account.signed_out": "退出登录",
        "account.sign_in_failed": "登录失败",
        "account.password_changed": "更改密码",
        "account.added": "新增账号",
        "account.edited": "修改账号",
        "account.password_reset": "重置密码",
        "account.unlocked": "解锁账号",
        "access.refused": "越权访问被拒绝",
    },
    "里程碑填报": {
        "milestone.updated": "更新进展",
        "milestone.submitted": "提交审核",
        "milestone.withdrawn": "撤回提交",
        "milestone.evidence_added": "上传佐证材料",
        "milestone.evidence_removed": "移除佐证材料",
        "milestone.evidence_downloaded": "下载佐证材料",
        "month.reported": "完成本月填报",
        "month.no_change": "填报“本月无变化”",
    },
    "审核": {
        "milestone.passed": "市级审核通过",
        "milestone.returned": "退回",
        "milestone.confirmed": "确认销号",
        "milestone.accepted_not_applicable": "认定为不适用",
        "milestone.reopened": "撤销销号，退回重报",
        "milestone.replanned": "调整计划日期",
        "stage.passed": "通过阶段",
        "stage.reopened": "阶段重新打开",
    },
    "里程碑模板": {
        "lifecycle.started": "启用里程碑模板",
        "lifecycle.moved": "改用另一版模板",
        "milestone.opened": "随模板新增里程碑",
        "milestone.dropped": "随模板移除里程碑",
        "milestone.moved": "随模板调整里程碑",
        "template.drafted": "新建模板草稿",
        "template.edited": "修改模板草稿",
        "template.discarded": "删除模板草稿",
        "template.published": "发布模板",
        "policy.edited": "修改预警规则",
    },
    "通知数据": {
        "notice.loaded": "载入通知数据",
        "province.edited": "修改省份信息",
        "notice.edited": "修改通知",
        "batch.edited": "修改批次",
        "task.edited": "修改年度任务",
        "city.edited": "修改设区市",
        "region.edited": "修改地区信息",
        "region.profile_edited": "更新地区概况",
    },
    "工作简报": {
        "brief.drafted": "起草简报",
        "brief.edited": "修改简报",
        "brief.frozen": "简报定稿",
        "brief.thawed": "简报退回草稿",
        "brief.published": "发布简报",
        "brief.discarded": "删除简报草稿",
        "brief.downloaded": "下载简报",
    },
    "后台任务": {
        "job.ordered": "提交后台任务",
        "job.cancelled": "取消后台任务",
        "job.downloaded": "下载后台任务结果",
    },
    "消息和邮件": {
        "inbox.chosen": "修改消息设置",
        "inbox.address_verified": "验证邮箱",
        "inbox.address_removed": "取消邮箱",
        "inbox.feed_renewed": "生成日历订阅地址",
        "inbox.feed_revoked": "撤销日历订阅地址",
        "inbox.exported": "导出消息",
        "mail.tested": "发送测试邮件",
        "mail.retried": "重发邮件",
    },
    "工作日历": {
        "calendar.entered": "录入节假日安排",
        "calendar.exported": "导出节假日安排",
    },
    "导出与校验": {
        "board.exported": "导出进展总览",
        "audit.exported": "导出操作日志",
        "audit.verified": "校验操作日志",
    },
}
"""Actions as the filter of the audit page groups them."""

ACTIONS: Mapping[str, str] = {
    action: label for group in GROUPS.values() for action, label in group.items()
}

KINDS: Mapping[str, str] = {
    "account": "账号",
    "page": "页面",
    "milestone": "里程碑",
    "region": "地区",
    "template": "里程碑模板",
    "policy": "预警规则",
    "province": "省份",
    "notice": "通知",
    "batch": "批次",
    "task": "年度任务",
    "city": "设区市",
    "brief": "工作简报",
    "journal": "操作日志",
    "job": "后台任务",
    "inbox": "消息设置",
    "mail": "邮件",
    "calendar": "工作日历",
}

_FIELDS: Mapping[str, str] = {
    "status": "状态",
    "percent": "完成比例",
    "name": "名称",
    "title": "标题",
    "note": "说明",
    "unit": "责任单位",
    "phone": "联系电话",
    "deadline": "期限",
    # account
    "account.name": "姓名",
    "account.unit": "单位",
    "role": "角色",
    "place": "所属范围",
    "active": "账号状态",
    # milestone
    "plan_start": "计划开始",
    "planned": "计划完成",
    "started": "实际开始",
    "forecast": "预计完成",
    "actual": "实际完成",
    "notes": "进展说明",
    "claim": "申报事项",
    "reason": "不适用理由",
    "returned_reason": "退回理由",
    "submitted_at": "提交时间",
    "awaiting_since": "进入审核环节",
    "decided_at": "审定时间",
    "evidence": "佐证材料",
    # notice, province, city, batch, task, region
    "code": "代码",
    "province_code": "省份",
    "short_name": "简称",
    "lead": "省级牵头单位",
    "year": "年度",
    "notice.title": "文件名称",
    "programme": "工作名称",
    "issued": "印发时间",
    "issuers": "发文单位",
    "column": "方位图列",
    "row": "方位图行",
    "number": "序号",
    "goal": "年度目标",
    "gate": "对应关口",
    "entry_stage": "起始阶段",
    "pilot": "是否试点",
    "task.title": "任务内容",
    "deadline_words": "期限表述",
    "departments": "责任单位",
    "city_code": "所属设区市",
    "batch_number": "批次",
    "seq": "序号",
    "level": "行政区划类型",
    "lon": "经度",
    "lat": "纬度",
    "region.note": "备注",
    "lead_unit": "牵头单位",
    "contact": "联系人",
    "institutions": "纳入托管的公共机构数",
    "floor_area": "建筑面积",
    # template and policy
    "template": "模板版本",
    "phase": "工作环节",
    "stage": "所属阶段",
    "template.evidence": "佐证材料要求",
    "owner": "责任单位",
    "after": "前置里程碑",
    "weight": "权重",
    "template.gate": "是否关口",
    "required": "是否必做",
    "order": "排列次序",
    "item": "里程碑",
    "near_days": "临期提醒天数",
    "late_days": "逾期转红天数",
    "lag_yellow": "黄灯落后百分点",
    "lag_red": "红灯落后百分点",
    "stale_days": "久未更新天数",
    "review_working_days": "审核超时工作日",
    # brief
    "as_of": "数据截止日期",
    "issuer": "编发单位",
    "issue": "期号",
    "total": "总期号",
    "day": "成文日期",
    "salutation": "主送",
    "copies": "分送",
    "editor": "编辑",
    "brief.phone": "电话",
    "words": "正文改写",
    "digest": "数据校验值",
    "pdf_digest": "文件校验值",
    # inbox and calendar
    "address": "邮箱",
    "channel_review": "待我审核",
    "channel_result": "审核结果",
    "channel_deadline": "期限提醒",
    "channel_supervision": "督办",
    "channel_contract": "合同和结算",
    "channel_target": "年度任务",
    "channel_brief": "工作简报",
    "channel_system": "系统事务",
    "days": "放假和调休安排",
    "source": "依据",
}
"""What fields are called; «kind.field» where one name means different things."""

_STAGES = {
    "pre_tender": "招标前准备",
    "tender": "招标签约",
    "platform": "平台建设",
    "pilot": "试点",
    "done": "完成",
}
STATUSES: Mapping[str, str] = {
    "not_started": "未开始",
    "in_progress": "进行中",
    "awaiting_city": "待市审",
    "awaiting_province": "待省核",
    "confirmed": "已确认",
    "returned": "已退回",
    "not_applicable": "不适用",
}
STAGES: Mapping[str, str] = _STAGES

_CHANNELS = {"now": "立即发邮件", "digest": "并入每日摘要", "none": "不发邮件"}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "milestone.status": STATUSES,
    "brief.status": {"draft": "草稿", "frozen": "已定稿", "published": "已发布"},
    "stage": _STAGES,
    "entry_stage": _STAGES,
    "claim": {"done": "申报完成", "not_applicable": "申请不适用"},
    "role": {role.value: role.label for role in Role},
    "active": {"True": "启用", "False": "停用"},
    **{field: _CHANNELS for field in _FIELDS if field.startswith("channel_")},
}

_UNITS: Mapping[str, str] = {
    "percent": "%",
    "institutions": " 家",
    "floor_area": " 平方米",
    "near_days": " 天",
    "late_days": " 天",
    "lag_yellow": " 个百分点",
    "lag_red": " 个百分点",
    "stale_days": " 天",
    "review_working_days": " 个工作日",
}

_QUIET = frozenset({"submitted_at", "awaiting_since", "decided_at", "plan_start", "row"})
"""Bookkeeping that a past day's board needs and a reader of the history does not."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change, in words."""

    field: str
    old: str
    new: str


def action_label(action: str) -> str:
    """提交审核, 确认销号 …; an action without words never shows its code."""
    return ACTIONS.get(action, "其他操作")


def kind_label(kind: str) -> str:
    return KINDS.get(kind, "其他")


def field_label(kind: str, field: str) -> str:
    """What a field of such an object is called. «M05:name» is a field of a template's item M05."""
    item, colon, rest = field.rpartition(":")
    if colon:
        return f"{item} {field_label('template', rest)}"
    if field.startswith("due_"):
        return f"第{field.removeprefix('due_')}批计划完成"
    return _FIELDS.get(f"{kind}.{field}") or _FIELDS.get(field, "其他内容")


def change_lines(
    event: Recorded, *, names: Mapping[str, str] | None = None, everything: bool = False
) -> list[Change]:
    """What the event changed, old → new, in words and in the order of the fields above.

    `names`: names of cities and regions by code, where the caller knows them. `everything`: also
    the bookkeeping fields.
    """
    order = list(_FIELDS)
    lines = []
    for field in sorted(event.changes, key=lambda name: _rank(order, event.kind, name)):
        if field in _QUIET and not everything:
            continue
        old, new = event.changes[field]
        if old in (None, "") and new in (None, ""):
            continue  # left empty
        lines.append(
            Change(
                field_label(event.kind, field),
                value_words(event.kind, field, old, year=event.at.year, names=names),
                value_words(event.kind, field, new, year=event.at.year, names=names),
            )
        )
    return lines


def _rank(order: list[str], kind: str, field: str) -> tuple[str, int, str]:
    item, _, name = field.rpartition(":")
    for known in (f"{kind}.{name}", name):
        if known in order:
            return item, order.index(known), name
    return item, len(order), name


def value_words(
    kind: str,
    field: str,
    value: object,
    *,
    year: int,
    names: Mapping[str, str] | None = None,
) -> str:
    """One value as a person would write it; dates without the year of the event."""
    if value is None or value in ("", [], {}):
        return NOTHING
    name = field.rpartition(":")[2]
    words = _VALUES.get(f"{kind}.{name}") or _VALUES.get(name)
    if words and str(value) in words:
        return words[str(value)]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(str(item) for item in value.values())
    if isinstance(value, list):
        return "、".join(_item_words(item) for item in value)
    if isinstance(value, (int, float)):
        plain = f"{value:,}" if name in ("institutions", "floor_area") else str(value)
        return f"第{plain}批" if name == "batch_number" else plain + _UNITS.get(name, "")
    text = str(value)
    if _MOMENT.match(text):
        moment = datetime.fromisoformat(text)
        return f"{_day(moment.date(), year)} {moment:%H:%M}"
    if _DAY.fullmatch(text):
        return _day(date.fromisoformat(text), year)
    return (names or {}).get(text, text) if name in ("place", "city_code") else text


def _item_words(item: object) -> str:
    return str(item.get("name", "")) if isinstance(item, Mapping) else str(item)


def _day(value: date, year: int) -> str:
    prefix = "" if value.year == year else f"{value.year}年"
    return f"{prefix}{value.month}月{value.day}日"
