"""Where an order or a problem stands, and the steps between: 立项—交办—跟踪—反馈—办结归档."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.kernel.problems import Problem


class Kind(StrEnum):
    ORDER = "order"
    """督办单: drafted and issued by the province, with a number and a paper."""
    PROBLEM = "problem"
    """Found at an acceptance, in a check, by the company: entered and to be put right at once."""

    @property
    def label(self) -> str:
        return "督办单" if self is Kind.ORDER else "问题"


class Source(StrEnum):
    LIGHT = "light"
    ACCEPTANCE = "acceptance"
    CHECK = "check"
    COMPANY = "company"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _SOURCES[self]


_SOURCES = {
    Source.LIGHT: "里程碑预警",
    Source.ACCEPTANCE: "平台验收",
    Source.CHECK: "监督检查",
    Source.COMPANY: "节能服务公司反映",
    Source.OTHER: "其他",
}


class Status(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    FOLLOWED = "followed"
    AWAITING_CITY = "awaiting_city"
    AWAITING_PROVINCE = "awaiting_province"
    RETURNED = "returned"
    CLOSED = "closed"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def awaiting(self) -> bool:
        return self in (Status.AWAITING_CITY, Status.AWAITING_PROVINCE)


OWING = (Status.ISSUED, Status.FOLLOWED, Status.RETURNED)
"""The region's turn."""
OPEN = (*OWING, Status.AWAITING_CITY, Status.AWAITING_PROVINCE)
"""交办 and not yet 销号."""
_LABELS = {
    Status.DRAFT: "拟办",
    Status.ISSUED: "待反馈",
    Status.FOLLOWED: "跟踪中",
    Status.AWAITING_CITY: "待市审",
    Status.AWAITING_PROVINCE: "待省核",
    Status.RETURNED: "已退回",
    Status.CLOSED: "已销号",
    Status.DISCARDED: "已作废",
}


class Step(StrEnum):
    EDIT = "edit"
    ISSUE = "issue"
    DISCARD = "discard"
    REPORT = "report"
    """阶段反馈: measures and a new date, and the work goes on."""
    ANSWER_TO_CITY = "answer_to_city"
    """The work is done: the region asks for 销号."""
    ANSWER_TO_PROVINCE = "answer_to_province"
    PASS = "pass"  # noqa: S105 - a step, not a password
    RETURN = "return"
    CLOSE = "close"
    REOPEN = "reopen"


_SHARED: Mapping[tuple[Status, Step], Status] = {
    (Status.ISSUED, Step.REPORT): Status.FOLLOWED,
    (Status.FOLLOWED, Step.REPORT): Status.FOLLOWED,
    # 已退回 stays until 销号 is asked for again: what the reviewer wants is still owed.
    (Status.RETURNED, Step.REPORT): Status.RETURNED,
    **{(status, Step.ANSWER_TO_CITY): Status.AWAITING_CITY for status in OWING},
    **{(status, Step.ANSWER_TO_PROVINCE): Status.AWAITING_PROVINCE for status in OWING},
    (Status.AWAITING_CITY, Step.PASS): Status.AWAITING_PROVINCE,
    (Status.AWAITING_CITY, Step.RETURN): Status.RETURNED,
    (Status.AWAITING_PROVINCE, Step.RETURN): Status.RETURNED,
    (Status.AWAITING_PROVINCE, Step.CLOSE): Status.CLOSED,
    (Status.CLOSED, Step.REOPEN): Status.RETURNED,
}
STEPS: Mapping[Kind, Mapping[tuple[Status, Step], Status]] = {
    Kind.ORDER: {
        (Status.DRAFT, Step.EDIT): Status.DRAFT,
        (Status.DRAFT, Step.ISSUE): Status.ISSUED,
        (Status.DRAFT, Step.DISCARD): Status.DISCARDED,
        **_SHARED,
    },
    # A problem is no paper: its words may be put right until it is answered for the first time.
    Kind.PROBLEM: {
        (Status.ISSUED, Step.EDIT): Status.ISSUED,
        (Status.ISSUED, Step.DISCARD): Status.DISCARDED,
        **_SHARED,
    },
}


def problems_of_step(kind: Kind, status: Status, step: Step) -> list[Problem]:
    if (status, step) in STEPS[kind]:
        return []
    here = f"{kind.label}目前为“{status.label}”"
    if step in (Step.EDIT, Step.ISSUE, Step.DISCARD):
        words = {
            Step.EDIT: "内容不能再修改；需要补充要求的，请在退回时写明。",
            Step.ISSUE: "不能再次签发；请刷新页面查看最新情况。",
            Step.DISCARD: "不能作废；已交办的请按程序销号。",
        }[step]
        return [Problem("closed", f"{here}，{words}")]
    if step in (Step.REPORT, Step.ANSWER_TO_CITY, Step.ANSWER_TO_PROVINCE):
        return [Problem("not_owing", f"{here}，{_NO_ANSWER[status]}")]
    if step is Step.REOPEN:
        return [Problem("not_closed", f"{here}，尚未销号，无需重新打开。")]
    return [Problem("not_awaiting", f"{here}，不在待审核状态，可能已被他人处理；请刷新页面查看。")]


_NO_ANSWER = {
    Status.DRAFT: "尚未交办，暂不需要反馈。",
    Status.AWAITING_CITY: "反馈已报送，正在等待设区市审核；如需补充，请联系审核人员退回。",
    Status.AWAITING_PROVINCE: "反馈已报送，正在等待省级核实；如需补充，请联系审核人员退回。",
    Status.CLOSED: "已办结归档，不能再反馈；情况有变化的，请联系省级协调员重新打开。",
    Status.DISCARDED: "无需反馈。",
}
