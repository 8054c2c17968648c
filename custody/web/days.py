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


def read_day(args: Mapping[str, str], today: date) -> Day:
    """The day of `as_of`; today where it is missing, cannot be read or has not come yet."""
    text = args.get("as_of", "").strip()
    if not text:
        return Day(today, False)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        words = f"日期“{text[:20]}”无法识别，请按“2026-11-22”的样式填写；下面显示今天的情况。"
        return Day(today, False, Problem("as_of", words, "as_of"))
    if day > today:
        words = "截至日期不能晚于今天，请重新选择；下面显示今天的情况。"
        return Day(today, False, Problem("as_of", words, "as_of"))
    return Day(day, day < today)
