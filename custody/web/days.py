"""The day a page looks at, as it stands in an address: `as_of`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from custody.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Day:
    """The day a page is about; with a problem it is today and the page says why."""

    on: date
    past: bool
    problem: Problem | None = None


def day_or_none(text: str) -> date | None:
    """A day as an address names it; None for what is none, or lies where no database can follow."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def read_day(args: Mapping[str, str], today: date) -> Day:
    """The day of `as_of`; today where it is missing, cannot be read or has not come yet."""
    text = args.get("as_of", "").strip()
    if not text:
        return Day(today, False)
    day = day_or_none(text)
    if day is None:
        words = f"日期“{text[:20]}”无法识别，请按“2026-11-22”的样式填写；下面显示今天的情况。"
        return Day(today, False, Problem("as_of", words, "as_of"))
    if day > today:
        words = "截至日期不能晚于今天，请重新选择；下面显示今天的情况。"
        return Day(today, False, Problem("as_of", words, "as_of"))
    return Day(day, day < today)
