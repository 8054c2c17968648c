"""Who is told of what, and in which words. ONE table: action → notices; what is not in it is not told.

Pure: people and events come in as plain values. Nobody is told of what they did themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from custody.accounts.rules import ALLOWED, Can, Place, Role


class Group(StrEnum):
    """What messages are filtered and mailed by."""

    REVIEW = "review"
    RESULT = "result"
    DEADLINE = "deadline"
    SUPERVISION = "supervision"
    CONTRACT = "contract"
    TARGET = "target"
    BRIEF = "brief"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]

    @property
    def about(self) -> str:
        """What it covers, for the settings."""
        return _GROUP_ABOUT[self]


_GROUP_LABELS = {
    Group.REVIEW: "待我审核",
    Group.RESULT: "审核结果",
    Group.DEADLINE: "期限提醒",
    Group.SUPERVISION: "督办",
    Group.CONTRACT: "合同和结算",
    Group.TARGET: "年度任务",
    Group.BRIEF: "工作简报",
    Group.SYSTEM: "系统事务",
}
_GROUP_ABOUT = {
    Group.REVIEW: "下级提交、撤回，等您审核或核实",
    Group.RESULT: "退回、通过、确认销号、计划日期调整、阶段变化",
    Group.DEADLINE: "7天后、明天到期和已逾期的事项，本月尚未填报",
    Group.SUPERVISION: "督办下达、反馈、审核、办结",
    Group.CONTRACT: "合同、结算和付款的进展",
    Group.TARGET: "年度任务、节能节水项目的填报、确认和退回",
    Group.BRIEF: "工作简报发布",
    Group.SYSTEM: "后台任务办结、节假日安排录入等",
}


def groups_for(role: Role) -> tuple[Group, ...]:
    """The groups a person of this role ever hears of."""
    hidden = set()
    if role not in (Role.COORDINATOR, Role.CITY_REVIEWER):
        hidden.add(Group.REVIEW)
    if role is Role.SYSADMIN:
        hidden = set(Group) - {Group.SYSTEM}
    return tuple(group for group in Group if group not in hidden)


class Channel(StrEnum):
    """Besides the list in the application, which shows everything."""

    NOW = "now"
    DIGEST = "digest"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"now": "立即发邮件", "digest": "并入每日摘要", "none": "不发邮件"}[self.value]


DEFAULTS: Mapping[Group, Channel] = {
    Group.REVIEW: Channel.DIGEST,
    Group.RESULT: Channel.NOW,
    Group.DEADLINE: Channel.DIGEST,
    Group.SUPERVISION: Channel.NOW,
    Group.CONTRACT: Channel.DIGEST,
    Group.TARGET: Channel.DIGEST,
    Group.BRIEF: Channel.DIGEST,
    Group.SYSTEM: Channel.NONE,
}
"""For people who have given an address and chosen nothing (our choice)."""


def channel_of(choices: Mapping[str, str], group: Group) -> Channel:
    """What the person chose for the group, or the default."""
    chosen = choices.get(group.value, "")
    return Channel(chosen) if chosen in set(Channel) else DEFAULTS[group]


# --- people and events ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    role: Role
    place: Place
    since: datetime
    """What happened before is not news to them."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the journal."""

    id: int
    at: datetime
    actor: int | None
    actor_name: str
    action: str
    kind: str
    subject: str
    label: str
    place: Place | None
    note: str
    page: str = ""
    """The address of what it is about."""


Audience = Callable[[Sequence[Person], Place], Iterable[Person]]


def officers(people: Sequence[Person], place: Place) -> list[Person]:
    """Of the region; of nowhere where it was no region."""
    return [p for p in people if p.role is Role.OFFICER and p.place.region == place.region]


def city(people: Sequence[Person], place: Place) -> list[Person]:
    """The reviewers of the city."""
    reviewers = (p for p in people if p.role is Role.CITY_REVIEWER)
    return [p for p in reviewers if p.place.city == place.city]


def coordinators(people: Sequence[Person], place: Place) -> list[Person]:
    return [p for p in people if p.role is Role.COORDINATOR]


def confirmers(people: Sequence[Person], place: Place) -> list[Person]:
    """Coordinators, for what comes from below; what the province enters itself needs nobody."""
    return coordinators(people, place) if place.city else []


