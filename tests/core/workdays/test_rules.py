"""A year's days as people paste them: read, or refused row by row."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.workdays import rules
from custody.workdays.rules import Entry

PASTED = """日期\t休/班\t名称
2027年1月1日至3日\t休\t元旦
2027-02-05至2027-02-11 休 春节
1月30日，班，春节
２月２０日 上班 春节
5月1日~5日 放假 劳动节
"""


def read(text: str, year: int = 2027) -> rules.Read:
    return rules.read(rules.cells_of(text), year)


def test_what_people_paste_is_read() -> None:
    found = read(PASTED)
    assert found.problems == ()
    days = {entry.day: (entry.working, entry.name) for entry in found.entries}
    assert len(days) == 3 + 7 + 1 + 1 + 5
    assert days[date(2027, 1, 2)] == (False, "元旦")
    assert days[date(2027, 2, 11)] == (False, "春节")
    assert days[date(2027, 1, 30)] == (True, "春节")
    assert days[date(2027, 2, 20)] == (True, "春节")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2月30日 休 春节", "第1行：日期“2月30日”无法识别"),
        ("2026-02-05 休 春节", "不在2027年"),
        ("2月11日至5日 休 春节", "起止日期颠倒"),
        ("2月5日 歇 春节", "第二列为“歇”"),
        ("2月5日", "第二列为空"),
        ("2月5日至2月8日至9日 休 春节", "无法识别"),
        ("2月5日 休 " + "长" * 41, "名称过长"),
    ],
)
def test_every_mistake_has_its_row_and_says_what_to_do(row: str, words: str) -> None:
    [problem] = read(row).problems
    assert words in problem.message


def test_all_mistakes_are_told_at_once() -> None:
    found = read("2月30日 休\n1月1日 休 元旦\n3月3日 歇\n1月1日 班 元旦")
    assert [problem.message[:3] for problem in found.problems] == ["第1行", "第3行", "第4行"]
    assert "与本行不一致" in found.problems[-1].message


def test_a_whole_year_off_is_a_slip() -> None:
    assert "不应超过200天" in read("1月1日至12月31日 休 放假").problems[0].message


entries = st.lists(
    st.builds(
        Entry,
        st.dates(date(2027, 1, 1), date(2027, 12, 31)),
        st.booleans(),
        st.sampled_from(["", "元旦", "春节", "国庆节"]),
    ),
    unique_by=lambda entry: entry.day,
    max_size=60,
).map(lambda found: tuple(sorted(found)))


@given(entries)
def test_what_is_written_out_is_read_again(found: tuple[Entry, ...]) -> None:
    again = read(rules.as_text(found))
    assert again.problems == ()
    assert again.entries == found


@given(entries)
def test_spans_hold_every_day_once(found: tuple[Entry, ...]) -> None:
    days = [
        first + timedelta(days=n)
        for first, last, _ in rules.spans(found)
        for n in range((last - first).days + 1)
    ]
    assert days == [entry.day for entry in found]


@given(st.text(max_size=60))
def test_anything_may_be_pasted(text: str) -> None:
    found = read(text)
    assert all(problem.message.endswith("。") for problem in found.problems)
