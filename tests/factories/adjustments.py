"""Non-routine adjustments by the verbs: drafted with one paper, or signed by both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.attachments.models import Attachment
from custody.baselines.actions import adjustments as actions
from custody.baselines.adjusted import ADJUSTMENT
from custody.baselines.models import NonRoutine
from custody.baselines.rules.adjusting import COMPANY, OWNER, Wanted
from custody.energy.models.roster import Meter
from custody.infra import clock
from custody.infra.files import Stored
from custody.infra.uploads import NewFile
from custody.mv.adjust import Driver
from tests.factories.programme import account_at

Args = dict[str, object]
PDF = b"%PDF-1.7 signed"
USUAL: Mapping[str, Any] = {
    "driver": Driver.AREA,
    "before": Decimal(20000),
    "after": Decimal(21000),
    "rate": Decimal("0.5"),
    "trigger": Decimal(0),
    "reason": "食堂扩建，验收单〔2026〕3号",
    "from_month": 202605,
    "until_month": None,
}


def wanted(**how: Any) -> Wanted:
    return Wanted(**{**USUAL, **how})


def paper(name: str, digest: str = "") -> NewFile:
    digest = digest or hashlib.sha256(name.encode()).hexdigest()
    return NewFile(name, Stored(digest, len(PDF)), "application/pdf")


def drafted(session: Session, meter: Meter, *, key: str = "", **how: Any) -> NonRoutine:
    row = actions.add(
        session,
        actor=account_at(session, Role.OFFICER, meter.region_code),
        now=clock.now(),
        meter=meter.id,
        key=key or f"drafted-{meter.id}",
        wanted=wanted(**how),
    )
    session.flush()
    return row


def signed(session: Session, meter: Meter, **how: Any) -> NonRoutine:
    row = drafted(session, meter, **how)
    for slot, name in ((OWNER, "用能单位签认.pdf"), (COMPANY, "服务公司签认.pdf")):
        attached(session, row, slot, paper(name))
    officer = account_at(session, Role.OFFICER, meter.region_code)
    actions.sign(session, actor=officer, now=clock.now(), number=row.id, version=row.version)
    session.flush()
    return row


def attached(session: Session, row: NonRoutine, slot: str, file: NewFile) -> None:
    officer = account_at(session, Role.OFFICER, row.region_code)
    actions.attach(session, actor=officer, now=clock.now(), number=row.id, slot=slot, files=[file])


def lived_in(session: Session, region: str, digest: str) -> None:
    """A draft with the owner's paper, of the region's first meter."""
    meter = session.scalars(
        select(Meter).where(Meter.region_code == region).order_by(Meter.id)
    ).first()
    assert meter is not None
    row = drafted(session, meter)
    attached(session, row, OWNER, paper("签认件.pdf", digest))
    whole = drafted(session, meter, key=f"whole-{meter.id}", driver=Driver.PEOPLE)
    for slot in (OWNER, COMPANY):
        attached(session, whole, slot, paper("签认件.pdf", digest))
    officer = account_at(session, Role.OFFICER, region)
    actions.sign(session, actor=officer, now=clock.now(), number=whole.id, version=whole.version)


def things(session: Session, region: str) -> dict[str, Args]:
    row = session.scalars(
        select(NonRoutine).where(NonRoutine.region_code == region).order_by(NonRoutine.id)
    ).first()
    assert row is not None
    file = session.scalars(
        select(Attachment.id).where(Attachment.kind == ADJUSTMENT, Attachment.subject == row.id)
    ).first()
    return {
        "adjustment": {"number": row.id},
        "adjustment file": {"number": row.id, "file": file},
        "adjusted meter": {"meter": row.meter_id},
    }
