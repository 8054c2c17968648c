"""The monthly report: completed, returned, locked, unlocked; doubts explained."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity, Role
from custody.energy.models.bills import Explanation, RegionMonth
from custody.energy.models.roster import Meter, YearExplanation
from custody.energy.queries.months import covered, doubts_of, locked_months
from custody.energy.queries.years import year_doubts_of
from custody.energy.rules.annual import holds_up
from custody.energy.rules.month import ACTIONS, STEPS, Step, problems_to
from custody.energy.rules.states import MonthState
from custody.infra import journal
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.regions.models import Region
from custody.regions.queries import get_region


def step(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    month: int,
    version: int,
    step: Step,
    reason: str = "",
) -> RegionMonth:
    """Take a step; `version` 0 where the month has no row yet."""
    place = get_region(session, region, place=actor.place)
    row = session.get(RegionMonth, (region, month))
    if (row.version if row else 0) != version:
        raise Conflict
    state = row.state if row else MonthState.OPEN
    _own(session, actor, place, step)
    at = Month.coded(month)
    missing = unexplained = late = meters = 0
    if step in (Step.COMPLETE, Step.LOCK):
        bills = covered(session, [region], month, month)
        meters = int(bills.wanted.sum())
        missing = bills.per_month()[0].missing
        doubts = doubts_of(session, place, month, month)
        unexplained = sum(not one.explained for one in doubts)
    if step is Step.COMPLETE:
        late = sum(
            holds_up(one.year, at) and not one.explained
            for one in year_doubts_of(session, place, now.date())
        )
    refuse_if(
        problems_to(
            state,
            step,
            month=at,
            today=Month.of(now.date()),
            missing=missing,
            unexplained=unexplained,
            unexplained_years=late,
            meters=meters,
            reason=reason,
        )
    )
    fresh = row is None
    if row is None:
        row = RegionMonth(region_code=region, month=month)
    row.state = STEPS[state, step]
    row.reason = reason.strip()
    if step is Step.COMPLETE:
        row.completed_at, row.completed_by = now, actor.id
    row.locked_at, row.locked_by = (now, actor.id) if step is Step.LOCK else (None, None)
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        if fresh:  # somebody else reported it at the same moment
            raise Conflict from None
        raise
    journal.record(
        session,
        actor=actor,
        now=now,
        action=ACTIONS[step],
        kind="energy_month",
        subject=f"{region}-{month}",
        label=f"{place.name}{at.label}能源月报",
        province=place.province_code,
        city=place.city_code,
        region=region,
        changes={"state": (state, row.state)},
        note=row.reason,
    )
    return row


def _own(session: Session, actor: Identity, region: Region, step: Step) -> None:
    """A city that has a reviewer checks its own regions; the province only where there is none.

    What is locked either may open again.
    """
    if step in (Step.COMPLETE, Step.UNLOCK) or actor.role is not Role.COORDINATOR:
        return
    if region.city_code in cities_with_reviewer(session):
        words = "该市设有市级审核员，月报由设区市核对；需要退回的，请通知设区市办理。"
        raise Refused([Problem("city", words)])


def explain(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    keys: Collection[str],
    words: str,
) -> int:
    """One word on several doubts of the region; returns how many it now explains.

    Keys are those of Doubtful. What has a word already keeps it.
    """
    place = get_region(session, region, place=actor.place)
    found = []
    if not keys:
        found.append(Problem("none", "请先勾选要说明的存疑。"))
    if len(words.strip()) < 2:
        found.append(Problem("words", "请写明原因，例如“暑期停课”“新装空调”。", "words"))
    refuse_if(found)
    yearly = {key for key in keys if key.startswith("year-")}
    count = _explain_years(session, place, yearly, words, actor=actor, now=now) if yearly else 0
    keys = set(keys) - yearly
    if not keys:
        return count
    asked = _asked(session, region, keys)
    months = [month for _, month in asked]
    doubts = {one.key: one for one in doubts_of(session, place, min(months), max(months))}
    if set(keys) - set(doubts):
        raise Conflict  # corrected meanwhile: the doubt is gone or about another version
    locked = locked_months(session, region)
    open_ = [doubts[key] for key in sorted(keys) if not doubts[key].explained]
    if any(one.month in locked for one in open_):
        raise Refused([Problem("locked", "所选账单的月份已锁定，须先由设区市解锁。")])
    given = [
        Explanation(
            meter_id=one.meter_id,
            month=one.month,
            number=one.number,
            doubt=one.code,
            words=words.strip(),
            given_at=now,
            given_by=actor.id,
        )
        for one in open_
    ]
    session.add_all(given)
    try:
        session.flush()
    except IntegrityError:  # two people explained the same at the same moment
        raise Conflict from None
    if open_:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="bill.explained",
            kind="bill",
            subject=region,
            label=f"{place.name}存疑账单",
            province=place.province_code,
            city=place.city_code,
            region=region,
            note=f"{len(open_)}处：{words.strip()}",
        )
    return count + len(open_)


def _explain_years(
    session: Session, place: Region, keys: Collection[str], words: str, *, actor: Identity,
    now: datetime,
) -> int:  # fmt: skip
    """What an institution reported for a year; figures that changed meanwhile are another doubt."""
    doubts = {one.key: one for one in year_doubts_of(session, place, now.date())}
    if set(keys) - set(doubts):
        raise Conflict
    open_ = [doubts[key] for key in sorted(keys) if not doubts[key].explained]
    session.add_all(
        [
            YearExplanation(
                institution_id=one.institution_id,
                year=one.year,
                doubt=one.finding.doubt,
                digest=one.finding.digest,
                words=words.strip(),
                given_at=now,
                given_by=actor.id,
            )
            for one in open_
        ]
    )
    try:
        session.flush()
    except IntegrityError:
        raise Conflict from None
    if open_:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="institution_year.explained",
            kind="institution_year",
            subject=place.code,
            label=f"{place.name}存疑年报数",
            province=place.province_code,
            city=place.city_code,
            region=place.code,
            note=f"{len(open_)}处：{words.strip()}",
        )
    return len(open_)


def _asked(session: Session, region: str, keys: Collection[str]) -> list[tuple[int, int]]:
    """(meter, month) of every key; a meter of elsewhere, or no key at all, does not exist."""
    found = []
    for key in keys:
        parts = key.split("-")
        if len(parts) != 4 or not all(one.isascii() and one.isdigit() for one in parts[:3]):
            raise NotFound
        meter, month = int(parts[0][:9]), int(parts[1][:6])
        if not 200001 <= month <= 209912 or not 1 <= month % 100 <= 12:
            raise NotFound
        found.append((meter, month))
    own = set(session.scalars(select(Meter.id).where(Meter.region_code == region)))
    if any(meter not in own for meter, _ in found):
        raise NotFound
    return found
