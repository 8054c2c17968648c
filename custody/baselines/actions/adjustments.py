"""Non-routine adjustments: drafted, papers put to them, signed by both sides, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to, get_attachment
from custody.baselines.adjusted import ADJUSTMENT, bases_of, get_adjustment
from custody.baselines.models import NonRoutine
from custody.baselines.queries import adopted_of
from custody.baselines.rules import adjusting, spreading
from custody.baselines.rules.adjusting import Wanted
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.roster import Meter
from custody.energy.queries.roster import get_meter
from custody.infra import journal
from custody.infra.uploads import NewFile
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.regions.models import Region

_FIELDS = ("before", "after", "rate", "trigger", "quantity", "reason", "from_month", "until_month")


def add(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    meter: int,
    key: str,
    wanted: Wanted,
    whole: bool = False,
) -> NonRoutine:
    """A draft, of the meter or of its whole institution. The same form sent twice makes one."""
    about, region = get_meter(session, meter, place=actor.place)
    session.get_one(Region, region.code, with_for_update={"key_share": True})
    same = session.scalar(select(NonRoutine).where(NonRoutine.key == key))
    if same is not None:
        if same.created_by != actor.id:
            raise NotFound
        return same
    refuse_if(_problems(session, region.code, wanted))
    values = _values(wanted)
    if whole:
        values["spread"] = _spread(session, about, wanted)
    last = session.scalar(
        select(func.max(NonRoutine.number)).where(NonRoutine.region_code == region.code)
    )
    row = NonRoutine(
        region_code=region.code,
        number=(last or 0) + 1,
        key=key,
        meter_id=about.id,
        driver=wanted.driver.value,
        state=AdjustmentState.DRAFT,
        created_at=now,
        created_by=actor.id,
        **values,
    )
    session.add(row)
    session.flush()
    changes = {name: (None, getattr(row, name)) for name in ("driver", *_FIELDS)}
    if row.spread:
        changes["spread"] = (None, _told(row.spread))
    _record(session, row, region, actor=actor, now=now, action="drafted", changes=changes)
    return row


def edit(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, wanted: Wanted
) -> NonRoutine:
    """Correct a draft; its driver stays."""
    row, region = _draft(session, actor, number, version)
    refuse_if(_problems(session, region.code, wanted))
    before = {name: getattr(row, name) for name in _FIELDS}
    for name, value in _values(wanted).items():
        setattr(row, name, value)
    changes = {
        name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)
    }
    if row.spread:
        old, row.spread = row.spread, _spread(session, session.get_one(Meter, row.meter_id), wanted)
        if old != row.spread:
            changes["spread"] = (_told(old), _told(row.spread))
    row.returned_because = None
    if changes:
        _record(session, row, region, actor=actor, now=now, action="edited", changes=changes)
    return row


def attach(
    session: Session, *, actor: Identity, now: datetime, number: int, slot: str,
    files: list[NewFile],
) -> list[Attachment]:  # fmt: skip
    row, region = get_adjustment(session, number, who=actor, lock=True)
    if slot not in adjusting.SLOTS:
        raise Refused([Problem("slot", "请选择材料类别。", "slot")])
    _refuse_unless_draft(row)
    there = {one.slot for one in attached_to(session, ADJUSTMENT, [row.id])[row.id]}
    new = attachments.attach(
        session, kind=ADJUSTMENT, subject=row.id, slot=slot, files=files, now=now, by=actor.id
    )
    if new:
        action, note = adjusting.told_of_paper(slot, there)
        row.returned_because = None
        _record(
            *(session, row, region),
            actor=actor,
            now=now,
            action=action,
            changes={"files": (None, attachments.told(new))},
            note=note,
        )
    return new


def remove(session: Session, *, actor: Identity, now: datetime, number: int, file: int) -> None:
    row, region = get_adjustment(session, number, who=actor, lock=True)
    paper = get_attachment(session, file, kind=ADJUSTMENT, subject=row.id, removed=True)
    if paper.removed_at is not None:
        return
    _refuse_unless_draft(row)
    attachments.remove(paper, now=now)
    _record(
        *(session, row, region),
        actor=actor,
        now=now,
        action="file_removed",
        changes={"files": (attachments.told([paper]), None)},
        note=paper.name,
    )


def sign(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> NonRoutine:
    """Both sides have signed: from its month on it counts. A second click changes nothing."""
    row, _ = get_adjustment(session, number, who=actor, lock=True)
    if row.state is AdjustmentState.SIGNED:
        return row
    row, region = _draft(session, actor, number, version)
    here = attached_to(session, ADJUSTMENT, [row.id])[row.id]
    counts = {slot: sum(one.slot == slot for one in here) for slot in adjusting.SLOTS}
    refuse_if(adjusting.problems_of_signing(counts, row.returned_because or ""))
    if row.spread:
        _refuse_unless_newest(session, row.spread, region)
    row.state, row.signed_at = AdjustmentState.SIGNED, now
    _record(
        *(session, row, region),
        actor=actor,
        now=now,
        action="signed",
        changes={
            "state": (AdjustmentState.DRAFT, AdjustmentState.SIGNED),
            "quantity": (None, row.quantity),
            "from_month": (None, row.from_month),
        },
        note=row.formula,
    )
    return row


def send_back(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> NonRoutine:
    """The other side, city or province asks for something to be put right before it may count."""
    row, region = _draft(session, actor, number, version)
    refuse_if(adjusting.problems_of_return(row.created_by == actor.id, reason))
    before, row.returned_because = row.returned_because, reason.strip()
    _record(
        *(session, row, region),
        actor=actor,
        now=now,
        action="returned",
        changes={"returned_because": (before, row.returned_because)},
        note=row.returned_because,
    )
    return row


def withdraw(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> NonRoutine:
    """It counts no more; row, papers and number stay."""
    row, region = get_adjustment(session, number, who=actor, lock=True)
    if row.state is AdjustmentState.WITHDRAWN:
        return row
    if row.version != version:
        raise Conflict
    if not reason.strip():
        raise Refused([Problem("reason", "请写明撤回的原因。", "withdrawn_because")])
    before = row.state
    row.state, row.withdrawn_because = AdjustmentState.WITHDRAWN, reason.strip()
    _record(
        *(session, row, region),
        actor=actor,
        now=now,
        action="withdrawn",
        changes={
            "state": (before, AdjustmentState.WITHDRAWN),
            "withdrawn_because": (None, row.withdrawn_because),
        },
    )
    return row


def note_download(
    session: Session, *, actor: Identity, now: datetime, number: int, name: str
) -> None:
    row, region = get_adjustment(session, number, who=actor)
    _record(
        *(session, row, region),
        actor=actor,
        now=now,
        action="file_downloaded",
        note=name,
        modifies=False,
    )


def _problems(session: Session, region: str, wanted: Wanted) -> list[Problem]:
    base = adopted_of(session, [region]).get(region)
    return adjusting.problems_of(wanted, base.base_until if base else None)


def _spread(session: Session, about: Meter, wanted: Wanted) -> dict[str, Any]:
    """Over the institution's meters of the energy that have a base."""
    if wanted.driver not in spreading.SPREAD:
        words = "设备增减请按所接的户号登记，不能按全机构登记。"
        raise Refused([Problem("driver", words)])
    baseline = adopted_of(session, [about.region_code]).get(about.region_code)
    bases = bases_of(session, baseline.id, about) if baseline else []
    if baseline is None or not bases:
        words = (
            f"该机构的{about.energy.label}还没有已采用的基准，不能按基准用量分摊；"
            "请待基准采用后登记，或按户号逐个登记。"
        )
        raise Refused([Problem("no_base", words)])
    quantity = adjusting.quantity_of(adjusting.worked_out(wanted))
    return spreading.to_plain(baseline.id, baseline.number, spreading.parts_of(quantity, bases))


