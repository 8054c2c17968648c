"""Many milestones in one sheet: rehearse it, accept all of it, or put it away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.files import FileStore, Stored
from custody.infra.sheets import read_workbook
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.milestones import bulk
from custody.milestones.actions import reporting
from custody.milestones.bulk import Kind, Layout, Rehearsal, State
from custody.milestones.models import BulkSheet
from custody.milestones.queries.bulk import get_sheet, known, last_changes, waiting_of


def open_file(data: bytes, name: str) -> Layout:
    """Our sheet in a file. Raises Refused when there is none or the file cannot be read."""
    return bulk.locate(read_workbook(data, name))


def upload(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    layout: Layout,
    stored: Stored,
    name: str,
) -> BulkSheet:
    """Rehearse a file whose bytes are stored. Nothing of the programme changes.

    The same file twice (a double click) is one sheet, rehearsed anew.
    """
    session.get(Account, actor.id, with_for_update=True)
    rehearsal = _rehearse(session, layout, actor=actor, now=now)
    same = waiting_of(session, actor.id, stored.digest)
    if same is not None:
        same.result = bulk.packed(rehearsal)
        return same
    sheet = BulkSheet(
        account_id=actor.id,
        digest=stored.digest,
        name=name,
        size=stored.size,
        uploaded_at=now,
        state=State.REHEARSED,
        result=bulk.packed(rehearsal),
    )
    session.add(sheet)
    session.flush()
    _record(session, sheet, actor=actor, now=now, action="sheet.uploaded", modifies=False)
    return sheet


def _rehearse(
    session: Session, layout: Layout, *, actor: Identity, now: datetime, lock: bool = False
) -> Rehearsal:
    lines = bulk.lines_of(layout, now.year)
    rows = known(session, {line.region for line in lines}, place=actor.place, lock=lock)
    newer = [
        rows[line.key].id
        for line in lines
        if line.key in rows and rows[line.key].version != line.version
    ]
    last = last_changes(session, newer)
    return bulk.rehearse(layout, lines, rows, last, today=now.date())


def rehearse_again(
    session: Session, store: FileStore, *, actor: Identity, now: datetime, number: int
) -> BulkSheet:
    """What the file would do now; somebody may have changed a milestone since it was sent."""
    sheet = get_sheet(session, number, owner=actor.id, lock=True)
    if sheet.state is State.REHEARSED:
        layout = opened_again(store, sheet)
        sheet.result = bulk.packed(_rehearse(session, layout, actor=actor, now=now))
    return sheet


def accept(
    session: Session, store: FileStore, *, actor: Identity, now: datetime, number: int
) -> BulkSheet:
    """Every row of the sheet that changes something, or none. A second click changes nothing.

    All is asked again at this moment. Raises Refused when a row is wrong or out of date.
    """
    sheet = get_sheet(session, number, owner=actor.id, lock=True)
    if sheet.state is State.ACCEPTED:
        return sheet
    refuse_if(_problems_of_state(sheet))
    layout = opened_again(store, sheet)
    rehearsal = _rehearse(session, layout, actor=actor, now=now, lock=True)
    refuse_if(problems_of_accepting(rehearsal))
    rows = known(session, {row.region for row in rehearsal.rows}, place=actor.place)
    for row in rehearsal.rows:
        if row.kind is Kind.CHANGED:
            reporting.update(
                session,
                actor=actor,
                now=now,
                region=row.region,
                code=row.code,
                version=row.version,
                report=bulk.report_after(row, rows[row.region, row.code].report),
            )
    sheet.state, sheet.decided_at = State.ACCEPTED, now
    sheet.result = bulk.packed(rehearsal)
    count = rehearsal.count(Kind.CHANGED)
    _record(
        session, sheet, actor=actor, now=now, action="sheet.accepted", note=f"更新{count}项里程碑"
    )
    return sheet


def problems_of_accepting(rehearsal: Rehearsal) -> list[Problem]:
    wrong, stale = rehearsal.count(Kind.WRONG), rehearsal.count(Kind.STALE)
    if wrong or stale:
        told = "、".join(
            filter(None, (f"{wrong}行有错误" if wrong else "", f"{stale}行已过期" if stale else ""))
        )
        return [Problem("refused", f"表中{told}，没有更新任何里程碑；请改正后重新上传。", "")]
    if not rehearsal.count(Kind.CHANGED):
        return [Problem("nothing", "表中内容与系统现有内容一致，无需接受；可以放弃本表。", "")]
    return []


def discard(session: Session, *, actor: Identity, now: datetime, number: int) -> BulkSheet:
    """Put the sheet away; a second click changes nothing. Raises Refused when it was accepted."""
    sheet = get_sheet(session, number, owner=actor.id, lock=True)
    if sheet.state is State.DISCARDED:
        return sheet
    refuse_if(_problems_of_state(sheet))
    sheet.state, sheet.decided_at = State.DISCARDED, now
    _record(session, sheet, actor=actor, now=now, action="sheet.discarded", modifies=False)
    return sheet


def _problems_of_state(sheet: BulkSheet) -> list[Problem]:
    if sheet.state is State.REHEARSED:
        return []
    message = f"这份填报表{sheet.state.label}，不能再办理；如需继续填报，请重新下载填报表。"
    return [Problem("decided", message, "")]


def opened_again(store: FileStore, sheet: BulkSheet) -> Layout:
    """The sheet as it was sent. Raises Refused when its bytes are gone."""
    try:
        with store.open(sheet.digest) as file:
            return open_file(file.read(), sheet.name)
    except FileNotFoundError:
        message = "服务器上找不到这份表的原文件，请重新上传。"
        raise Refused([Problem("lost", message, "")]) from None


def note_download(
    session: Session, *, actor: Identity, now: datetime, label: str, subject: str, count: int
) -> None:
    """Who took which sheet is an event of the journal."""
    place = actor.place
    journal.record(
        session,
        actor=actor,
        now=now,
        action="sheet.downloaded",
        kind="sheet",
        subject=subject,
        label=label,
        province=place.province,
        city=place.city,
        region=place.region,
        note=f"{count}项里程碑",
        modifies=False,
    )


def _record(
    session: Session,
    sheet: BulkSheet,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    note: str = "",
    modifies: bool = True,
) -> None:
    place = actor.place
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="sheet",
        subject=sheet.id,
        label=sheet.name,
        province=place.province,
        city=place.city,
        region=place.region,
        note=note,
        modifies=modifies,
    )
