"""Who may do what: roles, the places people are bound to, one table of permissions, passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custody.kernel.problems import Problem


class Role(StrEnum):
    SYSADMIN = "sysadmin"
    COORDINATOR = "coordinator"
    CITY_REVIEWER = "city_reviewer"
    OFFICER = "officer"
    LEADER = "leader"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.SYSADMIN: "系统管理员",
    Role.COORDINATOR: "省级协调员",
    Role.CITY_REVIEWER: "设区市审核员",
    Role.OFFICER: "区县填报员",
    Role.LEADER: "领导",
    Role.AUDITOR: "审计员",
}


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    REGION = "region"

    @property
    def label(self) -> str:
        return {"province": "省", "city": "设区市", "region": "县（市、区）"}[self.value]


LEVELS_OF_ROLE: Mapping[Role, tuple[Level, ...]] = {
    Role.SYSADMIN: (Level.PROVINCE,),
    Role.COORDINATOR: (Level.PROVINCE,),
    Role.CITY_REVIEWER: (Level.CITY,),
    Role.OFFICER: (Level.REGION,),
    Role.LEADER: (Level.PROVINCE, Level.CITY, Level.REGION),
    Role.AUDITOR: (Level.PROVINCE, Level.CITY),
}
"""The kinds of place a role may be bound to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A province, a city of it, or a region of that city, by their codes."""

    province: str
    city: str | None = None
    region: str | None = None

    @property
    def level(self) -> Level:
        if self.region:
            return Level.REGION
        return Level.CITY if self.city else Level.PROVINCE

    @property
    def code(self) -> str:
        return self.region or self.city or self.province

    def covers(self, other: Place) -> bool:
        """Is the other place this one or inside it?"""
        return (
            self.province == other.province
            and (self.city is None or self.city == other.city)
            and (self.region is None or self.region == other.region)
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person as plain values; also the actor of every event."""

    id: int
    username: str
    name: str
    unit: str
    role: Role
    place: Place
    must_change_password: bool = False
    address: str = ""

    @property
    def role_label(self) -> str:
        return self.role.label


class Can(StrEnum):
    """Every permission there is. Views, templates and the test of all routes ask these."""

    SEE_PROGRAMME = "see_programme"
    REPORT_MILESTONE = "report_milestone"
    REPORT_MONTH = "report_month"
    EDIT_PROFILE = "edit_profile"
    REVIEW_FOR_CITY = "review_for_city"
    REVIEW_FOR_PROVINCE = "review_for_province"
    READ_EVIDENCE = "read_evidence"
    REPLAN = "replan"
    EXPORT = "export"
    DRAFT_BRIEF = "draft_brief"
    REVIEW_BRIEF = "review_brief"
    READ_BRIEF = "read_brief"
    INSTRUCT = "instruct"
    ANSWER_INSTRUCTION = "answer_instruction"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_TEMPLATES = "manage_templates"
    MANAGE_NOTICE = "manage_notice"
    READ_AUDIT = "read_audit"
    FOLLOW_JOB = "follow_job"
    SEE_CONTRACTS = "see_contracts"
    EDIT_CONTRACT = "edit_contract"
    SETTLE = "settle"
    REPORT_TARGET = "report_target"
    CONFIRM_TARGET = "confirm_target"
    SEE_SUPERVISION = "see_supervision"
    SUPERVISE = "supervise"
    ANSWER_SUPERVISION = "answer_supervision"
    READ_INBOX = "read_inbox"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_MAIL = "manage_mail"
    FILL_SHEET = "fill_sheet"
    MAKE_DOSSIER = "make_dossier"
    SEE_ENERGY = "see_energy"
    FILL_ENERGY = "fill_energy"
    IMPORT_WEATHER = "import_weather"
    CHECK_MONTH = "check_month"
    UNLOCK_MONTH = "unlock_month"
    MANAGE_COEFFICIENTS = "manage_coefficients"
    PROPOSE_BASELINE = "propose_baseline"
    COMMENT_BASELINE = "comment_baseline"
    ADOPT_BASELINE = "adopt_baseline"


