"""What every act on a version begins and ends with: found and locked, fresh, written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.baselines.models import Baseline
from custody.baselines.queries import get_baseline
from custody.baselines.recomputed import inputs_of
from custody.baselines.rules import steps
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import Step
from custody.infra import journal
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions.models import Region


def loaded(
    session: Session, actor: Identity, number: int, version: int, step: Step
) -> tuple[Baseline, Region]:
    baseline, region = get_baseline(session, number, who=actor, lock=True)
    refuse_if(steps.problems_of_step(baseline.state, step))
    if baseline.version != version:
        raise Conflict
    return baseline, region


def repeated(
    session: Session, actor: Identity, number: int, version: int, state: State
) -> Baseline | None:
    """The version, where the same form has already brought it into that state (a double click)."""
    baseline, _ = get_baseline(session, number, who=actor, lock=True)
    return baseline if baseline.state is state and baseline.version == version + 1 else None


def touch(session: Session, baseline: Baseline) -> None:
    """A change of its lines is a change of the version."""
    session.execute(
        update(Baseline)
        .where(Baseline.id == baseline.id, Baseline.version == baseline.version)
        .values(version=baseline.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire(baseline)


def refuse_stale(session: Session, baseline: Baseline, region: Region, now: datetime) -> None:
    if inputs_of(session, baseline, region, now=now).digest != baseline.digest:
        words = (
            "计算之后账单、气温、折算系数或单位名录有变动，不能按原结果办理："
            "请由区县重新拟合（重新计算）、核对后再提交；已提交的请先退回。"
        )
        raise Refused([Problem("stale", words)])


def record(
    session: Session,
    baseline: Baseline,
    region: Region,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="baseline",
        subject=baseline.id,
        label=f"{region.name}能源基准第{baseline.number}版",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
    )