def _told(spread: Mapping[str, Any]) -> str:
    """For the journal."""
    parts = spreading.from_plain(spread)
    shares = "、".join(f"{one.number} {one.share:.2%}" for one in parts)
    return f"按能源基准第{spread['version']}版分摊：{shares}"


def _refuse_unless_newest(session: Session, spread: Mapping[str, Any], region: Region) -> None:
    baseline = adopted_of(session, [region.code]).get(region.code)
    if baseline is None or baseline.id != spread["baseline"]:
        words = (
            f"分摊所依据的能源基准第{spread['version']}版已被替代，请先“保存修改”，"
            "按现行基准重新分摊，核对后再登记生效。"
        )
        raise Refused([Problem("superseded", words)])


def _values(wanted: Wanted) -> dict[str, object]:
    found = adjusting.worked_out(wanted)
    return {
        "before": wanted.before,
        "after": wanted.after,
        "rate": wanted.rate,
        "trigger": wanted.trigger or None,
        "quantity": adjusting.quantity_of(found),
        "formula": found.formula,
        "reason": wanted.reason.strip(),
        "from_month": wanted.from_month,
        "until_month": wanted.until_month,
    }


def _draft(
    session: Session, actor: Identity, number: int, version: int
) -> tuple[NonRoutine, Region]:
    row, region = get_adjustment(session, number, who=actor, lock=True)
    _refuse_unless_draft(row)
    if row.version != version:
        raise Conflict
    return row, region


def _refuse_unless_draft(row: NonRoutine) -> None:
    if row.state is AdjustmentState.SIGNED:
        words = "双方已签认，内容和材料不再改动；确需更正的，请撤回后另行登记。"
        raise Refused([Problem("signed", words)])
    if row.state is AdjustmentState.WITHDRAWN:
        raise Refused([Problem("withdrawn", "该调整已撤回，请另行登记新的调整。")])


def _record(
    session: Session,
    row: NonRoutine,
    region: Region,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"adjustment.{action}",
        kind="adjustment",
        subject=row.id,
        label=f"{region.name}非常规调整第{row.number}号",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )
