"""A baseline's way: begun, fitted, decided meter by meter, proposed, adopted; never changed after that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Place
from custody.baselines.models import Baseline, Comment, Line
from custody.baselines.queries import (
    adopted_of,
    by_key,
    counts_of,
    get_baseline,
    next_number,
)
from custody.baselines.recomputed import fitted, inputs_of
from custody.baselines.rules import fitting, steps
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import Step
from custody.energy.rules.energies import Energy
from custody.infra import journal
from custody.jobs import actions as jobs
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.mv.custody_rule import Answer, Change, Comparability
from custody.mv.method import METHOD_VERSION
from custody.regions.models import Region
from custody.regions.queries import get_region

KIND = "baseline_fit"
"""Of the background work."""
Answers = Mapping[Change, tuple[Answer, str]]


def begin(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    key: str,
    first: int,
    last: int,
    answers: Answers,
    note: str = "",
) -> Baseline:
    """A new version, and the order to fit it. The same form sent twice makes one."""
    about = get_region(session, region, place=actor.place)
    session.refresh(about, with_for_update={"key_share": True})
    same = by_key(session, key)
    if same is not None:
        if same.created_by != actor.id:
            raise NotFound
        return same
    refuse_if(
        [
            *steps.problems_of_period(first, last, now.year * 100 + now.month),
            *steps.problems_of_answers(answers),
        ]
    )
    baseline = Baseline(
        region_code=region,
        number=next_number(session, region),
        key=key,
        state=State.FITTING,
        base_from=first,
        base_until=last,
        comparability={
            test.value: {"answer": answer.value, "words": words.strip()}
            for test, (answer, words) in answers.items()
        },
        policy={},
        coefficients=[],
        weather={},
        method_version=METHOD_VERSION,
        digest="",
        note=note,
        created_at=now,
        created_by=actor.id,
        reason="",
    )
    session.add(baseline)
    session.flush()
    _record(
        *(session, baseline, about),
        actor=actor,
        now=now,
        action="baseline.started",
        changes={"base_from": (None, first), "base_until": (None, last)},
    )
    _order(session, baseline, about, actor=actor, now=now)
    return baseline


def refit(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    """Bills changed: fit the draft anew. What was chosen by hand is decided again; quotas are kept."""
    baseline, region = _loaded(session, actor, number, version, Step.FIT)
    baseline.state = State.FITTING
    _record(session, baseline, region, actor=actor, now=now, action="baseline.refitted")
    _order(session, baseline, region, actor=actor, now=now)
    return baseline


def _order(
    session: Session, baseline: Baseline, region: Region, *, actor: Identity, now: datetime
) -> None:
    job = jobs.order(
        session,
        actor=actor,
        now=now,
        kind=KIND,
        key=f"baseline-{baseline.id}",
        arguments={"baseline": baseline.id},
        label=f"{region.name}能源基准第{baseline.number}版",
        place=Place(region.province_code, region.city_code, region.code),
        needs=Can.PROPOSE_BASELINE,
    )
    baseline.job_id = job.id


def fit(session: Session, *, actor: Identity, now: datetime, number: int) -> Baseline:
    """What the job does, all in one transaction; done twice it is the same.

    One that is no longer waiting for its fit stays as it is.
    """
    baseline, region = get_baseline(session, number, who=actor, lock=True)
    if baseline.state is not State.FITTING:
        return baseline
    inputs = inputs_of(session, baseline, region, now=now)
    if not inputs.meters:
        words = "该地区名录中没有纳入托管的计量户号，请先导入单位名录和账单，再计算基准。"
        raise Refused([Problem("no_meters", words)])
    lines = fitted(inputs, first=baseline.base_from, last=baseline.base_until)
    quotas = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(Line.meter_id, Line.quota, Line.quota_source).where(
                Line.baseline_id == number, Line.quota.is_not(None)
            )
        )
    }
    session.execute(delete(Line).where(Line.baseline_id == number))
    for start in range(0, len(lines), 1000):
        rows = []
        for one in lines[start : start + 1000]:
            quota, source = quotas.get(one.metered.meter, (None, ""))
            values = one.values()
            if quota is not None and not one.chosen:
                values["chosen"] = fitting.QUOTA_ENTERED
            rows.append({"baseline_id": number, **values, "quota": quota, "quota_source": source})
        session.execute(insert(Line), rows)
    baseline.policy, baseline.coefficients = inputs.policy, inputs.coefficients
    baseline.weather, baseline.digest = inputs.weather, inputs.digest
    baseline.method_version, baseline.state = METHOD_VERSION, State.DRAFT
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.fitted",
        changes={"state": (State.FITTING, State.DRAFT), "digest": ("", baseline.digest)},
        note=f"{len(lines)}个户号",
    )
    return baseline


# --- a draft's lines --------------------------------------------------------------------------


def choose(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    line_id: int,
    chosen: str,
) -> Line:
    """One meter's method."""
    baseline, region = _loaded(session, actor, number, version, Step.EDIT)
    line = _line(session, number, line_id)
    before = line.chosen
    if before == chosen:
        return line
    if not _may(line, chosen):
        words = "该户号的数据不足以使用这一方法，请改选其他方法，或录入定额及其来源。"
        raise Refused([Problem("insufficient", words, "chosen")])
    line.chosen = chosen
    _touch(session, baseline)
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.chosen",
        changes={"chosen": (before, chosen)},
        note=f"户号编号{line.meter_id}",
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
) -> int:
    """One method for all meters of an energy whose data bear it; the others stay. Returns how many."""
    baseline, region = _loaded(session, actor, number, version, Step.EDIT)
    count = 0
    for line in session.scalars(
        select(Line).where(Line.baseline_id == number, Line.energy == energy).order_by(Line.id)
    ):
        if line.chosen != chosen and chosen and _may(line, chosen):
            line.chosen = chosen
            count += 1
    if count:
        _touch(session, baseline)
        _record(
            *(session, baseline, region),
            actor=actor,
            now=now,
            action="baseline.chosen",
            changes={"chosen": (None, chosen)},
            note=f"{energy.label}{count}个户号",
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
    baseline, region = _loaded(session, actor, number, version, Step.EDIT)
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
    before = line.quota
    line.quota, line.quota_source, line.chosen = quota, source.strip(), fitting.QUOTA_ENTERED
    _touch(session, baseline)
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.quota_entered",
        changes={"quota": (before, quota), "quota_source": ("", line.quota_source)},
        note=f"户号编号{line.meter_id}",
    )
    return line


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


