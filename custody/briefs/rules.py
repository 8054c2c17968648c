"""The life of a brief: draft → frozen → published, and what must be there before each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from custody.accounts.rules import Level
from custody.kernel.days import full_day
from custody.kernel.periods import Month
from custody.kernel.problems import Problem


class Form(StrEnum):
    BRIEF = "brief"
    PAGE = "page"

    @property
    def label(self) -> str:
        return {"brief": "工作简报", "page": "领导一页纸"}[self.value]


class Status(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    REVIEWED = "reviewed"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {
            "draft": "草稿",
            "frozen": "已定稿，待审核",
            "reviewed": "已审核，待发布",
            "published": "已发布",
        }[self.value]


class Verdict(StrEnum):
    """What can be said of a copy somebody holds."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    ALTERED = "altered"
    UNKNOWN = "unknown"
    ISSUED = "issued"
    """By its code alone: such a brief was published; the copy itself was not compared."""

    @property
    def label(self) -> str:
        return {
            "genuine": "核验通过，与存档一致",
            "superseded": "与存档一致，但已被更正版替代",
            "altered": "核验不通过，文件内容与存档不一致",
            "unknown": "没有找到相符的简报",
            "issued": "该校验码对应一份已发布的简报",
        }[self.value]


def verdict_on(*, same_file: bool, same_claim: bool, replaced: bool) -> Verdict:
    """Of an uploaded file. `same_claim`: it says to be a brief that was published."""
    if same_file:
        return Verdict.SUPERSEDED if replaced else Verdict.GENUINE
    return Verdict.ALTERED if same_claim else Verdict.UNKNOWN


class InstructionState(StrEnum):
    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": "办理中", "done": "已办结"}[self.value]


class Step(StrEnum):
    EDIT = "edit"
    FREEZE = "freeze"
    THAW = "thaw"
    REVIEW = "review"
    RETURN = "return"
    PUBLISH = "publish"
    DISCARD = "discard"


STEPS = {
    (Status.DRAFT, Step.EDIT): Status.DRAFT,
    (Status.DRAFT, Step.FREEZE): Status.FROZEN,
    (Status.DRAFT, Step.DISCARD): Status.DRAFT,
    (Status.FROZEN, Step.THAW): Status.DRAFT,
    (Status.FROZEN, Step.REVIEW): Status.REVIEWED,
    (Status.FROZEN, Step.RETURN): Status.DRAFT,
    (Status.REVIEWED, Step.THAW): Status.DRAFT,
    (Status.REVIEWED, Step.RETURN): Status.DRAFT,
    (Status.REVIEWED, Step.PUBLISH): Status.PUBLISHED,
}
"""A step that is not here does not exist: nothing leads out of 已发布."""

_WHY_NOT = {
    (Status.FROZEN, Step.EDIT): "简报已定稿，内容不能再改；如需修改，请先“退回草稿”。",
    (Status.FROZEN, Step.FREEZE): "简报已经定稿，无需重复定稿；请另一位同事审核后发布。",
    (Status.FROZEN, Step.PUBLISH): "简报尚未审核，请由定稿人以外的同事审核后再发布。",
    (Status.REVIEWED, Step.EDIT): "简报已审核，内容不能再改；如需修改，请先“退回草稿”。",
    (Status.REVIEWED, Step.FREEZE): "简报已审核，无需再定稿；可直接发布。",
    (Status.REVIEWED, Step.REVIEW): "简报已审核，无需重复审核；可直接发布。",
    (Status.REVIEWED, Step.DISCARD): "简报已审核，不能删除；如需删除，请先“退回草稿”。",
    (Status.DRAFT, Step.REVIEW): "草稿不能审核，请先“定稿”。",
    (Status.DRAFT, Step.RETURN): "简报目前就是草稿，可直接修改。",
    (Status.FROZEN, Step.DISCARD): "简报已定稿，不能删除；如需删除，请先“退回草稿”。",
    (Status.DRAFT, Step.THAW): "简报目前就是草稿，可直接修改。",
    (Status.DRAFT, Step.PUBLISH): "草稿不能直接发布，请先“定稿”，经审核后再发布。",
}
_PUBLISHED = "简报已发布，内容不再变动；如有差错，请点击“更正”编制更正版。"


