"""The demonstration year as a list of acts in the order of time; the same for the same seed.

Pure data out of courses.py and a seeded dice: nothing here touches a database. Everything happens
on working days in office hours.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from custody.accounts.rules import Place
from custody.briefs.rules import Form
from custody.demo import people, phrases, rosters
from custody.demo.courses import YEAR, Mark, Plan, Step, day, parse
from custody.demo.plans import PLANS
from custody.infra import clock
from custody.infra.workdays import is_working_day

SEED = 2026
START = clock.at(date(YEAR, 1, 5))
"""When the programme is taken into the system: notice and accounts."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something at a moment. `what` is a Mark or one of the words of play.py."""

    at: datetime
    actor: str
    what: str
    region: str = ""
    codes: tuple[str, ...] = ()
    percent: int = 0
    day: date | None = None
    words: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """What the story must know of a milestone: its code, its plan and whether it is a gate."""

    code: str
    planned: date | None
    gate: bool = False


def acts(dues: Mapping[str, Sequence[Due]], *, until: datetime, seed: int = SEED) -> list[Act]:
    """Everything that happened before `until`. `dues`: region code → its first milestones."""
    told: list[Act] = []
    for number, seat in enumerate(people.seats()):
        dice = random.Random(f"{seed}-{seat.code}")  # noqa: S311 - a story, not a secret
        told += _Region(seat, number, PLANS[seat.code], dues[seat.code], dice).tell(until)
    told += _office()
    told += _briefs(until)
    past = sorted((act for act in told if START < act.at < until), key=lambda act: act.at)
    return sorted([*past, *_sign_ins(past, until, seed)], key=lambda act: act.at)


def working_day(wanted: date) -> date:
    """The day itself or the next working day."""
    while not is_working_day(wanted):
        wanted += timedelta(days=1)
    return wanted


def later(start: date, working_days: int) -> date:
    for _ in range(working_days):
        start = working_day(start + timedelta(days=1))
    return start


# --- a region's year ------------------------------------------------------------------------

_WINDOWS = {
    "M01": (date(YEAR, 3, 4), date(YEAR, 4, 20)),
    "M02": (date(YEAR, 3, 5), date(YEAR, 4, 28)),
    "M03": (date(YEAR, 5, 6), date(YEAR, 5, 29)),
    "M04": (date(YEAR, 6, 3), date(YEAR, 7, 29)),
    "M05": (date(YEAR, 8, 3), date(YEAR, 8, 28)),
    "M06": (date(YEAR, 9, 1), date(YEAR, 9, 28)),
    "M07": (date(YEAR, 9, 30), date(YEAR, 10, 29)),
    "M08": (date(YEAR, 9, 30), date(YEAR, 10, 28)),
    "M09": (date(YEAR, 9, 30), date(YEAR, 10, 28)),
}
"""Code → from when a region of 2026 works on it and by when it hands in, before its pace."""