_EVERYBODY = frozenset(Role)
ALLOWED: Mapping[Can, frozenset[Role]] = {
    Can.SEE_PROGRAMME: _EVERYBODY,
    Can.REPORT_MILESTONE: frozenset({Role.OFFICER}),
    Can.REPORT_MONTH: frozenset({Role.OFFICER}),
    Can.EDIT_PROFILE: frozenset({Role.OFFICER, Role.COORDINATOR}),
    Can.REVIEW_FOR_CITY: frozenset({Role.CITY_REVIEWER}),
    Can.REVIEW_FOR_PROVINCE: frozenset({Role.COORDINATOR}),
    Can.READ_EVIDENCE: frozenset(
        {Role.OFFICER, Role.CITY_REVIEWER, Role.COORDINATOR, Role.AUDITOR}
    ),
    Can.REPLAN: frozenset({Role.COORDINATOR}),
    Can.EXPORT: frozenset({Role.COORDINATOR, Role.CITY_REVIEWER, Role.OFFICER, Role.LEADER}),
    Can.DRAFT_BRIEF: frozenset({Role.COORDINATOR}),
    Can.REVIEW_BRIEF: frozenset({Role.COORDINATOR}),
    Can.INSTRUCT: frozenset({Role.LEADER, Role.COORDINATOR}),
    Can.ANSWER_INSTRUCTION: frozenset({Role.COORDINATOR, Role.CITY_REVIEWER, Role.OFFICER}),
    Can.READ_BRIEF: _EVERYBODY - {Role.SYSADMIN},
    Can.MANAGE_ACCOUNTS: frozenset({Role.SYSADMIN}),
    Can.MANAGE_TEMPLATES: frozenset({Role.SYSADMIN}),
    Can.MANAGE_NOTICE: frozenset({Role.SYSADMIN}),
    Can.READ_AUDIT: frozenset({Role.AUDITOR}),
    Can.FOLLOW_JOB: _EVERYBODY,
    Can.SEE_CONTRACTS: _EVERYBODY - {Role.SYSADMIN},
    Can.EDIT_CONTRACT: frozenset({Role.OFFICER, Role.COORDINATOR}),
    Can.SETTLE: frozenset({Role.OFFICER}),
    Can.REPORT_TARGET: frozenset({Role.COORDINATOR, Role.CITY_REVIEWER, Role.OFFICER}),
    Can.CONFIRM_TARGET: frozenset({Role.COORDINATOR}),
    Can.SEE_SUPERVISION: _EVERYBODY - {Role.SYSADMIN},
    Can.SUPERVISE: frozenset({Role.COORDINATOR}),
    Can.ANSWER_SUPERVISION: frozenset({Role.OFFICER}),
    Can.READ_INBOX: _EVERYBODY,
    Can.MANAGE_CALENDAR: frozenset({Role.SYSADMIN}),
    Can.MANAGE_MAIL: frozenset({Role.SYSADMIN}),
    Can.FILL_SHEET: frozenset({Role.OFFICER, Role.CITY_REVIEWER}),
    Can.MAKE_DOSSIER: frozenset({Role.OFFICER, Role.CITY_REVIEWER, Role.COORDINATOR, Role.AUDITOR}),
    Can.SEE_ENERGY: _EVERYBODY - {Role.SYSADMIN},
    Can.FILL_ENERGY: frozenset({Role.OFFICER}),
    Can.IMPORT_WEATHER: frozenset({Role.CITY_REVIEWER, Role.COORDINATOR}),
    Can.CHECK_MONTH: frozenset({Role.CITY_REVIEWER, Role.COORDINATOR}),
    Can.UNLOCK_MONTH: frozenset({Role.CITY_REVIEWER, Role.COORDINATOR}),
    Can.MANAGE_COEFFICIENTS: frozenset({Role.COORDINATOR}),
    Can.PROPOSE_BASELINE: frozenset({Role.OFFICER}),
    Can.COMMENT_BASELINE: frozenset({Role.OFFICER, Role.CITY_REVIEWER, Role.COORDINATOR}),
    Can.ADOPT_BASELINE: frozenset({Role.COORDINATOR}),
}
"""ONE table: permission → roles. The place is asked besides: `may` wants both."""


def may(who: Identity, can: Can, place: Place | None = None) -> bool:
    """Does the role allow it, and does the person's own place cover the one in question?"""
    return who.role in ALLOWED[can] and (place is None or who.place.covers(place))


# --- passwords and locks ---------------------------------------------------------------------

MIN_PASSWORD = 10
"""GB/T 22239-2019 8.1.4.1 a asks for complexity and leaves the length to the owner; our choice."""
MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=30)
"""GB/T 22239-2019 8.1.4.1 b asks for a limit on failed sign-ins; the numbers are our choice."""

_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


def problems_of_username(username: str) -> list[Problem]:
    if re.fullmatch(r"[a-z][a-z0-9._-]{2,39}", username):
        return []
    return [
        Problem(
            "username",
            "用户名须以字母开头，由3至40个字母、数字、点、横线组成，请改正。",
            "username",
        )
    ]


def problems_of_password(
    password: str, *, username: str, name: str, same_as_old: bool = False
) -> list[Problem]:
    found = []
    if len(password) < MIN_PASSWORD:
        found.append(Problem("short", f"密码至少{MIN_PASSWORD}位，请再长一些。", "password"))
    if sum(bool(re.search(kind, password)) for kind in _CLASSES) < 3:
        found.append(
            Problem(
                "simple",
                "密码须包含大写字母、小写字母、数字、符号中的至少三类。",
                "password",
            )
        )
    lowered = password.lower()
    if username.lower() in lowered or (name and name.lower() in lowered):
        found.append(Problem("own_name", "密码中不能包含用户名或姓名。", "password"))
    if same_as_old:
        found.append(Problem("same", "新密码不能与原密码相同。", "password"))
    return found


def locked(locked_until: datetime | None, now: datetime) -> bool:
    return locked_until is not None and now < locked_until


def after_failure(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """(failures to keep, locked until) after one more wrong password."""
    if failures + 1 >= MAX_FAILURES:
        return 0, now + LOCKED_FOR
    return failures + 1, None


def problems_of_binding(role: Role, place: Place) -> list[Problem]:
    """A role may only be bound to the kinds of place it works at."""
    levels = LEVELS_OF_ROLE[role]
    if place.level in levels:
        return []
    wanted = "或".join(level.label for level in levels)
    return [Problem("binding", f"{role.label}应绑定到{wanted}，请重新选择所属范围。", "place")]


def what_stops(role: Role, place: str, others: int) -> str:
    """What the loss of one person means for the work, in a sentence; "" where nothing waits for them.

    `others`: active people with the same role at the same place.
    """
    label = role.label.removeprefix("省级").removeprefix("设区市").removeprefix("区县")
    stops = {
        Role.OFFICER: "进展无人填报，退回的材料无人补正，请尽快新增",
        Role.CITY_REVIEWER: "该市所属地区的待审材料和以后的提交改由省级直接核实",
        Role.COORDINATOR: "待省核的材料无人核实，简报无人编发，请尽快新增",
    }
    if role not in stops:
        return ""
    if others:
        return f"{place}另有{others}位{label}，工作不受影响"
    return f"{place}将没有{label}：{stops[role]}"
