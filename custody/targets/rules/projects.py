"""Projects of energy and water performance contracting: kinds, what counts, what is doubtful."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from custody.kernel import credit_code
from custody.kernel.problems import Problem
from custody.targets.rules.review import Review


class ProjectKind(StrEnum):
    SHARED_SAVINGS = "shared_savings"
    GUARANTEED_SAVINGS = "guaranteed_savings"
    CUSTODY = "custody"
    WATER = "water"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    ProjectKind.SHARED_SAVINGS: "合同能源管理（节能效益分享型）",
    ProjectKind.GUARANTEED_SAVINGS: "合同能源管理（节能量保证型）",
    ProjectKind.CUSTODY: "合同能源管理（能源费用托管型）",
    ProjectKind.WATER: "合同节水管理",
}


class Institution(StrEnum):
    UNIVERSITY = "university"
    HOSPITAL = "hospital"
    VENUE = "venue"
    OFFICE = "office"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _INSTITUTIONS[self]


_INSTITUTIONS = {
    Institution.UNIVERSITY: "高校",
    Institution.HOSPITAL: "医院",
    Institution.VENUE: "场馆",
    Institution.OFFICE: "机关",
    Institution.OTHER: "其他",
}


class Progress(StrEnum):
    TALKS = "talks"
    SIGNED = "signed"
    UNDER_WAY = "under_way"
    FINISHED = "finished"

    @property
    def label(self) -> str:
        return _PROGRESS[self]

    @property
    def is_signed(self) -> bool:
        return self is not Progress.TALKS


_PROGRESS = {
    Progress.TALKS: "洽谈",
    Progress.SIGNED: "已签约",
    Progress.UNDER_WAY: "实施中",
    Progress.FINISHED: "已完工",
}

SAVING_UNITS = ("吨标准煤", "万千瓦时", "万立方米（水）", "万立方米（天然气）")


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a project the rules look at."""

    name: str
    unit: str
    credit_code: str
    kind: ProjectKind
    institution: Institution
    progress: Progress
    signing_planned: date | None
    signed_on: date | None
    completion_planned: date | None
    amount: Decimal | None
    area: Decimal | None
    saving: Decimal | None
    saving_unit: str
    note: str


def counts(progress: Progress, signed_on: date | None, status: Review, year: int) -> bool:
    """A new project of the year: signed in it, and confirmed by the province."""
    return (
        status is Review.CONFIRMED
        and progress.is_signed
        and signed_on is not None
        and signed_on.year == year
    )


_COUNTED = frozenset({"unit", "credit_code", "kind", "institution", "signed_on", "place"})
"""What the province vouches for. The rest may move on without being confirmed anew."""


def confirm_again(changed: Iterable[str]) -> bool:
    return bool(_COUNTED & set(changed))


def problems_of_project(facts: Facts, today: date, *, files: int) -> list[Problem]:
    found = []
    signed = facts.progress.is_signed
    if facts.credit_code:
        found += credit_code.problems_of(facts.credit_code, "credit_code")
    if signed and facts.signed_on is None:
        found.append(Problem("signed_on", "已签约的项目请填写合同签订日期。", "signed_on"))
    if not signed and facts.signed_on is not None:
        words = "洽谈中的项目没有签订日期；已经签约的，请将状态改为“已签约”。"
        found.append(Problem("not_signed", words, "progress"))
    if facts.signed_on and facts.signed_on > today:
        words = "合同签订日期不能晚于今天；尚未签约的，请填写计划签约日期。"
        found.append(Problem("future", words, "signed_on"))
    if facts.signed_on and facts.completion_planned and facts.completion_planned < facts.signed_on:
        words = "计划完工日期不应早于合同签订日期，请核对。"
        found.append(Problem("order", words, "completion_planned"))
    if facts.saving is not None and not facts.saving_unit:
        found.append(Problem("saving_unit", "请选择预计节约量的单位。", "saving_unit"))
    if signed and not files:
        found.append(Problem("evidence", "已签约的项目请上传合同等佐证材料。", "files"))
    return found


def twin_key(unit: str, credit_code: str, kind: ProjectKind, year: int) -> tuple[str, str, int]:
    """Two projects with the same key are probably one."""
    return credit_code or bare(unit), kind.value, year


def bare(name: str) -> str:
    """A name without the spaces and signs in which two people write it differently."""
    text = unicodedata.normalize("NFKC", name).lower()
    return "".join(sign for sign in text if sign.isalnum())


def twins(mine: Mapping[int, tuple[str, str, int]]) -> frozenset[int]:
    """Ids of the projects that share their key with another one."""
    times: dict[tuple[str, str, int], int] = {}
    for key in mine.values():
        times[key] = times.get(key, 0) + 1
    return frozenset(number for number, key in mine.items() if times[key] > 1)
