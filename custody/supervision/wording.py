"""Who waits for whom, and how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from custody.supervision.rules import OWING, Kind, Level, Status, raised


@dataclass(frozen=True, slots=True)
class Stand:
    """What of an order or problem its words and its colour on a day depend on."""

    kind: Kind
    status: Status
    level: Level
    due: date | None
    promised: date | None
    escalated: bool
    answers: int

    @property
    def deadline(self) -> date | None:
        """What the region is measured by: the day it promised itself while the work goes on."""
        if self.status is Status.FOLLOWED and self.promised:
            return self.promised
        return self.due

    def days_over(self, today: date) -> int:
        """Days the region is over its deadline; 0 where it is not its turn."""
        if self.status not in OWING or self.deadline is None:
            return 0
        return max(0, (today - self.deadline).days)

    def unanswered(self, today: date) -> bool:
        """An order handed over, its day gone, and not one answer."""
        return (
            self.kind is Kind.ORDER
            and self.status is Status.ISSUED
            and not self.answers
            and self.due is not None
            and today > self.due
        )

    def to_escalate(self, today: date) -> bool:
        """Once in the life of an order."""
        return self.unanswered(today) and not self.escalated

    def level_on(self, today: date) -> Level:
        """The colour that is shown: one higher from the day after the deadline, recorded or not."""
        return raised(self.level) if self.to_escalate(today) else self.level


def turn_words(
    stand: Stand,
    *,
    region: str,
    city: str,
    city_reviews: bool,
    waited: int,
    today: date,
) -> str:
    """待宜兴市反馈，还有3天 … `city`: its short name; `waited`: working days at the present desk."""
    status = stand.status
    if status is Status.AWAITING_CITY and city_reviews:
        return _since(f"待{city}市局审核", waited)
    if status.awaiting:
        return _since("待省局核实", waited)
    if status in (Status.DRAFT, Status.CLOSED, Status.DISCARDED):
        return {
            Status.DRAFT: "待省局签发",
            Status.CLOSED: "已办结归档",
            Status.DISCARDED: "已作废",
        }[status]
    doing = {
        Status.ISSUED: "反馈" if stand.kind is Kind.ORDER else "整改",
        Status.FOLLOWED: "整改",
        Status.RETURNED: "补充整改",
    }[status]
    return f"待{region}{doing}{_left(stand.deadline, today)}"


def _since(desk: str, waited: int) -> str:
    return f"{desk}，已{waited}个工作日" if waited else f"{desk}，今天报送"


def _left(deadline: date | None, today: date) -> str:
    if deadline is None:
        return ""
    days = (deadline - today).days
    if days < 0:
        return f"，已逾期{-days}天"
    return f"，还有{days}天" if days else "，今天到期"
