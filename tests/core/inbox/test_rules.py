"""Who is told what: the table walked through, and what must hold whatever happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.accounts.rules import LEVELS_OF_ROLE, Place, Role
from custody.audit.rules import ACTIONS
from custody.inbox import rules
from custody.inbox.rules import Channel, Due, Group, Happened, Mark, Person

YIXING = Place("320000", "320200", "320282")
XISHAN = Place("320000", "320200", "320205")
QINHUAI = Place("320000", "320100", "320104")
WUXI, JIANGSU, OTHER = Place("320000", "320200"), Place("320000"), Place("990000")
AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
BEFORE = AT - timedelta(days=300)

NAMES = {
    1: (Role.COORDINATOR, JIANGSU),
    2: (Role.COORDINATOR, JIANGSU),
    3: (Role.CITY_REVIEWER, WUXI),
    4: (Role.OFFICER, YIXING),
    5: (Role.OFFICER, YIXING),
    6: (Role.OFFICER, XISHAN),
    7: (Role.OFFICER, QINHUAI),
    8: (Role.LEADER, JIANGSU),
    9: (Role.LEADER, WUXI),
    10: (Role.LEADER, YIXING),
    11: (Role.AUDITOR, JIANGSU),
    12: (Role.SYSADMIN, JIANGSU),
    13: (Role.COORDINATOR, OTHER),
    14: (Role.OFFICER, Place("990000", "990100", "990000001")),
}
PEOPLE = [Person(number, role, place, BEFORE) for number, (role, place) in NAMES.items()]


def event(action: str, place: Place | None = YIXING, number: int = 1, **rest: object) -> Happened:
    made = Happened(
        id=number,
        at=AT,
        actor=None,
        actor_name="韩协",
        action=action,
        kind=action.partition(".")[0],
        subject="7",
        label=f"宜兴市 M{number:02}",
        place=place,
        note="",
        page="/regions/320282/milestones/M18",
    )
    return replace(made, **rest)  # type: ignore[arg-type]


def told(*events: Happened) -> set[int]:
    return {message.account for message in rules.messages(events, PEOPLE)}


@pytest.mark.parametrize(
    ("action", "place", "wanted"),
    [
        ("milestone.submitted", YIXING, {3}),
        ("milestone.submitted", QINHUAI, {1, 2}),  # its city has no reviewer
        ("milestone.withdrawn", YIXING, {3}),
        ("milestone.passed", YIXING, {1, 2, 4, 5}),
        ("milestone.returned", YIXING, {3, 4, 5}),
        ("milestone.confirmed", XISHAN, {3, 6}),
        ("milestone.reopened", QINHUAI, {7}),
        ("milestone.replanned", YIXING, {3, 4, 5}),
        ("stage.passed", YIXING, {3, 4, 5, 9, 10}),
        ("brief.published", JIANGSU, {1, 2, 8, 11}),
        ("brief.published", WUXI, {3, 8, 9}),
        ("brief.published", YIXING, {4, 5, 8, 9, 10}),
        ("supervision.issued", YIXING, {3, 4, 5, 9, 10}),
        ("supervision.reported", YIXING, {1, 2, 3}),
        ("supervision.reported", QINHUAI, {1, 2}),
        ("supervision.answered", YIXING, {3}),
        ("supervision.answered", QINHUAI, {1, 2}),
        ("supervision.passed", YIXING, {1, 2, 4, 5}),
        ("supervision.returned", YIXING, {3, 4, 5}),
        ("supervision.closed", YIXING, {3, 4, 5}),
        ("settlement.signed", YIXING, {1, 2, 3, 4, 5}),
        ("settlement.paid", QINHUAI, {1, 2, 7}),
        ("target.entered", YIXING, {1, 2}),
        ("target.entered", JIANGSU, set()),
        ("supervision.escalated", YIXING, {3, 4, 5, 9, 10}),
        ("order.signed", YIXING, {1, 2, 3, 4, 5}),
        ("project.returned", YIXING, {4, 5}),
        ("target.returned", YIXING, {4, 5}),
        ("target.returned", WUXI, {3}),
        ("target.confirmed", JIANGSU, {1, 2}),
        ("milestone.updated", YIXING, set()),
        ("milestone.evidence_downloaded", YIXING, set()),
        ("something.new", YIXING, set()),
        ("milestone.returned", None, set()),
    ],
)
def test_who_is_told(action: str, place: Place | None, wanted: set[int]) -> None:
    assert told(event(action, place)) == wanted


def test_every_told_action_of_today_s_domains_is_written_somewhere() -> None:
    built = {"milestone", "stage", "brief", "supervision", "contract", "order", "target", "project"}
    ours = {action for action in rules.TELL if action.partition(".")[0] in built}
    assert ours <= set(ACTIONS)
    assert len(ours) > 8


def test_nobody_hears_of_what_they_did_themselves() -> None:
    assert told(event("milestone.returned", actor=3)) == {4, 5}


def test_nobody_hears_of_what_was_before_them() -> None:
    newcomer = [replace(person, since=AT + timedelta(seconds=1)) for person in PEOPLE]
    assert rules.messages([event("milestone.returned")], newcomer) == []


def test_a_batch_is_one_message_in_words() -> None:
    batch = [event("milestone.confirmed", number=n) for n in range(1, 21)]
    found = [m for m in rules.messages(batch, PEOPLE) if m.account == 4]
    assert len(found) == 1
    assert found[0].title.startswith("已确认销号20项里程碑：宜兴市 M01、宜兴市 M02")
    assert found[0].title.endswith("等20项")
    assert found[0].page == "/regions/320282"
    assert found[0].key == "event:1"


def test_a_batch_over_regions_is_told_to_each_as_far_as_it_is_theirs() -> None:
    batch = [event("milestone.confirmed", YIXING, 1), event("milestone.confirmed", XISHAN, 2)]
    titles = {m.account: m.title for m in rules.messages(batch, PEOPLE)}
    assert titles[4] == "已确认销号：宜兴市 M01"
    assert titles[6] == "已确认销号：宜兴市 M02"
    assert titles[3].startswith("已确认销号2项里程碑")


def test_a_reason_is_the_detail() -> None:
    found = rules.messages([event("milestone.returned", note="缺盖章页。")], PEOPLE)
    assert {m.detail for m in found} == {"韩协：缺盖章页。"}
    found = rules.messages([event("milestone.confirmed")], PEOPLE)
    assert {m.detail for m in found} == {"经办人：韩协"}


def test_several_submissions_at_once_lead_to_the_queue() -> None:
    batch = [event("milestone.passed", number=n) for n in (1, 2)]
    pages = {m.account: m.page for m in rules.messages(batch, PEOPLE)}
    assert pages[1] == "/queue"
    assert pages[4] == "/regions/320282"  # officers have no queue


places = st.sampled_from([YIXING, XISHAN, QINHUAI, WUXI, JIANGSU, OTHER])
happened = st.builds(
    event,
    st.sampled_from([*rules.TELL, "milestone.updated"]),
    places,
    st.integers(1, 9),
    actor=st.sampled_from([None, *NAMES]),
)


@given(st.lists(happened, max_size=12))
def test_what_always_holds(events: list[Happened]) -> None:
    messages = rules.messages(events, PEOPLE)
    keys = [(m.account, m.key) for m in messages]
    assert len(keys) == len(set(keys))
    people = {person.id: person for person in PEOPLE}
    for message in messages:
        person = people[message.account]
        about = [e for e in events if e.id == message.event]
        assert any(e.place and e.place.province == person.place.province for e in about)
        # Nobody hears of a place beyond their own, in either direction.
        assert any(
            e.place and (person.place.covers(e.place) or e.place.covers(person.place))
            for e in about
        )
        assert message.group in rules.groups_for(person.role)
        assert len(message.title) <= 400


def test_every_group_a_role_hears_of_can_be_chosen() -> None:
    for role in Role:
        assert rules.groups_for(role)
    assert Group.REVIEW not in rules.groups_for(Role.OFFICER)
    assert rules.groups_for(Role.SYSADMIN) == (Group.SYSTEM,)
    assert set(rules.DEFAULTS) == set(Group)
    assert set(LEVELS_OF_ROLE) == set(Role)


def test_choices_that_make_no_sense_are_the_default() -> None:
    assert rules.channel_of({}, Group.RESULT) is Channel.NOW
    assert rules.channel_of({"result": "none"}, Group.RESULT) is Channel.NONE
    assert rules.channel_of({"result": "pigeon"}, Group.RESULT) is Channel.NOW


# --- deadlines --------------------------------------------------------------------------------

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("left", "mark"),
    [(8, None), (7, Mark.WEEK), (2, Mark.WEEK), (1, Mark.DAY), (0, Mark.DAY), (-1, Mark.LATE)],
)
def test_when_somebody_is_reminded(left: int, mark: Mark | None) -> None:
    assert rules.mark_of(TODAY + timedelta(days=left), TODAY) is mark


def due(day: date, place: Place = YIXING, **rest: object) -> Due:
    made = Due(
        "milestone", "7", day, "宜兴市 M10 采购需求", place, "/regions/320282/milestones/M10"
    )
    return replace(made, **rest)  # type: ignore[arg-type]


def test_one_message_for_all_of_a_day() -> None:
    dues = [due(date(2026, 11, 29), subject=str(n), title=f"M{n:02}") for n in range(1, 9)]
    found = rules.reminders(dues, PEOPLE, today=TODAY, now=AT)
    assert {m.account for m in found} == {4, 5}
    [key] = {m.key for m in found}
    assert key.startswith("due:milestone:7:2026-11-29:")
    assert len(key) <= 80
    assert found[0].title == "7天后（11月29日）到期：M01、M02、M03、M04、M05、M06等8项"
    assert found[0].page == "/regions/320282"


def test_what_is_late_says_by_how_much_and_a_late_gate_is_told_to_the_city_too() -> None:
    late = due(date(2026, 11, 6), gate=True)
    found = rules.reminders([late], PEOPLE, today=TODAY, now=AT)
    assert {m.account for m in found} == {3, 4, 5}
    assert found[0].title.startswith("已逾期16天：")


def test_what_nobody_must_do_is_not_reminded_of() -> None:
    assert rules.reminders([due(TODAY, remind=False)], PEOPLE, today=TODAY, now=AT) == []


@given(st.integers(-400, 400))
def test_a_deadline_s_key_changes_only_with_its_mark(left: int) -> None:
    day = TODAY + timedelta(days=left)
    keys = {m.key for m in rules.reminders([due(day)], PEOPLE, today=TODAY, now=AT)}
    mark = rules.mark_of(day, TODAY)
    stems = {key.rpartition(":")[0] for key in keys}
    assert stems == ({f"due:milestone:{mark.value}:{day}"} if mark else set())


@given(st.lists(st.sets(st.sampled_from("ABCDEF")), max_size=6))
def test_each_thing_is_told_once_whatever_else_is_due_that_day(mornings: list[set[str]]) -> None:
    """Things come and go; a morning names those that no morning before it has named."""
    told: set[rules.Told] = set()
    seen: set[str] = set()
    keys: list[tuple[int, str]] = []
    for there in mornings:
        dues = [due(date(2026, 11, 6), subject=one, title=one) for one in sorted(there)]
        found = rules.reminders(dues, PEOPLE, today=TODAY, now=AT, told=told)
        new = there - seen
        assert [set(m.about) for m in found] == ([new, new] if new else [])
        assert all(m.title == f"已逾期16天：{'、'.join(sorted(new))}" for m in found)
        for message in found:
            told |= rules.told_of(message.account, message.key, message.about)
            keys.append((message.account, message.key))
        seen |= there
    assert len(keys) == len(set(keys))


# --- addresses and mails ----------------------------------------------------------------------


def test_pages() -> None:
    assert rules.page_of("milestone", "7", region="320282", code="M18") == (
        "/regions/320282/milestones/M18"
    )
    assert rules.page_of("milestone", "7") == ""
    assert rules.page_of("brief", "3") == "/briefs/3"
    assert rules.page_of("unheard of", "3") == ""


def test_a_mail_is_tried_a_few_times_at_growing_distances() -> None:
    waits = []
    for tries in range(1, 20):
        again = rules.next_try(tries, AT)
        if again is None:
            break
        waits.append(again - AT)
    assert waits == sorted(waits)
    assert len(waits) == 5
    assert sum(waits, timedelta()) > timedelta(hours=8)
