"""What the codes in a change mean."""

from __future__ import annotations

from collections.abc import Mapping

from custody.accounts.rules import Role
from custody.audit.rules.fields import FIELDS

STAGES: Mapping[str, str] = {
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
REVIEWS: Mapping[str, str] = {
    "waiting": "待确认",
    "confirmed": "已确认",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "replaced": "已更正",
}

_ENERGIES = {
    "electricity": "电",
    "gas": "天然气",
    "water": "水",
    "heat": "热力",
    "lpg": "液化石油气",
    "petrol": "汽油",
    "diesel": "柴油",
    "coal": "煤炭",
    "pv": "光伏发电",
}
_CHANNELS = {"now": "立即发邮件", "digest": "并入每日摘要", "none": "不发邮件"}
VALUES: Mapping[str, Mapping[str, str]] = {
    "milestone.status": STATUSES,
    "baseline.state": {
        "fitting": "计算中",
        "draft": "草稿",
        "proposed": "待省级采用",
        "adopted": "已采用",
        "superseded": "已被替代",
        "discarded": "已放弃",
    },
    "adjustment.state": {"draft": "待双方签认", "signed": "已生效", "withdrawn": "已撤回"},
    "adjustment.driver": {
        "area": "面积",
        "people": "人数",
        "hours": "运行时间",
        "equipment": "设备",
        "price": "价格",
    },
    "baseline.chosen": {
        "rule": "惯例法",
        "regression": "回归法",
        "quota": "定额",
        "": "不使用",
    },
    "settlement.status": {
        "draft": "草稿",
        "frozen": "定稿待签",
        "signed": "双方已签",
        "paid": "已支付",
    },
    "brief.status": {
        "draft": "草稿",
        "frozen": "已定稿，待审核",
        "reviewed": "已审核，待发布",
        "published": "已发布",
    },
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
    "supervision.source": {
        "light": "里程碑预警",
        "acceptance": "平台验收",
        "check": "监督检查",
        "company": "节能服务公司反映",
        "other": "其他",
    },
    "supervision.level": {"blue": "蓝", "yellow": "黄", "red": "红"},
    "meter.energy": _ENERGIES,
    "coefficient.energy": _ENERGIES,
    "type_code": {
        "01": "国家机关",
        "021": "教育",
        "022": "科技",
        "023": "文化",
        "024": "卫生",
        "025": "体育",
        "026": "其他事业单位",
        "03": "社会团体",
    },
    "payment": {
        "metered_paid": "计量付费",
        "metered_unpaid": "计量不付费",
        "unmetered_paid": "不计量付费",
        "unmetered_unpaid": "不计量不付费",
    },
    "caliber": {"heat": "当量值", "made": "等价值", "carbon": "二氧化碳"},
    "energy_month.state": {"open": "填报中", "complete": "待市级核对", "locked": "已锁定"},
    "stage": STAGES,
    "entry_stage": STAGES,
    "claim": {"done": "申报完成", "not_applicable": "申请不适用"},
    "role": {role.value: role.label for role in Role},
    "active": {"True": "启用", "False": "停用"},
    **{field: _CHANNELS for field in FIELDS if field.startswith("channel_")},
}
