"""The life of a brief: draft → frozen → published, and what must be there before each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from custody.kernel.problems import Problem


class Status(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {"draft": "草稿", "frozen": "已定稿", "published": "已发布"}[self.value]


class Step(StrEnum):
    EDIT = "edit"
    FREEZE = "freeze"
    THAW = "thaw"
    PUBLISH = "publish"
    DISCARD = "discard"


STEPS = {
    (Status.DRAFT, Step.EDIT): Status.DRAFT,
    (Status.DRAFT, Step.FREEZE): Status.FROZEN,
    (Status.DRAFT, Step.DISCARD): Status.DRAFT,
    (Status.FROZEN, Step.THAW): Status.DRAFT,
    (Status.FROZEN, Step.PUBLISH): Status.PUBLISHED,
}
"""A step that is not here does not exist: nothing leads out of 已发布."""

_WHY_NOT = {
    (Status.FROZEN, Step.EDIT): "简报已定稿，内容不能再改；如需修改，请先“退回草稿”。",
    (Status.FROZEN, Step.FREEZE): "简报已经定稿，无需重复定稿；可直接发布。",
    (Status.FROZEN, Step.DISCARD): "简报已定稿，不能删除；如需删除，请先“退回草稿”。",
    (Status.DRAFT, Step.THAW): "简报目前就是草稿，可直接修改。",
    (Status.DRAFT, Step.PUBLISH): "草稿不能直接发布，请先“定稿”，核对定稿内容后再发布。",
}
_PUBLISHED = "简报已发布，内容不再变动；如需更正，请另出一期。"


def problems_of_step(status: Status, step: Step) -> list[Problem]:
    if (status, step) in STEPS:
        return []
    return [Problem("step", _WHY_NOT.get((status, step), _PUBLISHED))]


def problems_of_masthead(*, issuer: str, issue: int | None, taken: Sequence[int]) -> list[Problem]:
    """What is missing before a brief can be frozen. `taken`: numbers of the year already given."""
    found = []
    if not issuer.strip():
        found.append(Problem("issuer", "请填写编发单位。", "issuer"))
    if issue is None:
        found.append(Problem("issue", "请填写期号。", "issue"))
    elif issue in taken:
        found.append(
            Problem("issue_taken", f"本年度第{issue}期已经使用，请改用其他期号。", "issue")
        )
    return found


def problems_of_as_of(as_of: date, *, today: date, since: date) -> list[Problem]:
    """`since`: the programme's first day; before it there is nothing to report."""
    if as_of > today:
        return [Problem("as_of", "截至日期不能晚于今天，请改正。", "as_of")]
    if as_of < since:
        day = f"{since.year}年{since.month}月{since.day}日"
        return [Problem("as_of", f"截至日期不能早于工作开始的{day}，请改正。", "as_of")]
    return []


_COPY_KINDS = ("报", "送", "发")


def copies_of(text: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Lines «报：省委办公厅、省政府办公厅» as (kind, receivers); other lines are named."""
    lines, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        kind, colon, receivers = line.strip().replace(":", "：", 1).partition("：")
        if not colon or kind not in _COPY_KINDS or not receivers.strip():
            problems.append(
                Problem(
                    "copies",
                    f"“报送发”第{number}行应写成“报：某单位”“送：某单位”或“发：某单位”，请改正。",
                    "copies",
                )
            )
        else:
            lines.append((kind, receivers.strip()))
    return lines, problems


def copies_text(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"{kind}：{receivers}" for kind, receivers in lines)
