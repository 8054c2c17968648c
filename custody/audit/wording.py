"""Pure: what the pages are called whose bare address an event has kept, and notes in words.

The audit floor lies below the pages, so their names stand here; a test holds them against the app.
"""

from __future__ import annotations

import re

_PAGES = {
    "audit.export": "导出操作日志",
    "audit.table": "导出操作日志",
    "audit": "操作日志",
    "people": "账号",
    "moves": "移动地区到另一版模板",
    "templates.policy": "预警规则",
    "contract_policy": "合同提示规则",
    "templates": "里程碑模板",
    "targets": "年度任务",
    "entries": "任务进展填报",
    "projects": "节能节水项目",
    "regions.profile": "地区概况",
    "regions": "通知数据",
    "review.queue": "审核",
    "review.decide_several": "审核",
    "review.replan": "调整里程碑计划日期",
    "review.reopen": "撤销里程碑销号",
    "review": "审核里程碑",
    "evidence": "里程碑佐证材料",
    "milestones.todo": "我的待办",
    "milestones.no_change": "填报“本月无变化”",
    "milestones.show": "里程碑",
    "milestones": "里程碑填报",
    "briefs.start": "起草简报",
    "briefs": "工作简报",
    "editions": "成套简报",
    "dashboard.board": "进展总览",
    "dashboard.city": "设区市进展",
    "dashboard.region": "地区进展",
    "dashboard.export": "导出进展总览",
    "dashboard.export_city": "导出进展总览",
    "dashboard.matrix": "导出进展总览",
    "dashboard.matrix_of_city": "导出进展总览",
    "dashboard.attention": "需关注事项",
    "dashboard.attention_table": "导出需关注事项",
    "dashboard.region_table": "导出地区里程碑",
    "dashboard.search": "查找地区",
    "dossiers": "生成项目档案",
    "gantt.file": "下载甘特图",
    "gantt.city_file": "下载甘特图",
    "gantt.region_file": "下载甘特图",
    "gantt": "甘特图",
    "accounts": "登录和密码",
    "jobs": "后台任务",
    "inbox": "消息",
    "inbox_settings": "消息设置",
    "mail": "邮件服务",
    "calendar": "工作日历",
    "bulk": "批量填报",
    "portfolio": "合同",
    "contracts.new": "新建合同",
    "contracts.table": "导出合同",
    "contracts": "合同",
    "contract_files": "合同附件",
    "changes": "合同变更单",
    "companies": "节能服务公司",
    "settlements.profile": "分月比例",
    "settlements.write_profile": "分月比例",
    "settlements.export": "导出费用结算",
    "settlements": "费用结算",
    "settlement": "结算单",
    "supervision": "督办",
    "supervision.export": "导出督办与问题",
    "orders": "督办单",
    "orders.choose": "待督办事项",
    "orders.draft_chosen": "待督办事项",
    "orders.configure": "督办设置",
    "orders.notice": "督办通知单",
    "orders.notices": "督办通知单",
    "matters": "督办事项",
    "problems": "问题清单",
    "problems.new": "登记问题",
}
"""By endpoint, or by the blueprint where its pages share a name."""


def page_name(endpoint: str) -> str:
    """进展总览; "" for an endpoint that is no page of ours (any more)."""
    return _PAGES.get(endpoint) or _PAGES.get(endpoint.partition(".")[0], "")


def note_words(note: str) -> str:
    """A note that is no more than a month is said as one: 2026年11月."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", note)
    return f"{found[1]}年{int(found[2])}月" if found else note
