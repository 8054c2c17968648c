"""A draft is decided meter by meter, or for an energy at once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.baselines.actions.record import loaded, record, touch
from custody.baselines.models import Line
from custody.baselines.rules import fitting
from custody.baselines.rules.steps import Step
from custody.energy.models.roster import Meter
from custody.energy.rules.energies import Energy
from custody.kernel.problems import NotFound, Problem, Refused, refuse_if


def choose(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    line_id: int,
    chosen: str,
    words: str = "",
) -> Line:
    """One meter's method, and why."""
    baseline, region = loaded(session, actor, number, version, Step.EDIT)
    line = _line(session, number, line_id)
    before = line.chosen
    if before == chosen:
        return line
    if not _may(line, chosen):
        words = "该户号的数据不足以使用这一方法，请改选其他方法，或录入定额及其来源。"
        raise Refused([Problem("insufficient", words, "chosen")])
    line.chosen, line.words = chosen, words.strip()
    touch(session, baseline)
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.chosen",
        changes={"chosen": (before, chosen)},
        note=_about(session, line, words),
    )
    return line


def choose_all(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    energy: Energy,
    chosen: str,
    words: str = "",
) -> int:
    """One method for all meters of an energy whose data bear it; the others stay. Returns how many."""
    baseline, region = loaded(session, actor, number, version, Step.EDIT)
    count = 0
    for line in session.scalars(
        select(Line).where(Line.baseline_id == number, Line.energy == energy).order_by(Line.id)
    ):
        if line.chosen != chosen and chosen and _may(line, chosen):
            line.chosen, line.words = chosen, words.strip()
            count += 1
    if count:
        touch(session, baseline)
        record(
            *(session, baseline, region),
            actor=actor,
            now=now,
            action="baseline.chosen",
            changes={"chosen": (None, chosen)},
            note=_with(f"{energy.label}{count}个户号", words),
        )
    return count


def enter_quota(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    line_id: int,
    quota: Decimal,
    source: str,
) -> Line:
    """A year's quota where bills do not suffice, with where it comes from."""
    baseline, region = loaded(session, actor, number, version, Step.EDIT)
    line = _line(session, number, line_id)
    found = []
    if quota <= 0:
        found.append(Problem("quota", "定额应大于0，请改正。", "quota"))
    if not source.strip():
        found.append(Problem("source", "请写明定额的来源（文件名称、文号和条款）。", "source"))
    if line.rule_use is not None or _may(line, fitting.REGRESSION):
        words = "该户号账单已足以建立基准，不使用定额，请选择惯例法或回归法。"
        found.append(Problem("enough", words, "quota"))
    refuse_if(found)
    before, source_before = line.quota, line.quota_source
    line.quota, line.quota_source, line.chosen = quota, source.strip(), fitting.QUOTA_ENTERED
    touch(session, baseline)
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.quota_entered",
        changes={"quota": (before, quota), "quota_source": (source_before, line.quota_source)},
        note=_about(session, line, ""),
    )
    return line


def _about(session: Session, line: Line, words: str) -> str:
    meter = session.get_one(Meter, line.meter_id)
    return _with(f"{meter.energy.label}户号{meter.number}", words)


def _with(what: str, words: str) -> str:
    return f"{what}：{words.strip()}" if words.strip() else what


def _line(session: Session, baseline: int, number: int) -> Line:
    line = session.scalar(select(Line).where(Line.id == number, Line.baseline_id == baseline))
    if line is None:
        raise NotFound
    return line


def _may(line: Line, chosen: str) -> bool:
    return fitting.may_choose(
        chosen,
        rule_use=line.rule_use,
        model_use=line.model_use,
        method=line.method,
        stops=line.record.get("stops", []),
        quota=line.quota,
    )
