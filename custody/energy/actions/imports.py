"""A file of a roster or of bills: accept all of it or nothing, take it back as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.actions import carrying, ledger, rehearsing, undoing
from custody.energy.actions.rehearsing import Looked, Rehearsal
from custody.energy.models.bills import Import
from custody.energy.models.bills import Layout as KeptLayout
from custody.energy.models.roster import Meter
from custody.energy.queries import compared
from custody.energy.queries.files import bytes_of, opened
from custody.energy.queries.imports import get_import, is_worked, layout_of
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.layout import Layout, digest_of, problems_of_mapping
from custody.energy.workbook.told import Reading, unpacked
from custody.infra import journal
from custody.infra.files import FileStore
from custody.infra.files import Stored as StoredFile
from custody.infra.heaps import no_collecting
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.regions.models import Region
from custody.regions.queries import get_region


def upload(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: Region,
    key: str,
    kind: Kind,
    stored: StoredFile,
    name: str,
) -> Import:
    """A row for a file whose bytes are stored. The same form sent twice is one import."""
    same = session.scalar(select(Import).where(Import.key == key))
    if same is not None:
        return same
    found = Import(
        region_code=region.code,
        province_code=region.province_code,
        city_code=region.city_code,
        kind=kind,
        state=ImportState.WAITING,
        key=key,
        digest=stored.digest,
        name=name,
        size=stored.size,
        mapping=None,
        result={},
        annotated="",
        created_at=now,
        created_by=actor.id,
    )
    session.add(found)
    session.flush()
    _record(session, found, actor=actor, now=now, action="import.uploaded")
    return found


def settle(
    session: Session,
    files: FileStore,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    looked: Looked | None = None,
) -> Import:
    """Say how it stands: clean, wrong, or laid out otherwise. `looked`: it was looked at already."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state not in _OPEN:
        return one
    if looked is None:
        region = get_region(session, str(one.region_code), place=actor.place)
        looked = rehearsing.look(session, files, one, region, now=now)
        looked = rehearsing.annotate(files, looked)
    words = one.result.get("words", {})
    one.result = {**looked.result, **({"words": words} if words else {})}
    one.state, one.annotated = looked.state, looked.annotated
    return one


_OPEN = (
    *(ImportState.WAITING, ImportState.REHEARSED),
    *(ImportState.REFUSED, ImportState.ACCEPTING),
)
"""Its file may be looked at (again)."""


def again(session: Session, *, actor: Identity, now: datetime, number: int) -> Import:
    """Have the file looked at once more: the roster has grown, or the work was broken off."""
    one = get_import(session, number, place=actor.place, lock=True)
    refuse_if(_not_in(one, *_OPEN) or _worked(session, one))
    one.state = ImportState.WAITING
    _record(session, one, actor=actor, now=now, action="import.checked")
    return one


def begin(session: Session, *, actor: Identity, now: datetime, number: int) -> bool:
    """It is to be accepted by a job. False where that is under way or done: a second click."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.ACCEPTED or (
        one.state is ImportState.ACCEPTING and is_worked(session, one)
    ):
        return False
    refuse_if(_not_in(one, ImportState.REHEARSED, ImportState.ACCEPTING))
    one.state = ImportState.ACCEPTING
    return True


def _worked(session: Session, one: Import) -> list[Problem]:
    if not (one.state.under_way and is_worked(session, one)):
        return []
    message = "后台正在办理这个文件，请等它结束，或先在“后台任务”中取消。"
    return [Problem("under_way", message, "")]


def map_columns(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    mapping: Mapping[str, str],
    sender: str,
) -> Import:
    """Say which column is what; the next file of the same layout needs no words."""
    one = get_import(session, number, place=actor.place, lock=True)
    refuse_if(_not_in(one, ImportState.MAPPING))
    told = {name: heading for name, heading in mapping.items() if heading}
    refuse_if(problems_of_mapping(one.kind, told))
    digest = digest_of(one.result.get("headings", []))
    kept = layout_of(session, str(one.region_code), one.kind, digest)
    if kept is None:
        kept = KeptLayout(region_code=one.region_code, kind=one.kind, headings=digest)
        session.add(kept)
    kept.sender, kept.mapping, kept.used_at = sender.strip()[:100], told, now
    one.mapping, one.state = told, ImportState.WAITING
    _record(session, one, actor=actor, now=now, action="import.mapped", note=sender.strip()[:100])
    return one


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read before the transaction that stores it."""

    layout: Layout
    reading: Reading[Any]
    edition: str
    """Of all data when it was read: if nothing has changed since, the reading still holds."""


@no_collecting()
def prepare(
    session: Session, files: FileStore, one: Import, region: Region, *, now: datetime
) -> Prepared:
    edition = journal.edition(session)
    layout = opened(session, bytes_of(files, one), one)
    return Prepared(layout, rehearsing.read(session, layout, region, now=now), edition)