def problems_of_step(status: Status, step: Step) -> list[Problem]:
    if (status, step) in STEPS:
        return []
    return [Problem("step", _WHY_NOT.get((status, step), _PUBLISHED))]


def problems_of_reviewer(reviewer: int, frozen_by: int | None) -> list[Problem]:
    if reviewer == frozen_by:
        return [Problem("second", "定稿人不能审核自己的定稿，请由另一位同事审核。")]
    return []


def problems_of_correction(status: Status) -> list[Problem]:
    if status is Status.PUBLISHED:
        return []
    return [Problem("unpublished", "简报尚未发布，可退回草稿直接修改，无需更正。")]


def problems_of_reason(words: str) -> list[Problem]:
    if not words:
        return [Problem("reason", "请写明原因。", "reason")]
    if len(words) > MOST_WORDS:
        return [Problem("reason_long", f"说明不超过{MOST_WORDS}个字，请精简。", "reason")]
    return []


MOST_WORDS = 500


def problems_of_remark(words: str) -> list[Problem]:
    if not words:
        return [Problem("remark", "请填写意见。", "text")]
    if len(words) > MOST_WORDS:
        return [Problem("remark_long", f"意见不超过{MOST_WORDS}个字，请精简。", "text")]
    return []


def problems_of_instruction(
    status: Status, *, leader: str, text: str, given_on: date, due: date | None, today: date
) -> list[Problem]:
    found = []
    if status is not Status.PUBLISHED:
        found.append(Problem("unpublished", "简报尚未发布，发布后才能登记批示。"))
    if not leader:
        found.append(Problem("leader", "请填写批示领导。", "leader"))
    if not text:
        found.append(Problem("text", "请填写批示内容。", "text"))
    elif len(text) > MOST_WORDS:
        found.append(Problem("long", f"批示内容不超过{MOST_WORDS}个字，请精简。", "text"))
    if given_on > today:
        found.append(Problem("given_on", "批示日期不能晚于今天，请改正。", "given_on"))
    if due is not None and due < given_on:
        found.append(Problem("due", "办理期限不能早于批示日期，请改正。", "due"))
    return found


def problems_of_answer(state: InstructionState, words: str) -> list[Problem]:
    if state is InstructionState.DONE:
        return [Problem("done", "这条批示已办结；需要补充的，请先恢复办理。")]
    if not words:
        return [Problem("answer", "请写明办理结果。", "answer")]
    if len(words) > MOST_WORDS:
        return [Problem("answer_long", f"办理结果不超过{MOST_WORDS}个字，请精简。", "answer")]
    return []


def problems_of_masthead(*, issuer: str, issue: int | None, taken: Sequence[int]) -> list[Problem]:
    """What is missing before a brief can be frozen. `taken`: numbers of the year already given;
    without a chosen number it gets the next one when it is published."""
    found = []
    if not issuer.strip():
        found.append(Problem("issuer", "请填写编发单位。", "issuer"))
    if issue is not None and issue in taken:
        found.append(
            Problem("issue_taken", f"本年度第{issue}期已经使用，请改用其他期号。", "issue")
        )
    return found


def period_months(period: str) -> tuple[Month, Month]:
    """First and last month of «2026-11» or «2026-Q4»; ValueError for anything else."""
    year, dash, rest = period.partition("-")
    if dash and len(year) == 4 and year.isdecimal() and rest in ("Q1", "Q2", "Q3", "Q4"):
        last = Month(int(year), int(rest[1:]) * 3)
        return last.plus(-2), last
    month = Month.parse(period)
    return month, month


def period_end(period: str) -> date:
    """The last day of «2026-11» or «2026-Q4»; ValueError for anything else."""
    return period_months(period)[1].last


