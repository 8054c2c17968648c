"""A version is begun, fitted in the background, fitted anew, given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import column, delete, insert, select, table
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Place
from custody.baselines.actions.record import loaded, record, repeated
from custody.baselines.models import Baseline, Line
from custody.baselines.queries import by_key, get_baseline, next_number, numbers_of
from custody.baselines.recomputed import inputs_of, reckoned
from custody.baselines.rules import fitting, keeping, steps
from custody.baselines.rules.bills import Digest
from custody.baselines.rules.keeping import Borne, Decided, Kept
from custody.baselines.rules.lines import Written
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import Step
from custody.jobs import actions as jobs
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound, Problem, Refused, refuse_if
from custody.mv.custody_rule import Answer, Change
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
    at_once: bool = False,
) -> Baseline:
    """A new version, and the order to fit it. The same form sent twice makes one.

    `at_once`: it is fitted right here, for a region of few meters.
    """
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
        note=note.strip(),
        created_at=now,
        created_by=actor.id,
        reason="",
    )
    session.add(baseline)
    session.flush()
    record(
        *(session, baseline, about),
        actor=actor,
        now=now,
        action="baseline.started",
        changes={
            "base_from": (None, Month.coded(first).label),
            "base_until": (None, Month.coded(last).label),
        },
    )
    if at_once:
        return fit(session, actor=actor, now=now, number=baseline.id)
    _order(session, baseline, about, actor=actor, now=now)
    return baseline


def refit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    at_once: bool = False,
) -> Baseline:
    """Bills changed: fit the draft anew. What was chosen by hand is kept where the data still bear it."""
    baseline, region = loaded(session, actor, number, version, Step.FIT)
    baseline.state = State.FITTING
    record(session, baseline, region, actor=actor, now=now, action="baseline.refitted")
    if at_once:
        session.flush()
        return fit(session, actor=actor, now=now, number=number)
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
    before = _decided(session, number)
    session.execute(delete(Line).where(Line.baseline_id == number))
    found, count = Digest(), 0
    chosen: dict[int, str] = {}
    for lines in reckoned(inputs, found):
        rows = [_row(number, one, before.get(one.metered.meter)) for one in lines]
        session.execute(insert(_WRITTEN), rows)
        count += len(lines)
        chosen.update((row["meter_id"], row["chosen"]) for row in rows)
    refitted = keeping.compared(before.values(), chosen)
    baseline.policy, baseline.coefficients = inputs.policy, inputs.coefficients
    baseline.weather, baseline.digest = inputs.weather, inputs.closed(found)
    baseline.method_version, baseline.state = METHOD_VERSION, State.DRAFT
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.fitted",
        changes={
            "state": (State.FITTING, State.DRAFT),
            "digest": ("", baseline.digest),
            **_told(session, refitted),
        },
        note=f"{count}个户号",
    )
    return baseline


def _decided(session: Session, number: int) -> dict[int, Decided]:
    """The lines by hand or with a quota, by meter."""
    rows = session.execute(
        select(
            *(Line.meter_id, Line.energy, Line.chosen, Line.words, Line.quota, Line.quota_source),
            *(Line.rule_use, Line.model_use),
        )
        .where(Line.baseline_id == number)
        .order_by(Line.meter_id)
    )
    every = [
        Decided(meter, energy, chosen, words, quota, source, fitting.usual(rule_use, model_use))
        for meter, energy, chosen, words, quota, source, rule_use, model_use in rows
    ]
    return {one.meter: one for one in every if one.by_hand or one.quota is not None}


def _told(session: Session, refitted: keeping.Refitted) -> dict[str, tuple[object, object]]:
    """What of the choices by hand was kept, and which meters lost theirs."""
    found: dict[str, tuple[object, object]] = {}
    if refitted.kept:
        found["kept"] = (None, f"{refitted.kept}个户号")
    if refitted.dropped:
        numbers = numbers_of(session, [one.meter for one in refitted.dropped])
        found["dropped"] = (None, keeping.dropped_words(refitted.dropped, numbers))
    return found


_WRITTEN = table(
    Line.__tablename__, *(column(one.name) for one in Line.__table__.columns if one.name != "id")
)
"""The table of lines as one that takes figures and JSON as they are written."""


def _row(baseline: int, one: Written, before: Decided | None) -> dict[str, Any]:
    begun = Kept(one.chosen)
    if before is not None:
        use, model = one.ruled.use, one.model_use
        borne = Borne(
            None if use is None else Decimal(use),
            None if model is None else Decimal(model),
            one.method,
            json.loads(one.record)["stops"],
        )
        begun = keeping.kept(before, borne)
    return {
        "baseline_id": baseline,
        "meter_id": one.metered.meter,
        "institution_id": one.metered.institution,
        "energy": one.metered.energy.value,
        "chosen": begun.chosen,
        "rule": one.ruled.rule,
        "rule_use": one.ruled.use,
        "rule_cost": one.ruled.cost,
        "rule_record": one.ruled.record,
        "method": one.method,
        "model_use": one.model_use,
        "record": one.record,
        "price": one.ruled.price,
        "quota": None if begun.quota is None else str(begun.quota),
        "quota_source": begun.quota_source,
        "words": begun.words,
    }


def discard(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Baseline:
    if same := repeated(session, actor, number, version, State.DISCARDED):
        return same
    baseline, region = loaded(session, actor, number, version, Step.DISCARD)
    before = baseline.state
    baseline.state = State.DISCARDED
    record(
        *(session, baseline, region),
        actor=actor,
        now=now,
        action="baseline.discarded",
        changes={"state": (before, State.DISCARDED)},
    )
    return baseline