@no_collecting()
def accept(
    session: Session,
    files: FileStore,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    prepared: Prepared | None = None,
) -> Import:
    """Every row or none; all is asked again at this moment. A second click changes nothing."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.ACCEPTED:
        return one
    refuse_if(_not_in(one, ImportState.REHEARSED, ImportState.ACCEPTING))
    region = get_region(session, str(one.region_code), place=actor.place)
    # Of two imports of a region the second waits here for the first.
    session.refresh(region, with_for_update=True)
    if prepared is None:
        prepared = prepare(session, files, one, region, now=now)
    layout, reading = prepared.layout, prepared.reading
    if prepared.edition != journal.edition(session):
        reading = rehearsing.read(session, layout, region, now=now)
    if reading.problems or not reading.lines:
        message = "核对之后系统数据有变化，文件现在有错误，没有导入；请查看错误后重新上传。"
        raise Refused([Problem("meanwhile", message, "")])
    before = {}
    if one.kind is Kind.ROSTER:
        before = compared.compare_roster(session, region.code, reading.rows).before
    store = ledger.store_roster if one.kind is Kind.ROSTER else ledger.store_bills
    stored = store(
        session, actor=actor, now=now, region=region, rows=reading.rows, import_id=one.id
    )
    done = Rehearsal(layout, reading, {**asdict(stored), "wrong": 0}, ())
    # What somebody has said of its doubts stays with it.
    one.result = {**one.result, **done.packed(), "before": before}
    one.state, one.decided_at, one.decided_by = ImportState.ACCEPTED, now, actor.id
    if one.kind is Kind.BILLS and reading.warnings:
        one.result = {**one.result, "doubtful": carrying.rows_of(reading.warnings)}
        carrying.carry(session, one, region, actor=actor, now=now)
    note = f"新增{stored.new}，更新{stored.changed}，未变{stored.same}"
    _record(session, one, actor=actor, now=now, action="import.accepted", note=note)
    return one


def explain(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    keys: Sequence[str],
    words: str,
) -> Import:
    """Dismiss doubts with a word: why what looks odd is right all the same."""
    one = get_import(session, number, place=actor.place, lock=True)
    there = {told.key: told for told in unpacked(one.result.get("warnings", []))}
    said, chosen = words.strip()[:500], [key for key in dict.fromkeys(keys) if key in there]
    found = []
    if not chosen:
        found.append(Problem("none", "请勾选要说明的提示。", "doubts"))
    if not said:
        found.append(
            Problem("words", "请写明为什么这些数是对的，例如“已与缴费凭证核对无误”。", "words")
        )
    refuse_if(found)
    word = {"words": said, "by": actor.name, "id": actor.id, "at": now.isoformat()}
    one.result = {
        **one.result,
        "words": {**one.result.get("words", {}), **dict.fromkeys(chosen, word)},
    }
    note = f"{len(chosen)}条：{said}"
    _record(session, one, actor=actor, now=now, action="import.explained", note=note)
    if one.state is ImportState.ACCEPTED and one.kind is Kind.BILLS:
        region = get_region(session, str(one.region_code), place=actor.place)
        carrying.carry(session, one, region, actor=actor, now=now)
    return one


def discard(session: Session, *, actor: Identity, now: datetime, number: int) -> Import:
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.DISCARDED:
        return one
    refuse_if(_not_in(one, *_OPEN, ImportState.MAPPING) or _worked(session, one))
    one.state, one.decided_at, one.decided_by = ImportState.DISCARDED, now, actor.id
    _record(session, one, actor=actor, now=now, action="import.discarded")
    return one


def undo(session: Session, *, actor: Identity, now: datetime, number: int) -> Import:
    """Take a whole import back; what was corrected since then is kept and named."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.UNDONE:
        return one
    refuse_if(_not_in(one, ImportState.ACCEPTED))
    region = get_region(session, str(one.region_code), place=actor.place)
    session.refresh(region, with_for_update=True)
    if one.kind is Kind.BILLS:
        gone, back, later = undoing.undo_bills(
            session, actor=actor, now=now, region=region, import_id=one.id
        )
        kept = _named(session, later)
    else:
        gone, back, kept = undoing.undo_roster(
            session,
            actor=actor,
            now=now,
            import_id=one.id,
            before=one.result.get("before", {}),
        )
    one.result = {**one.result, "before": {}, "undone": {"gone": gone, "back": back, "kept": kept}}
    one.state, one.undone_at, one.undone_by = ImportState.UNDONE, now, actor.id
    note = f"移除{gone}，恢复{back}，保留{len(kept)}"
    _record(session, one, actor=actor, now=now, action="import.undone", note=note)
    return one


def _named(session: Session, later: list[tuple[int, int]]) -> list[str]:
    if not later:
        return []
    names = {
        meter.id: f"{meter.energy.label}户号{meter.number}"
        for meter in session.scalars(
            select(Meter).where(Meter.id.in_({meter for meter, _ in later[:500]}))
        )
    }
    return [f"{names[m]} {month // 100}年{month % 100}月" for m, month in later[:500]]


def _not_in(one: Import, *states: ImportState) -> list[Problem]:
    if one.state in states:
        return []
    message = f"这次导入{one.state.label}，不能再办理；需要时请重新上传。"
    return [Problem("decided", message, "")]


def _record(
    session: Session,
    one: Import,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    note: str = "",
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="import",
        subject=one.id,
        label=f"{one.kind.label} {one.name}",
        province=one.province_code,
        city=one.city_code,
        region=one.region_code,
        note=note,
    )