def last_full_month(today: date, since: date) -> str:
    """What a new brief is about: the month that has ended, or the first one there is."""
    month = Month.of(today) if today == Month.of(today).last else Month.of(today).plus(-1)
    return str(max(month, Month.of(since)))


def periods(today: date, since: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(value, words)]) of what a brief can be about; the newest first."""
    months, month = [], Month.of(today)
    while month >= Month.of(since):
        months.append((str(month), period_words(str(month)) + _unfinished(month.last, today)))
        month = month.plus(-1)
    quarters, end = [], Month.of(today).plus(-((today.month - 1) % 3) + 2)
    while end >= Month.of(since):
        period = f"{end.year}-Q{end.number // 3}"
        quarters.append((period, period_words(period) + _unfinished(end.last, today)))
        end = end.plus(-3)
    return [("月度", months), ("季度", quarters), ("其他", [("", "任意一天（按截至日期）")])]


def _unfinished(last: date, today: date) -> str:
    return "（未结束）" if last > today else ""


def default_as_of(period: str, today: date) -> date:
    """The period's last day; today while it lasts, and for a brief of any day."""
    return min(period_end(period), today) if period else today


def problems_of_period(period: str, as_of: date) -> list[Problem]:
    if not period:
        return []
    try:
        first, last = period_months(period)
    except ValueError:
        return [Problem("period", "没有这个统计期，请重新选择。", "period")]
    if first.first <= as_of <= last.last:
        return []
    return [
        Problem(
            "as_of_period",
            f"截至日期应在{period_words(period)}之内；要写其他日期，统计期请选“任意一天”。",
            "as_of",
        )
    ]


def period_words(period: str) -> str:
    """2026年11月, 2026年第四季度; empty for a brief of any day."""
    if not period:
        return ""
    year, _, rest = period.partition("-")
    if rest.startswith("Q"):
        return f"{year}年第{'一二三四'[int(rest[1:]) - 1]}季度"
    return Month.parse(period).label


def problems_of_as_of(as_of: date, *, today: date, since: date) -> list[Problem]:
    """`since`: the programme's first day; before it there is nothing to report."""
    if as_of > today:
        return [Problem("as_of", "截至日期不能晚于今天，请改正。", "as_of")]
    if as_of < since:
        day = f"{since.year}年{since.month}月{since.day}日"
        return [Problem("as_of", f"截至日期不能早于工作开始的{day}，请改正。", "as_of")]
    return []


def whose_turn(level: Level, place: str) -> str:
    """Who answers a 批示 about a place of this level: 宜兴市填报员."""
    return {
        Level.REGION: f"{place}填报员",
        Level.CITY: f"{place}审核员",
        Level.PROVINCE: "省级协调员",
    }[level]


def periods_of(since: date, today: date) -> list[str]:
    """Months and quarters that have begun, the newest first; a quarter stands before its months."""
    found = [period for _, options in periods(today, since) for period, _ in options if period]
    return sorted(found, key=lambda one: (period_end(one), "Q" in one), reverse=True)


def problems_of_edition(period: str, *, today: date, since: date) -> list[Problem]:
    if period in periods_of(since, today):
        return []
    return [
        Problem(
            "period",
            "请选择已经开始的月份或季度，写成“2026-11”或“2026-Q4”的样式。",
            "period",
        )
    ]


def part_name(ordinal: int, name: str, as_of: date) -> str:
    """01 整区能源费用托管工作简报（江苏省，截至2026年11月22日）.pdf; sorts as the edition does."""
    return f"{ordinal:02d} 整区能源费用托管工作简报（{name}，截至{full_day(as_of)}）.pdf"


def edition_name(period: str) -> str:
    """What the folder of its files is called."""
    return f"整区能源费用托管工作简报（{period_words(period)}）"


def edition_words(*, done: int, failed: int, total: int) -> str:
    """46份，已完成31."""
    return f"{total}份，已完成{done}" + (f"，{failed}份未生成" if failed else "")


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
