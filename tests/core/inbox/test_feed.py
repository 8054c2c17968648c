"""The feed as a calendar program reads it, and line by line as RFC 5545 wants it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from custody.accounts.rules import Place
from custody.inbox.feed import calendar
from custody.inbox.rules import Due
from custody.infra.clock import SHANGHAI

YIXING = Place("320000", "320200", "320282")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=SHANGHAI)
BASE = "https://nengyuan.example.gov.cn"


def due(title: str = "宜兴市 M18 节能技术改造", day: date = date(2026, 11, 30), **rest: str) -> Due:
    return Due(
        kind="milestone",
        subject="55",
        day=day,
        title=title,
        place=YIXING,
        page="/regions/320282/milestones/M18",
        note=rest.get("note", "请抓紧办理。"),
        state=rest.get("state", "进行中"),
    )


def made(*dues: Due, base: str = BASE) -> bytes:
    return calendar(dues, name="宜兴市", now=NOW, today=NOW.date(), base_url=base)


def strictly(body: bytes) -> list[str]:
    """The unfolded lines, after the rules on lines of RFC 5545 3.1."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    lines = body.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines), max(lines, key=len)
    return body.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_client_reads_it() -> None:
    book = Calendar.from_ical(made(due()))
    assert book["VERSION"] == "2.0"
    assert book["PRODID"]
    assert str(book["X-WR-CALNAME"]) == "能源费用托管（宜兴市）"
    [event] = book.walk("VEVENT")
    assert event.decoded("dtstart") == date(2026, 11, 30)
    assert event.decoded("dtend") == date(2026, 12, 1)
    assert event.decoded("dtstamp") == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "宜兴市 M18 节能技术改造"
    assert event["SUMMARY"].params["LANGUAGE"] == "zh-CN"
    assert "目前：进行中" in str(event["DESCRIPTION"])
    assert str(event["URL"]) == f"{BASE}/regions/320282/milestones/M18"


def test_every_line_is_as_the_standard_wants_it() -> None:
    lines = strictly(made(due("很长的名称，" * 30 + "；带\\和换行\n以及,")))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    for name in ("VERSION", "PRODID"):
        assert sum(line.startswith(f"{name}:") for line in lines) == 1
    inside = lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")]
    for name in ("UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "DTEND;VALUE=DATE:"):
        assert sum(line.startswith(name) for line in inside) == 1, name


def test_the_same_thing_keeps_its_name_when_its_day_moves() -> None:
    before, after = made(due()), made(due(day=date(2026, 12, 15), state="已退回"))
    names = [Calendar.from_ical(one).walk("VEVENT")[0]["UID"] for one in (before, after)]
    assert names[0] == names[1] == "milestone-55@320000.custody"


def test_what_is_late_says_so() -> None:
    [event] = Calendar.from_ical(made(due(day=date(2026, 11, 6)))).walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("［逾期16天］")


def test_without_an_address_of_the_site_there_are_no_links() -> None:
    assert b"URL" not in made(due(), base="")


def test_an_empty_calendar_is_one() -> None:
    assert Calendar.from_ical(made()).walk("VEVENT") == []
    strictly(made())


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=120),
    st.dates(date(2020, 1, 1), date(2090, 1, 1)),
)
def test_any_title_and_day_come_back(title: str, day: date) -> None:
    body = calendar([due(title, day)], name="宜兴市", now=NOW, today=day, base_url=BASE)
    strictly(body)
    [event] = Calendar.from_ical(body).walk("VEVENT")
    assert str(event["SUMMARY"]) == title
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)
