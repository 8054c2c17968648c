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
        "sheet.downloaded": "下载填报表",
        "sheet.uploaded": "上传填报表",
        "sheet.accepted": "接受填报表",
        "sheet.discarded": "放弃填报表",
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
        "quantity.edited": "修改量化目标",
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
    "年度任务": {
        "target.entered": "填报任务进展",
        "target.corrected": "更正任务进展",
        "target.confirmed": "确认任务进展",
        "target.returned": "退回任务进展",
        "target.withdrawn": "撤回任务进展",
        "target.downloaded": "下载任务佐证材料",
        "project.added": "登记节能节水项目",
        "project.edited": "修改节能节水项目",
        "project.confirmed": "确认节能节水项目",
        "project.returned": "退回节能节水项目",
        "project.withdrawn": "撤回节能节水项目",
        "project.downloaded": "下载项目佐证材料",
    },
    "合同": {
        "contract.added": "新建合同",
        "contract.edited": "填写合同",
        "contract.signed": "登记合同签订",
        "contract.terminated": "登记合同解除",
        "contract.discarded": "删除合同草稿",
        "contract.file_added": "上传合同附件",
        "contract.file_removed": "移除合同附件",
        "contract.file_downloaded": "下载合同附件",
        "contract.exported": "导出合同清单",
        "order.drafted": "起草变更单",
        "order.edited": "修改变更单草稿",
        "order.signed": "登记变更单签署",
        "order.discarded": "删除变更单草稿",
        "order.file_added": "上传变更单签署件",
        "order.file_downloaded": "下载变更单签署件",
        "company.added": "新增节能服务公司",
        "company.edited": "修改节能服务公司",
        "company.exported": "导出节能服务公司名录",
    },
    "费用结算": {
        "settlement.drafted": "起草结算单",
        "settlement.edited": "修改结算单草稿",
        "settlement.frozen": "结算单定稿",
        "settlement.thawed": "结算单退回草稿",
        "settlement.scan_added": "上传单方签字件",
        "settlement.signed": "结算单双方已签",
        "settlement.paid": "登记支付",
        "settlement.discarded": "删除结算单草稿",
        "settlement.file_added": "上传结算依据",
        "settlement.file_removed": "移除结算依据",
        "settlement.downloaded": "下载结算单或附件",
        "settlement.exported": "导出费用结算",
        "profile.edited": "修改分月比例",
    },
    "督办与问题": {
        "supervision.drafted": "拟督办单",
        "supervision.entered": "登记问题",
        "supervision.edited": "修改督办事项",
        "supervision.discarded": "作废督办事项",
        "supervision.issued": "签发督办单",
        "supervision.escalated": "逾期未反馈，督办升级",
        "supervision.reported": "报送阶段反馈",
        "supervision.answered": "反馈并申请销号",
        "supervision.file_added": "上传整改佐证",
        "supervision.file_removed": "移除整改佐证",
        "supervision.passed": "整改市级审核通过",
        "supervision.returned": "退回整改",
        "supervision.closed": "整改销号，办结归档",
        "supervision.reopened": "撤销销号，重新督办",
        "supervision.downloaded": "下载督办通知单",
        "supervision.file_downloaded": "下载整改佐证",
        "supervision.exported": "导出督办与问题",
        "supervision.settings_edited": "修改督办设置",
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
        "gantt.exported": "下载甘特图",
        "target.exported": "导出年度任务",
        "table.exported": "导出表格",
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
    "quantity": "量化目标",
    "target": "任务进展",
    "project": "节能节水项目",
    "sheet": "填报表",
    "table": "表格",
    "contract": "合同",
    "order": "变更单",
    "company": "节能服务公司",
    "settlement": "结算单",
    "profile": "分月比例",
    "supervision": "督办与问题",
    "supervision_settings": "督办设置",
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
    "reporters": "填报单位",
    # the numbers of the notice, entries on tasks, projects
    "quantity.quantity": "目标数量",
    "quantity.unit": "计量单位",
    "comparison": "比较方式",
    "counting": "统计方式",
    "basis": "依据",
    "happened_on": "日期",
    "quantity": "数量",
    "target.words": "进展情况",
    "building": "单位和建筑",
    "category": "改造类别",
    "linked_measure": "关联的合同措施",
    "linked_entry_id": "关联的填报",
    "distinct": "区别说明",
    "project.name": "项目名称",
    "project.unit": "用能单位",
    "credit_code": "统一社会信用代码",
    "project.kind": "类型",
    "institution": "单位类别",
    "progress": "项目状态",
    "signing_planned": "计划签约日期",
    "project.signed_on": "合同签订日期",
    "completion_planned": "计划完工日期",
    "project.amount": "合同金额",
    "project.area": "面积",
    "project.saving": "预计年节约量",
    "project.saving_unit": "节约量单位",
    "region_code": "所属地区",
    "target.files": "佐证材料",
    "project.files": "佐证材料",
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
    "days_low": "最短工期",
    "days_likely": "最可能工期",
    "days_high": "最长工期",
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
    # contract, order, company
    "company": "节能服务公司",
    "company.name": "公司名称",
    "company.code": "统一社会信用代码",
    "contract.files": "附件",
    "order.files": "附件",
    "settlement.files": "附件",
    "signed_at": "登记签订",
    "terminated_on": "解除日期",
    "termination_reason": "解除原因",
    "contract.number": "合同编号",
    "contract.name": "合同名称",
    "procurement": "采购方式",
    "project_number": "项目编号",
    "award_price": "中标价",
    "text_version": "合同文本版本",
    "notice_on": "招标公告日期",
    "awarded_on": "中标日期",
    "contract.signed_on": "签订日期",
    "effective_on": "生效日期",
    "filing_number": "备案号",
    "filed_on": "备案日期",
    "parties": "甲方",
    "contract.institutions": "纳入机构数",
    "people": "用能人数",
    "contract.mode": "托管模式",
    "energies": "能源品种",
    "boundary": "边界说明",
    "exclusions": "排除项",
    "years": "托管期限",
    "starts_on": "起算日",
    "ends_on": "到期日",
    "build_months": "建设期",
    "run_months": "运行期",
    "extension": "延期条款",
    "contract.total": "合同总额",
    "upkeep_fee": "年运维费",
    "ceiling_price": "最高限价",
    "tax_rate": "税率",
    "discount_rate": "折让率",
    "price_mode": "价格方式",
    "price_cap": "单价最高涨幅",
    "bases": "年托管费用基数",
    "fees": "年度托管费表",
    "base_from": "基期起始年",
    "base_until": "基期截止年",
    "base_method": "基准方法",
    "base_annex": "基准附件",
    "base_version": "基准版本",
    "drivers": "调整因素",
    "guarantee_price": "节能量结算单价",
    "shortfall": "不足补偿方式",
    "guarantees": "分年承诺",
    "investment": "节能改造投资总额",
    "residual_value": "期满残值",
    "handover_on": "资产移交日",
    "accepted_on": "改造竣工验收日期",
    "ownership": "资产权属与移交",
    "measures": "改造清单",
    "pay_period": "支付周期",
    "pay_day": "支付日",
    "prepayment": "预付比例",
    "bond": "履约保证金",
    "payer": "支付主体",
    "invoice": "发票",
    "payments": "付款计划",
    "standards": "服务与舒适度标准",
    "response_hours": "故障响应",
    "indicators": "考核指标与扣减公式",
    "penalty": "违约金",
    "contract.termination": "解除条件",
    "mv_method": "核定方法",
    "mv_period": "报告周期",
    "verifier": "核证机构",
    "mv_plan": "核定方案",
    "dispute": "争议处理",
    "data_ownership": "平台数据权属",
    "data_interface": "数据接口",
    "data_retention": "数据保留",
    "confidentiality": "保密条款",
    "carbon_ownership": "碳减排权益归属",
    "subject": "变更事项",
    "value": "变更内容",
    "order.reason": "变更原因",
    # settlement, profile
    "settlement.period": "结算期间",
    "settlement.total": "应付金额",
    "payable_on": "应付日期",
    "settlement.prices": "当期实际单价",
    "settlement.adjustments": "用量调整",
    "settlement.deductions": "考核扣减",
    "settlement.guaranteed": "承诺节能量",
    "settlement.verified": "核定节能量",
    "settlement.verified_source": "核定节能量出处",
    "settlement.prepaid": "预付款抵扣",
    "settlement.prepaid_source": "预付款出处",
    "settlement.note": "备注",
    "settlement.signed_on": "签字日期",
    "settlement.paid": "累计已付",
    "settlement.paid_on": "支付日期",
    "profile.electricity": "电（%）",
    "profile.water": "水（%）",
    "profile.gas": "气（%）",
    "profile.heat": "热（%）",
    "profile.oil": "油（%）",
    # supervision
    "supervision.level": "督办级别",
    "due": "期限",
    "what": "存在问题",
    "requirement": "整改要求",
    "supervision.basis": "督办依据",
    "supervision.number": "编号",
    "promised": "新的完成时限",
    "supervision.returned_reason": "退回理由",
    "prefix": "编号前缀",
    "days_red": "红色督办反馈时限",
    "days_yellow": "黄色督办反馈时限",
    "days_blue": "蓝色督办反馈时限",
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
REVIEWS: Mapping[str, str] = {
    "waiting": "待确认",
    "confirmed": "已确认",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "replaced": "已更正",
}

_CHANNELS = {"now": "立即发邮件", "digest": "并入每日摘要", "none": "不发邮件"}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "milestone.status": STATUSES,
    "settlement.status": {
        "draft": "草稿",
        "frozen": "定稿待签",
        "signed": "双方已签",
        "paid": "已支付",
    },
    "brief.status": {"draft": "草稿", "frozen": "已定稿", "published": "已发布"},
    "target.status": REVIEWS,
    "project.status": REVIEWS,
    "quantity.comparison": {"at_least": "不少于", "all": "全部"},
    "quantity.counting": {
        "gates": "按关口自动统计",
        "projects": "按项目登记统计",
        "area": "按改造面积统计",
        "entries": "按进展填报统计",
    },
    "target.category": {
        "cooling": "空调系统",
        "lift": "电梯",
        "data_centre": "数据中心",
        "lighting": "照明",
        "envelope": "围护结构",
        "heating": "供热和热水",
        "solar": "可再生能源",
        "metering": "能耗监控",
        "whole": "综合改造",
    },
    "project.kind": {
        "shared_savings": "合同能源管理（节能效益分享型）",
        "guaranteed_savings": "合同能源管理（节能量保证型）",
        "custody": "合同能源管理（能源费用托管型）",
        "water": "合同节水管理",
    },
    "project.institution": {
        "university": "高校",
        "hospital": "医院",
        "venue": "场馆",
        "office": "机关",
        "other": "其他",
    },
    "project.progress": {
        "talks": "洽谈",
        "signed": "已签约",
        "under_way": "实施中",
        "finished": "已完工",
    },
    "supervision.status": {
        "draft": "拟办",
        "issued": "待反馈",
        "followed": "跟踪中",
        "awaiting_city": "待市审",
        "awaiting_province": "待省核",
        "returned": "已退回",
        "closed": "已销号",
        "discarded": "已作废",
    },
    "supervision.level": {"blue": "蓝", "yellow": "黄", "red": "红"},
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
    "days_low": " 天",
    "days_likely": " 天",
    "days_high": " 天",
    "near_days": " 天",
    "late_days": " 天",
    "lag_yellow": " 个百分点",
    "lag_red": " 个百分点",
    "stale_days": " 天",
    "review_working_days": " 个工作日",
    "days_red": " 个工作日",
    "days_yellow": " 个工作日",
    "days_blue": " 个工作日",
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
    return (names or {}).get(text, text) if name in ("place", "city_code", "region_code") else text


def _item_words(item: object) -> str:
    return str(item.get("name", "")) if isinstance(item, Mapping) else str(item)


def _day(value: date, year: int) -> str:
    prefix = "" if value.year == year else f"{value.year}年"
    return f"{prefix}{value.month}月{value.day}日"
