"""What a contract says about milestones, so that nobody types it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Fact(NamedTuple):
    label: str
    value: str
    day: date | None = None
    """The day the fact is about, where it is one."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A contract in force as milestones need it: the terms of today, measures added up."""

    id: int
    title: str
    signed: bool
    company: str
    notice_on: date | None
    awarded_on: date | None
    award_price: Decimal | None
    signed_on: date | None
    total: Decimal | None
    filing_number: str
    filed_on: date | None
    investment: Decimal | None
    area: Decimal
    area_done: Decimal
    measures: int
    measures_done: int
    last_done_on: date | None
    accepted_on: date | None
    starts_on: date | None
    ends_on: date | None


CODES = ("M12", "M13", "M14", "M18", "M19", "M20")


def facts(one: Summary) -> dict[str, list[Fact]]:
    """Milestone code → what the contract knows of it; codes of which it knows nothing are absent."""
    area = ""
    if one.measures:
        area = f"已完成 {one.area_done:,.0f} / {one.area:,.0f} 平方米"
    found = {
        "M12": [
            _day("招标公告", one.notice_on),
            _day("中标日期", one.awarded_on),
            _money("中标价", one.award_price),
        ],
        "M13": [
            _day("签订日期", one.signed_on),
            Fact("节能服务公司", one.company),
            _money("合同总额", one.total),
        ],
        "M14": [Fact("备案号", one.filing_number), _day("备案日期", one.filed_on)],
        "M18": [
            _money("改造投资", one.investment),
            Fact("改造面积", area),
            Fact(
                "改造措施",
                f"已完成 {one.measures_done} / {one.measures} 项" if one.measures else "",
                one.last_done_on if one.measures and one.measures == one.measures_done else None,
            ),
        ],
        "M19": [_day("竣工验收", one.accepted_on)],
        "M20": [_day("起算日", one.starts_on), _day("到期日", one.ends_on)],
    }
    known = {code: [fact for fact in rows if fact.value] for code, rows in found.items()}
    return {code: rows for code, rows in known.items() if rows}


_DONE = {
    "M12": "中标日期",
    "M13": "签订日期",
    "M14": "备案日期",
    "M18": "改造措施",
    "M19": "竣工验收",
    "M20": "起算日",
}
"""Which of a milestone's facts is the day it was done."""


def done_on(code: str, contracts: Sequence[Summary], today: date) -> date | None:
    """The day a milestone was done according to the first signed contract that knows; not a future one."""
    for one in contracts:
        if not one.signed:
            continue
        for fact in facts(one).get(code, ()):
            if fact.label == _DONE.get(code) and fact.day and fact.day <= today:
                return fact.day
    return None


def _day(label: str, day: date | None) -> Fact:
    return Fact(label, f"{day.year}年{day.month}月{day.day}日" if day else "", day)


def _money(label: str, value: Decimal | None) -> Fact:
    return Fact(label, "" if value is None else f"{value / 10000:,.2f} 万元")
