"""A year's holidays and make-up days as people write them: 「2月5日至11日 休 春节」."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from custody.kernel.problems import Problem

MOST = 200
"""Days of one year that may be entered (our choice: a year has some 40)."""
_WORDS = {
    "休": False,
    "放假": False,
    "休息": False,
    "节假日": False,
    "班": True,
    "上班": True,
    "调休上班": True,
    "工作日": True,
}
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_DATE_LIKE = re.compile(r"[\d\s年月日至到~—–/.:-]+")
_LAST = re.compile(r"(\d{1,2})日")
_TO = re.compile(r"至|到|~|—+|–")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One day that differs from Monday to Friday, or is said once more."""

    day: date
    working: bool
    name: str

    @property
    def words(self) -> str:
        return f"{self.day.month}月{self.day.day}日{'班' if self.working else '休'}{self.name}"


@dataclass(frozen=True, slots=True)
class Read:
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def cells_of(text: str) -> list[tuple[int, list[str]]]:
    """Pasted text as numbered rows of cells: tabs, commas or spaces between them."""
    rows = []
    for number, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), 1):
        cells = [cell for cell in re.split(r"[\t,;、 ]+", line.strip()) if cell]
        if cells:
            rows.append((number, cells))
    return rows


def read(rows: Iterable[tuple[int, Sequence[str]]], year: int) -> Read:
    """Rows of (date or span, 休 or 班, name) as days of the year; every problem with its row."""
    found: dict[date, Entry] = {}
    problems: list[Problem] = []
    for number, cells in rows:
        texts = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
        texts = [text for text in texts if text]
        if not texts or _is_heading(texts):
            continue
        entries, wrong = _row(texts, year)
        problems += [_problem(number, words) for words in wrong]
        for entry in entries:
            other = found.setdefault(entry.day, entry)
            if other.working != entry.working:
                words = f"{entry.day.month}月{entry.day.day}日前面已写为“{_kind(other.working)}”"
                problems.append(_problem(number, f"{words}，与本行不一致，请核对后保留一处。"))
    if len(found) > MOST:
        problems.append(
            Problem("many", f"共写了{len(found)}天，一年不应超过{MOST}天，请核对。", "rows")
        )
    return Read(tuple(sorted(found.values())), tuple(problems))


def _is_heading(texts: Sequence[str]) -> bool:
    """A title (across merged cells too) or the names of the columns, not a date that is written wrong."""
    if not any(sign.isdigit() for sign in texts[0]):
        return True
    return len(set(texts)) == 1 and _DATE_LIKE.fullmatch(texts[0]) is None


def _row(texts: Sequence[str], year: int) -> tuple[list[Entry], list[str]]:
    problems = []
    span = _span(texts[0], year)
    if span is None:
        shown = texts[0][:20]
        problems.append(f"日期“{shown}”无法识别，请写成“{year}-02-05”或“2月5日至11日”。")
    elif span[0].year != year or span[1].year != year:
        problems.append(f"“{texts[0][:30]}”不在{year}年，请改正日期或选择对应的年份。")
    elif span[0] > span[1]:
        problems.append(f"“{texts[0][:30]}”的起止日期颠倒，请改正。")
    kind = texts[1] if len(texts) > 1 else ""
    if kind not in _WORDS:
        shown = f"“{kind[:10]}”" if kind else "空"
        problems.append(f"第二列为{shown}，请写“休”（放假）或“班”（调休上班）。")
    name = texts[2] if len(texts) > 2 else ""
    if len(name) > 40:
        problems.append("名称过长，请控制在40字以内。")
    if problems or span is None:
        return [], problems
    days = (span[1] - span[0]).days + 1
    return [
        Entry(span[0] + timedelta(days=offset), _WORDS[kind], name) for offset in range(days)
    ], []


def _span(text: str, year: int) -> tuple[date, date] | None:
    """First and last day; None for what is no date."""
    parts = [part.strip() for part in _TO.split(text)]
    first = _date(parts[0], year)
    if first is None or len(parts) > 2:
        return None
    if len(parts) == 1:
        return first, first
    short = _LAST.fullmatch(parts[1])
    last = _made(first.year, first.month, int(short[1])) if short else _date(parts[1], year)
    return None if last is None else (first, last)


def _date(text: str, year: int) -> date | None:
    parts = _DATE.fullmatch(text.removesuffix(" 00:00:00"))
    if parts is None:
        return None
    return _made(int(parts[1] or year), int(parts[2]), int(parts[3]))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _kind(working: bool) -> str:
    return "班" if working else "休"


def _problem(number: int, words: str) -> Problem:
    return Problem("row", f"第{number}行：{words}", "rows")


def as_text(entries: Iterable[Entry]) -> str:
    """The days as they are typed, one line for days in a row that are alike."""
    lines: list[str] = []
    for first, last, entry in spans(entries):
        until = f"至{last.isoformat()}" if last > first else ""
        lines.append(f"{first.isoformat()}{until} {_kind(entry.working)} {entry.name}".rstrip())
    return "\n".join(lines)


def spans(entries: Iterable[Entry]) -> list[tuple[date, date, Entry]]:
    """(first, last, the like of all of them) of days in a row that are alike."""
    found: list[tuple[date, date, Entry]] = []
    for entry in sorted(entries):
        if found:
            first, last, like = found[-1]
            alike = (like.working, like.name) == (entry.working, entry.name)
            if alike and entry.day - last == timedelta(days=1):
                found[-1] = (first, entry.day, like)
                continue
        found.append((entry.day, entry.day, entry))
    return found


def missing_words(year: int, *, here: bool = False) -> str:
    """What an administrator reads about a year nobody has entered; `here`: on the calendar itself."""
    where = "本页" if here else "“工作日历”中"
    return (
        f"{year}年节假日安排尚未录入，目前按周一至周五为工作日推算；"
        f"国务院办公厅印发放假通知后，请在{where}录入。"
    )