def reviewers(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever has it on the desk first: the city, or the province where the city has no reviewer."""
    return city(people, place) or coordinators(people, place)


def reporters(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever reports for the very place: a region's officers, a city's reviewers."""
    if place.region:
        return officers(people, place)
    return city(people, place) if place.city else coordinators(people, place)


def local(people: Sequence[Person], place: Place) -> list[Person]:
    """The region's officers and its city's reviewers."""
    return [*officers(people, place), *city(people, place)]


def local_leaders(people: Sequence[Person], place: Place) -> list[Person]:
    """Leaders of the region and of its city; those of the province have the board."""
    leaders = (p for p in people if p.role is Role.LEADER and p.place.city)
    return [p for p in leaders if p.place.covers(place)]


def readers(people: Sequence[Person], place: Place) -> list[Person]:
    """Whoever reads briefs at the very place, and the leaders above it."""
    allowed = ALLOWED[Can.READ_BRIEF]
    return [
        p
        for p in people
        if p.role in allowed
        and (p.place == place or (p.role is Role.LEADER and p.place.covers(place)))
    ]


@dataclass(frozen=True, slots=True)
class Notice:
    """Who hears of an action, and the words: {label} for one thing, {n} for several of a batch."""

    to: Audience
    group: Group
    one: str
    many: str


def _notice(to: Audience, group: Group, words: str, unit: str) -> Notice:
    """「已退回」 → 「已退回：宜兴市 M18 …」 and 「已退回3项里程碑：…」."""
    return Notice(to, group, words + "：{label}", words + "{n}" + unit + "：{label}")


_MILESTONE, _CASE, _ITEM = "项里程碑", "件督办", "项任务"
TELL: Mapping[str, tuple[Notice, ...]] = {
    "milestone.submitted": (_notice(reviewers, Group.REVIEW, "待您审核", _MILESTONE),),
    "milestone.withdrawn": (_notice(reviewers, Group.REVIEW, "已撤回提交", _MILESTONE),),
    "milestone.passed": (
        _notice(coordinators, Group.REVIEW, "待您核实", _MILESTONE),
        _notice(officers, Group.RESULT, "市级已通过，报省级核实", _MILESTONE),
    ),
    "milestone.returned": (_notice(local, Group.RESULT, "已退回", _MILESTONE),),
    "milestone.confirmed": (_notice(local, Group.RESULT, "已确认销号", _MILESTONE),),
    "milestone.accepted_not_applicable": (
        _notice(local, Group.RESULT, "已认定不适用", _MILESTONE),
    ),
    "milestone.reopened": (_notice(local, Group.RESULT, "已撤销销号，请重报", _MILESTONE),),
    "milestone.replanned": (_notice(local, Group.RESULT, "计划日期已调整", _MILESTONE),),
    "stage.passed": (
        _notice(local, Group.RESULT, "阶段通过", "个阶段"),
        _notice(local_leaders, Group.RESULT, "阶段通过", "个阶段"),
    ),
    "stage.reopened": (_notice(local, Group.RESULT, "阶段重新打开", "个阶段"),),
    "brief.published": (_notice(readers, Group.BRIEF, "工作简报已发布", "份"),),
    "supervision.issued": (
        _notice(local, Group.SUPERVISION, "收到督办，请按期反馈", _CASE),
        _notice(local_leaders, Group.SUPERVISION, "收到督办", _CASE),
    ),
    "supervision.escalated": (
        _notice(local, Group.SUPERVISION, "逾期未反馈，督办升级", _CASE),
        _notice(local_leaders, Group.SUPERVISION, "逾期未反馈，督办升级", _CASE),
    ),
    "supervision.reported": (
        _notice(city, Group.SUPERVISION, "督办有阶段反馈", _CASE),
        _notice(coordinators, Group.SUPERVISION, "督办有阶段反馈", _CASE),
    ),
    "supervision.answered": (_notice(reviewers, Group.SUPERVISION, "督办反馈待审核", _CASE),),
    "supervision.passed": (
        _notice(coordinators, Group.SUPERVISION, "督办反馈待核实", _CASE),
        _notice(officers, Group.SUPERVISION, "督办反馈市级已通过", _CASE),
    ),
    "supervision.returned": (_notice(local, Group.SUPERVISION, "督办反馈已退回，请补充", _CASE),),
    "supervision.closed": (_notice(local, Group.SUPERVISION, "督办已办结", _CASE),),
    "supervision.reopened": (_notice(local, Group.SUPERVISION, "督办重新打开", _CASE),),
    "contract.added": (
        _notice(city, Group.CONTRACT, "新登记合同", "份"),
        _notice(coordinators, Group.CONTRACT, "新登记合同", "份"),
    ),
    "contract.signed": (
        _notice(city, Group.CONTRACT, "合同已签订", "份"),
        _notice(coordinators, Group.CONTRACT, "合同已签订", "份"),
    ),
    "contract.terminated": (
        _notice(local, Group.CONTRACT, "合同已解除", "份"),
        _notice(coordinators, Group.CONTRACT, "合同已解除", "份"),
    ),
    "order.signed": (
        _notice(local, Group.CONTRACT, "变更单已签署", "份"),
        _notice(coordinators, Group.CONTRACT, "变更单已签署", "份"),
    ),
    "settlement.frozen": (_notice(officers, Group.CONTRACT, "结算单已锁定", "份"),),
    "settlement.signed": (
        _notice(local, Group.CONTRACT, "结算单已签认", "份"),
        _notice(coordinators, Group.CONTRACT, "结算单已签认", "份"),
    ),
    "settlement.paid": (
        _notice(local, Group.CONTRACT, "结算款已支付", "份"),
        _notice(coordinators, Group.CONTRACT, "结算款已支付", "份"),
    ),
    "target.entered": (_notice(confirmers, Group.TARGET, "任务进展待确认", _ITEM),),
    "target.confirmed": (_notice(reporters, Group.TARGET, "任务进展已确认", _ITEM),),
    "target.returned": (_notice(reporters, Group.TARGET, "任务进展已退回，请核改", _ITEM),),
    "project.added": (_notice(confirmers, Group.TARGET, "节能节水项目待确认", "个项目"),),
    "project.confirmed": (_notice(reporters, Group.TARGET, "节能节水项目已确认", "个项目"),),
    "project.returned": (_notice(reporters, Group.TARGET, "节能节水项目已退回，请核改", "个项目"),),
}

PAGES: Mapping[str, str] = {
    "milestone": "/regions/{region}/milestones/{code}",
    "region": "/regions/{region}",
    "brief": "/briefs/{subject}",
    "supervision": "/supervision/{subject}",
    "contract": "/contracts/{subject}",
    "order": "/contracts/{contract}/orders/{code}",
    "settlement": "/settlements/{subject}",
    "target": "/tasks",
    "project": "/projects/{subject}",
    "job": "/jobs/{subject}",
    "calendar": "/admin/calendar",
}
"""Kind of subject → the address of its page. A page that does not exist is not linked to."""


def page_of(
    kind: str, subject: str, *, region: str | None = None, contract: str = "", code: str = ""
) -> str:
    """The address of the page about something; empty where there is none.

    `code`: of a milestone within its region, or the number of an order within its contract.
    """
    if kind not in PAGES or (kind in ("milestone", "region") and not region):
        return ""
    if kind == "order" and not contract:
        return ""
    return PAGES[kind].format(subject=subject, region=region, contract=contract, code=code)


# --- from events to messages ------------------------------------------------------------------

FRESH = timedelta(days=2)
"""What is older when the post office gets to it is not mailed any more."""
FILED = timedelta(days=7)
"""What is older is filed as read: nobody needs to be alarmed by last month."""
_NAMED = 6
"""So many of a batch are named, the others counted."""


@dataclass(frozen=True, slots=True)
class Message:
    """For one person. `key` names what it is about: the same is never told twice."""

    account: int
    key: str
    group: Group
    title: str
    detail: str
    page: str
    at: datetime
    event: int | None = None
    about: tuple[str, ...] = ()
    """Of a reminder: the subjects it names."""


def messages(events: Sequence[Happened], people: Sequence[Person]) -> list[Message]:
    """Everything there is to say, the acts of one batch to one person in one message."""
    heaps: dict[tuple[int, str, int | None, datetime, Notice], list[Happened]] = {}
    for event in events:
        for notice in TELL.get(event.action, ()) if event.place else ():
            assert event.place is not None
            near = [p for p in people if p.place.province == event.place.province]
            for person in notice.to(near, event.place):
                if person.id == event.actor or event.at < person.since:
                    continue
                heap = (person.id, event.action, event.actor, event.at, notice)
                heaps.setdefault(heap, []).append(event)
    told = [_message(heap[0], heap[4], batch) for heap, batch in heaps.items()]
    unique: dict[tuple[int, str], Message] = {}
    for message in told:
        unique.setdefault((message.account, message.key), message)
    return list(unique.values())


def _message(account: int, notice: Notice, batch: Sequence[Happened]) -> Message:
    first = batch[0]
    if len(batch) == 1:
        title = notice.one.format(label=first.label)
    else:
        names = "、".join(event.label for event in batch[:_NAMED])
        more = f"等{len(batch)}项" if len(batch) > _NAMED else ""
        title = notice.many.format(n=len(batch), label=names + more)
    return Message(
        account=account,
        key=f"event:{first.id}",
        group=notice.group,
        title=title[:400],
        detail=f"{first.actor_name}：{first.note}" if first.note else f"经办人：{first.actor_name}",
        page=first.page if len(batch) == 1 else _common_page(notice, batch),
        at=first.at,
        event=first.id,
    )


def _common_page(notice: Notice, batch: Sequence[Happened]) -> str:
    """Where all of a batch can be seen: the reviewer's queue when it waits there, else the region."""
    first = batch[0]
    if notice.group is Group.REVIEW and first.kind == "milestone":
        return "/queue"
    regions = {event.place.region for event in batch if event.place}
    only = regions.pop() if len(regions) == 1 else None
    return page_of("region", only or "", region=only) if only else first.page


# --- deadlines --------------------------------------------------------------------------------


class Mark(StrEnum):
    """When somebody is reminded of a deadline, once each."""

    WEEK = "7"
    DAY = "1"
    LATE = "late"

    @property
    def label(self) -> str:
        return {"7": "7天内到期", "1": "即将到期", "late": "已逾期"}[self.value]


def mark_of(day: date, today: date) -> Mark | None:
    """The most pressing reminder that a deadline asks for today; None while there is time."""
    left = (day - today).days
    if left < 0:
        return Mark.LATE
    if left <= 1:
        return Mark.DAY
    return Mark.WEEK if left <= 7 else None


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a day: for reminders and for the calendar feed."""

    kind: str
    subject: str
    day: date
    title: str
    place: Place
    page: str
    gate: bool = False
    """Of interest to city and province too, not to the region alone."""
    remind: bool = True
    """Somebody must act: it is reminded of, not only shown in calendars."""
    note: str = ""
    """What to do, in a sentence."""
    state: str = ""
    """Where it stands, for the calendar."""


Told = tuple[int, str, str]
"""(person, kind, mark and day as the key of a reminder begins, subject)."""


def told_of(account: int, key: str, about: Iterable[str]) -> set[Told]:
    """What a reminder that was written has told its person."""
    stem = key.rpartition(":")[0]
    return {(account, stem, subject) for subject in about}


def reminders(
    dues: Iterable[Due],
    people: Sequence[Person],
    *,
    today: date,
    now: datetime,
    told: Set[Told] = frozenset(),
) -> list[Message]:
    """One message for all of a person's things of one kind that are due on the same day.

    `told`: what earlier reminders named; it is left out, and what came after them is told by itself.
    """
    heaps: dict[tuple[int, str, Mark, date], list[Due]] = {}
    for due in dues:
        mark = mark_of(due.day, today) if due.remind else None
        if mark is None:
            continue
        near = [p for p in people if p.place.province == due.place.province]
        audience = local if mark is Mark.LATE and due.gate else reporters
        for person in audience(near, due.place):
            if (person.id, _stem(due.kind, mark, due.day), due.subject) not in told:
                heaps.setdefault((person.id, due.kind, mark, due.day), []).append(due)
    return [
        Message(
            account=account,
            key=f"{_stem(kind, mark, day)}:{_digest_of(batch)}",
            group=Group.DEADLINE,
            title=_due_title(mark, day, today, batch),
            detail="；".join(dict.fromkeys(due.note for due in batch if due.note)),
            page=batch[0].page if len(batch) == 1 else _region_page(batch),
            at=now,
            about=tuple(due.subject for due in batch),
        )
        for (account, kind, mark, day), batch in heaps.items()
    ]


def _stem(kind: str, mark: Mark, day: date) -> str:
    return f"due:{kind}:{mark.value}:{day.isoformat()}"


def _digest_of(batch: Sequence[Due]) -> str:
    subjects = "\n".join(sorted(due.subject for due in batch))
    return hashlib.sha256(subjects.encode()).hexdigest()[:16]


def _due_title(mark: Mark, day: date, today: date, batch: Sequence[Due]) -> str:
    names = "、".join(due.title for due in batch[:_NAMED])
    more = f"等{len(batch)}项" if len(batch) > _NAMED else ""
    if mark is Mark.LATE:
        when = f"已逾期{(today - day).days}天"
    else:
        left = (day - today).days
        when = {0: "今天到期", 1: "明天到期"}.get(
            left, f"{left}天后（{day.month}月{day.day}日）到期"
        )
    return f"{when}：{names}{more}"[:400]


def _region_page(batch: Sequence[Due]) -> str:
    regions = {due.place.region for due in batch}
    only = regions.pop() if len(regions) == 1 else None
    return f"/regions/{only}" if only else ""


# --- e-mail -----------------------------------------------------------------------------------

BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""How long to wait before the second, third … attempt; after the last a mail is given up."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    return now + BACKOFF[tries - 1] if tries <= len(BACKOFF) else None


DIGEST_AT = (8, 30)
CODE_LIVES = timedelta(minutes=30)
CODE_NEW = timedelta(seconds=30)
"""So long after a code another one to the same address is a second click (our choice)."""
CODE_TRIES = 5
CODES_AN_HOUR = 5


def is_new_code(until: datetime | None, now: datetime) -> bool:
    """Did the code that is good until then go out a moment ago?"""
    return until is not None and now < until - CODE_LIVES + CODE_NEW