class _Region:
    def __init__(
        self,
        seat: people.Seat,
        number: int,
        plan: Plan,
        dues: Sequence[Due],
        dice: random.Random,
    ) -> None:
        self.seat, self.plan, self.dues, self.dice = seat, plan, dues, dice
        self.number = number
        self.reviewer = people.reviewer_of(seat.city)
        self._minutes: dict[tuple[str, date], datetime] = {}

    def tell(self, until: datetime) -> Iterator[Act]:
        courses = {due.code: self._course(due) for due in self.dues}
        for code, text in self.plan.courses.items():
            courses.setdefault(code, parse(text))
        yield self._profile()
        busy: set[tuple[int, int]] = set()
        steps = [(step, code) for code, course in courses.items() for step in course]
        for step, code, codes in _together(steps):
            act = self._act(step, code, codes)
            if act.actor == self.seat.slug and step.on.day <= 20:
                busy.add((step.on.year, step.on.month))
            yield act
            if step.mark is Mark.SUBMIT:
                yield self._attach(act, code)
            elif step.percent >= 60 and self.dice.random() < 0.4:
                yield self._attach(act, code, most=1)
        yield from self._quiet_months(busy, until)

    def _course(self, due: Due) -> list[Step]:
        """As told in courses.py, else drawn; then brought to its end after the told part."""
        if due.code in self.plan.courses:
            course = parse(self.plan.courses[due.code])
            if not course and self.plan.rest is None:
                return []
        elif due.code in _WINDOWS:
            return self._drawn(due.code)
        else:
            course = []
        return [*course, *self._rest(due, course)]

    def _drawn(self, code: str) -> list[Step]:
        begin, end = _WINDOWS[code]
        if self.plan.pace > 12:
            begin -= timedelta(days=self.plan.pace - 8)
        handed = working_day(end - timedelta(days=self.plan.pace + self.dice.randrange(-1, 3)))
        begin = working_day(begin + timedelta(days=self.dice.randrange(4)))
        steps: list[Step] = []
        span = max((handed - begin).days, 1)
        for part in range(1, 2 + span // 18):
            on = working_day(begin + timedelta(days=span * part // (2 + span // 18)))
            if begin < on < handed and (not steps or on > steps[-1].on):
                percent = min(95, 5 * round(20 * (on - begin).days / span) + 10)
                steps.append(Step(on, Mark.UPDATE, percent=percent))
        steps.append(Step(handed, Mark.SUBMIT))
        if code in phrases.RETURNS and self.dice.random() < 0.1:
            mark = Mark.RETURN_CITY if self.reviewer else Mark.RETURN_PROVINCE
            back = later(handed, 2)
            steps += [Step(back, mark), Step(later(back, 2), Mark.SUBMIT)]
        return [*steps, *self._review(steps[-1].on)]

    def _review(self, handed: date, *, passed: bool = False) -> list[Step]:
        steps: list[Step] = []
        if self.reviewer and not passed:
            handed = later(handed, self.dice.randrange(1, 4))
            steps.append(Step(handed, Mark.PASS))
        return [*steps, Step(later(handed, self.dice.randrange(1, 4)), Mark.CONFIRM)]

    def _rest(self, due: Due, course: Sequence[Step]) -> list[Step]:
        """How an open milestone ends after the told part, if it does this year."""
        last = course[-1] if course else None
        closed = last is not None and last.mark is Mark.CONFIRM
        if closed or due.code in self.plan.never:
            return []
        if last and last.mark in (Mark.SUBMIT, Mark.CLAIM, Mark.PASS):
            seen = max(last.on, date(YEAR, 11, 23))
            return self._review(seen, passed=last.mark is Mark.PASS)
        end = self.plan.gate if due.gate else self.plan.rest
        if end is None:
            return []
        on = working_day(day(end) + timedelta(days=self.dice.randrange(3)))
        return [Step(on, Mark.SUBMIT), *self._review(on)]

    # -- steps become acts -----------------------------------------------------------------------

    def _act(self, step: Step, code: str, codes: tuple[str, ...]) -> Act:
        actor, words = self.seat.slug, ""
        if step.mark in (Mark.PASS, Mark.RETURN_CITY):
            actor = self.reviewer
        elif step.mark in (Mark.CONFIRM, Mark.RETURN_PROVINCE, Mark.REOPEN, Mark.REPLAN):
            actor = people.COORDINATORS[self.number % 2]
        if step.mark in (Mark.RETURN_CITY, Mark.RETURN_PROVINCE):
            words = self.dice.choice(phrases.RETURNS.get(code, (phrases.OTHER_RETURN,)))
        elif step.mark is Mark.CLAIM:
            words = phrases.CLAIMS[code]
        elif step.mark is Mark.REOPEN:
            words = phrases.REOPEN
        elif step.mark is Mark.REPLAN:
            words = phrases.REPLAN
        elif step.mark in (Mark.UPDATE, Mark.SUBMIT):
            words = phrases.note_of(code, 100 if step.mark is Mark.SUBMIT else step.percent)
        return Act(
            at=self._moment(actor, step.on),
            actor=actor,
            what=step.mark.value,
            region=self.seat.code,
            codes=codes,
            percent=step.percent,
            day=step.day,
            words=words,
        )

    def _attach(self, submission: Act, code: str, most: int = 9) -> Act:
        wanted = phrases.PAPERS[code][:most]
        missing = 0 if code.startswith("G-") else self.dice.randrange(2)
        count = max(1, len(wanted) - missing)
        return replace(
            submission,
            at=submission.at - timedelta(minutes=3),
            what="attach",
            day=None,
            words="",
            values={"papers": wanted[:count]},
        )

    def _moment(self, actor: str, on: date) -> datetime:
        """In office hours; what one person does on one day for this region comes one after another."""
        before = self._minutes.get((actor, on))
        if before is None:
            # A reviewer looks in the afternoon at what came in the morning.
            hour = self.dice.choice((9, 10, 14) if actor == self.seat.slug else (10, 15, 16))
            moment = clock.at(on, hour, self.dice.randrange(5, 40), self.dice.randrange(60))
        else:
            moment = before + timedelta(minutes=self.dice.randrange(4, 9))
        self._minutes[actor, on] = moment
        return moment

    def _profile(self) -> Act:
        """The region's officer fills in the profile, a few days after the list was loaded."""
        early = self.plan.pace == 0
        on = working_day(date(YEAR, 1 if early else 3, 7 if early else 4))
        on = later(on, self.dice.randrange(3))
        institutions = self.dice.randrange(86, 342)
        area = institutions * self.dice.randrange(5200, 9400)
        if self.seat.code in rosters.REGIONS:
            institutions, area = rosters.in_custody(self.seat.code)
        values = {
            "lead_unit": people.lead_unit(self.seat.region),
            "contact": self.seat.officer,
            "phone": f"000-0000-{self.number + 200:04d}",
            "institutions": institutions,
            "floor_area": area,
        }
        moment = self._moment(self.seat.slug, on)
        return Act(moment, self.seat.slug, "profile", self.seat.code, values=values)

    def _quiet_months(self, busy: set[tuple[int, int]], until: datetime) -> Iterator[Act]:
        """「本月无变化」 in months without anything to report, but for the silent ones."""
        month = date(YEAR, 2 if self.plan.pace == 0 else 4, 1)
        last = until.date()
        while month <= last:
            quiet = (month.year, month.month) not in busy
            told = month.year > YEAR or month.month not in self.plan.silent
            if quiet and told and (last - month).days < 700:
                on = working_day(month + timedelta(days=self.dice.randrange(11, 18)))
                yield Act(self._moment(self.seat.slug, on), self.seat.slug, "quiet")
            month = (month + timedelta(days=32)).replace(day=1)


def _together(
    steps: Iterable[tuple[Step, str]],
) -> Iterator[tuple[Step, str, tuple[str, ...]]]:
    """Reviewers decide at once on what they see the same day: several codes, one act."""
    grouped: dict[tuple[date, Mark], list[str]] = {}
    bulk = (Mark.PASS, Mark.CONFIRM)
    ordered = sorted(steps, key=lambda pair: (pair[0].on, pair[1]))
    for step, code in ordered:
        if step.mark in bulk:
            grouped.setdefault((step.on, step.mark), []).append(code)
    for step, code in ordered:
        if step.mark not in bulk:
            yield step, code, (code,)
        elif (codes := grouped.pop((step.on, step.mark), None)) is not None:
            yield step, codes[0], tuple(codes)


# --- the offices ----------------------------------------------------------------------------


def _office() -> Iterator[Act]:
    """What has nothing to do with milestones: an account closed, a lock, leaders who look in."""

    def on(month: int, number: int, hour: int, minute: int) -> datetime:
        return clock.at(date(YEAR, month, number), hour, minute)

    yield Act(on(6, 15, 10, 12), people.ADMIN, "close", values={"account": people.FORMER.username})
    yield Act(on(11, 5, 8, 41), "rudong", "wrong")
    yield Act(on(11, 5, 8, 42), "rudong", "wrong")
    yield Act(on(11, 5, 8, 44), "rudong", "sign_in")
    for minute in range(5):
        yield Act(on(11, 12, 14, 20 + minute), "huaian", "wrong")
    yield Act(on(11, 12, 14, 31), people.ADMIN, "unlock", values={"account": "huaian"})
    yield Act(on(11, 12, 14, 36), "huaian", "sign_in")
    for month, number in ((10, 12), (10, 26), (11, 9), (11, 16)):
        yield Act(on(month, number, 8, 50), "lingdao", "sign_in")
        yield Act(on(month, number, 16, 40), "shenji", "sign_in")
    yield Act(on(11, 16, 9, 20), "lingdao-wuxi", "sign_in")
    yield Act(on(11, 17, 9, 5), "lingdao-yixing", "sign_in")
    draft = {
        "percent": "95",
        "forecast": f"{YEAR}-11-27",
        "notes": "已按退回意见修改能源价格联动条款，审查意见重新会签中……（演示草稿）",
    }
    yield Act(on(11, 20, 17, 6), "wuxi-huishan", "draft", "320206", ("M10",), values=draft)


def draft_day(today: date) -> date | None:
    """When the draft that waits at the end of the story was begun: the last working day."""
    last = today - timedelta(days=1)
    while not is_working_day(last):
        last -= timedelta(days=1)
    return last if last >= date(YEAR, 1, 1) else None


def _briefs(until: datetime) -> Iterator[Act]:
    """The last two months' briefs of the province, one of a city, one of a region, the single page for
    the leaders, and a draft."""
    today = until.date()
    ends: list[date] = []
    month = today.replace(day=1)
    while len(ends) < 2 and month > date(YEAR, 2, 1):
        end = month - timedelta(days=1)
        month = end.replace(day=1)
        if later(end, 2) < today:
            ends.insert(0, end)
    places = {
        "省": Place(people.PROVINCE),
        "无锡": Place(people.PROVINCE, "320200"),
        "宜兴": Place(people.PROVINCE, "320200", "320282"),
        "一页": Place(people.PROVINCE),
    }
    for end in ends:
        for number, (name, place) in enumerate(places.items()):
            if number and end != ends[-1]:
                continue
            key = f"{name}{end}"
            on = later(end, 1)
            told = {"place": place, "form": Form.PAGE if name == "一页" else Form.BRIEF}
            writer = people.COORDINATORS[0]
            minute = 5 * number
            yield Act(
                clock.at(on, 9, 30 + minute), writer, "brief", day=end, words=key, values=told
            )
            yield Act(clock.at(on, 14, 10 + minute), writer, "freeze", words=key)
            checker = people.COORDINATORS[1]
            yield Act(clock.at(on, 16, 20 + minute), checker, "review", words=key)
            yield Act(clock.at(later(on, 1), 9, 10 + minute), writer, "publish", words=key)
    last = draft_day(today)
    if ends and last and last > ends[-1]:
        told = {"place": places["省"]}
        writer = people.COORDINATORS[1]
        yield Act(clock.at(last, 16, 40), writer, "brief", day=last, words="草稿", values=told)


_RECENT = timedelta(days=8)


def _sign_ins(past: Sequence[Act], until: datetime, seed: int) -> Iterator[Act]:
    """Everybody signs in before the first act of a day. Checking a password costs 20 ms on purpose,
    so only the first and the last sign-in of each person and those of the last week are told."""
    dice = random.Random(f"{seed}-sign-in")  # noqa: S311 - a story, not a secret
    known = {(act.actor, act.at.date()) for act in past if act.what == "sign_in"}
    days: dict[str, dict[date, datetime]] = {}
    for act in past:
        days.setdefault(act.actor, {}).setdefault(act.at.date(), act.at)
    recent = (until - _RECENT).date()
    for actor, firsts in days.items():
        first, last = min(firsts), max(firsts)
        for on, moment in firsts.items():
            if (actor, on) in known or not (on in (first, last) or on > recent):
                continue
            before = time(8, 30) if moment.hour < 10 else time(moment.hour, 0)
            start = datetime.combine(on, before, moment.tzinfo)
            yield Act(
                start + timedelta(minutes=dice.randrange(2), seconds=dice.randrange(60)),
                actor,
                "sign_in",
            )
