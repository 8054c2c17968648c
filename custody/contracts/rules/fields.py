"""The pages a contract is filled in on: which fields stand on which page, and the tables below them.

One list for the form, the overview, the journal and the checks; a field is named once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from custody.contracts.rules import contract as words
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.terms import SCALARS


class Kind(StrEnum):
    WORD = "word"
    PROSE = "prose"
    DAY = "day"
    MONEY = "money"
    """Two decimals: yuan, square metres."""
    QUANTITY = "quantity"
    """Four decimals."""
    PERCENT = "percent"
    WHOLE = "whole"
    CHOICE = "choice"
    SEVERAL = "several"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind = Kind.WORD
    hint: str = ""
    wide: bool = False
    size: int = 100
    """Characters, or the greatest number."""
    least: int = 0
    """Of a whole number."""
    choices: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False
    """Without it the page counts as not finished."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A table under the fields: one row of another table each."""

    name: str
    """The contract's list: parties, bases …"""
    label: str
    key: str
    """The column by which a line is the same line."""
    columns: tuple[Field, ...]
    fixed: bool = False
    """The rows are given (drivers, years); only what stands in them is typed."""
    needed: bool = False
    locked: frozenset[str] = frozenset()
    """Columns that only orders change once the contract is signed; with them the rows are given."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    fields: tuple[Field, ...] = ()
    lines: Lines | None = None
    about: str = ""


_ENERGIES = {one.value: one.label for one in Energy}

GROUPS: tuple[Group, ...] = (
    Group(
        "identity",
        "基本信息",
        (
            Field("number", "合同编号", size=60, needed=True),
            Field("name", "合同名称", size=200, wide=True, needed=True),
            Field("procurement", "采购方式", Kind.CHOICE, choices=words.PROCUREMENTS, needed=True),
            Field("project_number", "项目编号", size=60),
            Field("award_price", "中标价（元）", Kind.MONEY),
            Field("text_version", "合同文本版本", size=60, hint="如 GF-2026-2621。"),
            Field("notice_on", "招标公告日期", Kind.DAY),
            Field("awarded_on", "中标日期", Kind.DAY),
            Field("signed_on", "签订日期", Kind.DAY, needed=True),
            Field("effective_on", "生效日期", Kind.DAY),
            Field("filing_number", "备案号", size=60),
            Field("filed_on", "备案日期", Kind.DAY),
        ),
    ),
    Group(
        "parties",
        "签约主体",
        lines=Lines(
            "parties",
            "甲方",
            "line",
            (
                Field("name", "单位名称", needed=True),
                Field("code", "统一社会信用代码", size=40),
                Field("lead", "牵头单位", Kind.YES),
            ),
            needed=True,
            hint="可有多个甲方，其中一个为牵头单位。",
        ),
        about="乙方（节能服务公司）全省共用一份名录，输入代码或名称即可选用。",
    ),
    Group(
        "scope",
        "托管范围",
        (
            Field("institutions", "纳入机构数（家）", Kind.WHOLE, size=100_000, needed=True),
            Field("floor_area", "建筑面积（平方米）", Kind.MONEY, needed=True),
            Field("people", "用能人数（人）", Kind.WHOLE, size=10**7),
            Field("mode", "托管模式", Kind.CHOICE, choices=words.MODES, needed=True),
            Field("energies", "能源品种", Kind.SEVERAL, choices=_ENERGIES, wide=True, needed=True),
            Field("boundary", "边界说明", Kind.PROSE, wide=True),
            Field(
                "exclusions",
                "排除项",
                Kind.PROSE,
                hint="如数据中心、充电桩、食堂、出租房屋。",
                wide=True,
            ),
        ),
    ),
    Group(
        "term",
        "期限",
        (
            Field("years", "托管期限（年）", Kind.WHOLE, size=40, least=1, needed=True),
            Field("starts_on", "起算日", Kind.DAY, hint="正式托管运行的第一天。"),
            Field("ends_on", "到期日", Kind.DAY, hint="最后一天，等于起算日加托管期限。"),
            Field("build_months", "建设期（月）", Kind.WHOLE, size=240),
            Field("run_months", "运行期（月）", Kind.WHOLE, size=480),
            Field("extension", "延期条款", Kind.PROSE, wide=True),
        ),
    ),
    Group(
        "fee",
        "托管费用",
        (
            Field("total", "合同总额（元）", Kind.MONEY, needed=True),
            Field("upkeep_fee", "年运维费（元）", Kind.MONEY),
            Field("ceiling_price", "最高限价（元）", Kind.MONEY),
            Field("tax_rate", "税率（%）", Kind.PERCENT),
            Field("discount_rate", "折让率（%）", Kind.PERCENT),
            Field("price_mode", "价格方式", Kind.CHOICE, choices=words.PRICE_MODES, needed=True),
            Field("price_cap", "单价最高涨幅（%）", Kind.PERCENT, hint="仅联动封顶时填写。"),
        ),
        Lines(
            "bases",
            "年托管费用基数",
            "energy",
            (
                Field("energy", "能源", Kind.CHOICE, choices=_ENERGIES, needed=True),
                Field("quantity", "基准用量", Kind.QUANTITY, needed=True),
                Field("unit", "单位", size=20),
                Field("price", "基准单价（元）", Kind.QUANTITY, needed=True),
                Field("amount", "金额（元）", Kind.MONEY),
            ),
            needed=True,
            locked=frozenset({"energy", "quantity", "unit", "price", "amount"}),
            hint="金额等于基准用量乘以基准单价；单位、金额留空时自动填写。",
        ),
    ),
    Group(
        "schedule",
        "年度费用",
        lines=Lines(
            "fees",
            "年度托管费表（元）",
            "year",
            tuple(Field(code, label, Kind.MONEY) for code, label in words.FEE_LINES.items()),
            fixed=True,
            needed=True,
            locked=frozenset(words.FEE_LINES),
            hint="各年合计应等于合同总额。",
        ),
        about="先在“期限”填写托管期限、在“托管范围”选择能源品种，本表按此列出。",
    ),
    Group(
        "baseline",
        "能源基准",
        (
            Field("base_from", "基期起始年", Kind.WHOLE, size=2100, needed=True),
            Field("base_until", "基期截止年", Kind.WHOLE, size=2100, needed=True),
            Field("base_method", "基准方法", Kind.CHOICE, choices=words.BASE_METHODS, needed=True),
            Field("base_annex", "基准附件", size=120, hint="附件名称或编号。"),
            Field("base_version", "基准版本", size=60),
        ),
    ),
    Group(
        "adjustment",
        "调整规则",
        lines=Lines(
            "drivers",
            "调整因素",
            "driver",
            (
                Field("trigger", "触发幅度（%）", Kind.PERCENT),
                Field("method", "计算方式", Kind.PROSE, size=1000),
                Field("effect", "生效规则", Kind.PROSE, size=1000),
                Field("retroactive", "溯及", Kind.YES),
            ),
            fixed=True,
            needed=True,
            locked=frozenset({"trigger", "method", "effect", "retroactive"}),
            hint="合同未约定的因素留空。",
        ),
    ),
    Group(
        "guarantee",
        "节能承诺",
        (
            Field("guarantee_price", "节能量结算单价（元/吨标准煤）", Kind.QUANTITY),
            Field("shortfall", "不足补偿方式", Kind.PROSE, wide=True),
        ),
        Lines(
            "guarantees",
            "分年承诺",
            "year",
            (
                Field("rate", "承诺节能率（%）", Kind.PERCENT),
                Field("quantity", "承诺节能量（吨标准煤）", Kind.QUANTITY),
                Field("share", "超额分享甲方比例（%）", Kind.PERCENT),
            ),
            fixed=True,
            needed=True,
            locked=frozenset({"rate", "quantity", "share"}),
        ),
    ),
    Group(
        "measures",
        "改造与资产",
        (
            Field("investment", "节能改造投资总额（元）", Kind.MONEY, needed=True),
            Field("residual_value", "期满残值（元）", Kind.MONEY),
            Field("handover_on", "资产移交日", Kind.DAY),
            Field("accepted_on", "改造竣工验收日期", Kind.DAY),
            Field("ownership", "资产权属与移交", Kind.PROSE, wide=True),
        ),
        Lines(
            "measures",
            "改造清单",
            "line",
            (
                Field("name", "措施", needed=True),
                Field("category", "类别", Kind.CHOICE, choices=words.MEASURES, needed=True),
                Field("area", "面积（平方米）", Kind.MONEY),
                Field("investment", "投资（元）", Kind.MONEY),
                Field("saving", "预计年节约", Kind.QUANTITY),
                Field("saving_unit", "节约单位", Kind.CHOICE, choices=words.SAVING_UNITS),
                Field("life_years", "寿命（年）", Kind.WHOLE, size=60),
                Field("warranty_years", "保修（年）", Kind.WHOLE, size=60),
                Field("completed_on", "完成日期", Kind.DAY),
            ),
            needed=True,
        ),
    ),
    Group(
        "payment",
        "支付",
        (
            Field("pay_period", "支付周期", Kind.CHOICE, choices=words.PERIODS, needed=True),
            Field("pay_day", "支付日", Kind.WHOLE, size=31, least=1, hint="期满后次月的第几日。"),
            Field("prepayment", "预付比例（%）", Kind.PERCENT),
            Field("bond", "履约保证金（元）", Kind.MONEY),
            Field("payer", "支付主体", Kind.CHOICE, choices=words.PAYERS, needed=True),
            Field("invoice", "发票", size=200),
        ),
        Lines(
            "payments",
            "付款计划",
            "line",
            (
                Field("title", "事项"),
                Field("due_on", "计划支付日", Kind.DAY, needed=True),
                Field("amount", "金额（元）", Kind.MONEY, needed=True),
                Field("paid_on", "实付日期", Kind.DAY),
                Field("paid_amount", "实付金额（元）", Kind.MONEY),
            ),
            locked=frozenset({"title", "due_on", "amount"}),
            hint="各笔合计应等于合同总额；按月度结算的可只列已排定的付款，留空则不核对。",
        ),
    ),
    Group(
        "performance",
        "考核",
        (
            Field("standards", "服务与舒适度标准", Kind.PROSE, "温度、照度等。", wide=True),
            Field("response_hours", "故障响应（小时）", Kind.PERCENT),
            Field("indicators", "考核指标与扣减公式", Kind.PROSE, wide=True, needed=True),
            Field("penalty", "违约金", Kind.PROSE, wide=True),
            Field("termination", "解除条件", Kind.PROSE, wide=True),
        ),
    ),
    Group(
        "verification",
        "节能量核定",
        (
            Field("mv_method", "核定方法", Kind.CHOICE, choices=words.MV_METHODS, needed=True),
            Field("mv_period", "报告周期", Kind.CHOICE, choices=words.PERIODS),
            Field("verifier", "核证机构"),
            Field("mv_plan", "核定方案", Kind.PROSE, wide=True),
            Field("dispute", "争议处理", Kind.PROSE, wide=True),
        ),
    ),
    Group(
        "data",
        "数据与保密",
        (
            Field("data_ownership", "平台数据权属", Kind.PROSE, wide=True, needed=True),
            Field("data_interface", "数据接口", Kind.PROSE, wide=True),
            Field("data_retention", "数据保留", Kind.PROSE, wide=True),
            Field("confidentiality", "保密条款", Kind.PROSE, wide=True),
            Field("carbon_ownership", "碳减排权益归属", Kind.PROSE, wide=True),
        ),
    ),
)
BY_CODE: Mapping[str, Group] = {group.code: group for group in GROUPS}

LOCKED = frozenset(SCALARS)
"""Columns of the contract that only orders change once it is signed."""

GROUP_OF: Mapping[str, str] = {
    one.name: group.code
    for group in GROUPS
    for one in (*group.fields, *((group.lines,) if group.lines else ()))
} | {"company_id": "parties", "scan": "files"}
"""Field, list or paper → the page it is filled in on."""


class Progress(StrEnum):
    EMPTY = "empty"
    PART = "part"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"empty": "未填", "part": "待补充", "done": "已填"}[self.value]


def progress(
    group: Group, values: Mapping[str, object], lines: int, years: int = 0
) -> tuple[Progress, list[str], str]:
    """How far a page is filled in, the labels of what it still needs, and its mark in words.

    `lines`: of its table, with something in them. `years`: of the term; a table by years has one
    line for each of them.
    """
    filled = any(values.get(one.name) not in (None, "") for one in group.fields) or lines > 0
    missing = [
        one.label for one in group.fields if one.needed and values.get(one.name) in (None, "")
    ]
    if group.code == "parties" and not values.get("company_id"):
        missing.append("乙方")
    elif group.code == "parties":
        filled = True
    if group.lines and group.lines.needed and not lines:
        missing.append(group.lines.label)
    words = ""
    if group.lines and group.lines.key == "year" and group.lines.needed and 0 < lines < years:
        words = f"已填 {lines}/{years} 年"
        missing.append(f"{group.lines.label}还差{years - lines}年")
    if not missing:
        return Progress.DONE, [], Progress.DONE.label
    found = Progress.PART if filled else Progress.EMPTY
    return found, missing, words or found.label