def _touch(session: Session, baseline: Baseline) -> None:
    """A change of its lines is a change of the version."""
    session.execute(
        update(Baseline)
        .where(Baseline.id == baseline.id, Baseline.version == baseline.version)
        .values(version=baseline.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire(baseline)


# --- the way ----------------------------------------------------------------------------------


def propose(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    baseline, region = _loaded(session, actor, number, version, Step.PROPOSE)
    refuse_if(steps.problems_of_proposal(counts_of(session, number), _outcome(baseline)))
    _refuse_stale(session, baseline, region, now)
    baseline.state = State.PROPOSED
    baseline.proposed_at, baseline.proposed_by = now, actor.id
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.proposed",
        changes={"state": (State.DRAFT, State.PROPOSED)},
    )
    return baseline


def comment(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    key: str,
    party: str,
    words: str,
) -> Comment:
    """Of the city, or on behalf of a third party that is named."""
    baseline, region = get_baseline(session, number, who=actor, lock=True)
    same = session.scalar(select(Comment).where(Comment.key == key))
    if same is not None:
        if same.by != actor.id or same.baseline_id != number:
            raise NotFound
        return same
    if baseline.state is not State.PROPOSED:
        refuse_if([Problem("step", "只能对已提交、尚未采用的基准提出意见，请刷新页面查看。")])
    if not words.strip():
        raise Refused([Problem("words", "请填写意见内容。", "words")])
    row = Comment(
        baseline_id=number,
        key=key,
        party=party.strip(),
        words=words.strip(),
        at=now,
        by=actor.id,
    )
    session.add(row)
    session.flush()
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.commented",
        changes={"words": (None, row.words), "party": (None, row.party)},
    )
    return row


def send_back(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> Baseline:
    baseline, region = _loaded(session, actor, number, version, Step.RETURN)
    if not reason.strip():
        raise Refused([Problem("reason", "请写明退回理由，便于地区修改。", "reason")])
    before = baseline.reason
    baseline.state, baseline.reason = State.DRAFT, reason.strip()
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.returned",
        changes={
            "state": (State.PROPOSED, State.DRAFT),
            "reason": (before, baseline.reason),
        },
    )
    return baseline


def adopt(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    """From now on nothing of it changes. The one adopted before is superseded, never overwritten."""
    baseline, region = _loaded(session, actor, number, version, Step.ADOPT)
    _refuse_stale(session, baseline, region, now)
    old = adopted_of(session, [baseline.region_code]).get(baseline.region_code)
    if old is not None:
        old.state, old.superseded_at = State.SUPERSEDED, now
        baseline.supersedes_id = old.id
        _record(
            *(session, old, region),
            actor=actor,
            now=now,
            action="baseline.superseded",
            changes={"state": (State.ADOPTED, State.SUPERSEDED)},
        )
    baseline.state, baseline.adopted_at, baseline.adopted_by = State.ADOPTED, now, actor.id
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.adopted",
        changes={"state": (State.PROPOSED, State.ADOPTED)},
    )
    return baseline


def discard(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    baseline, region = _loaded(session, actor, number, version, Step.DISCARD)
    before = baseline.state
    baseline.state = State.DISCARDED
    _record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.discarded",
        changes={"state": (before, State.DISCARDED)},
    )
    return baseline


def _outcome(baseline: Baseline) -> Comparability:
    return steps.outcome(
        {
            Change(name): (Answer(told["answer"]), told["words"])
            for name, told in baseline.comparability.items()
        }
    )


def _refuse_stale(session: Session, baseline: Baseline, region: Region, now: datetime) -> None:
    if inputs_of(session, baseline, region, now=now).digest != baseline.digest:
        words = "计算之后账单、气温、折算系数或单位名录有变动，请重新计算后再办理。"
        raise Refused([Problem("stale", words)])


def _loaded(
    session: Session, actor: Identity, number: int, version: int, step: Step
) -> tuple[Baseline, Region]:
    baseline, region = get_baseline(session, number, who=actor, lock=True)
    refuse_if(steps.problems_of_step(baseline.state, step))
    if baseline.version != version:
        raise Conflict
    return baseline, region


def _record(
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
