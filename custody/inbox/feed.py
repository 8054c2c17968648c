"""Pure: what is due as an iCalendar file (RFC 5545) that Outlook, WPS and phones subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vDuration

from custody.inbox.rules import Due

_KINDS = {
    "milestone": "里程碑",
    "batch": "年度目标",
    "task": "年度任务",
    "month": "月度填报",
    "brief": "工作简报",
    "supervision": "督办",
    "settlement": "结算付款",
}
_REFRESH = timedelta(hours=6)


def calendar(
    dues: Iterable[Due], *, name: str, now: datetime, today: date, base_url: str = ""
) -> bytes:
    """One all-day event a thing. The same thing keeps its UID, so a moved deadline moves in the client."""
    book = Calendar()
    book.add("prodid", "-//custody//整区能源费用托管//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", f"能源费用托管（{name}）")
    book.add("x-wr-timezone", "Asia/Shanghai")
    book.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    book.add("x-published-ttl", "PT6H")
    for due in dues:
        book.add_component(_event(due, now=now, today=today, base_url=base_url))
    return bytes(book.to_ical())


def _event(due: Due, *, now: datetime, today: date, base_url: str) -> Event:
    chinese = {"LANGUAGE": "zh-CN"}
    event = Event()
    event.add("uid", f"{due.kind}-{due.subject}@{due.place.province}.custody")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    late = (today - due.day).days if due.remind else 0
    title = f"［逾期{late}天］{due.title}" if late > 0 else due.title
    event.add("summary", title, parameters=chinese)
    words = [f"目前：{due.state}" if due.state else "", due.note if due.remind else ""]
    url = f"{base_url}{due.page}" if base_url and due.page else ""
    description = "\n".join(line for line in [*words, url] if line)
    if description:
        event.add("description", description, parameters=chinese)
    if url:
        event.add("url", url)
    event.add("categories", [_KINDS.get(due.kind, "期限")])
    event.add("transp", "TRANSPARENT")
    return event
