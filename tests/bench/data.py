"""Installations to measure: the 32 regions of Jiangsu, or a made-up province, each in mid-programme."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody import setup
from custody.accounts import actions as accounts
from custody.accounts.rules import Place, Role
from custody.infra import clock, journal
from custody.infra.db import Database
from custody.infra.journal import Machine
from custody.milestones.models import Milestone
from custody.milestones.rules import Claim, Status
from custody.regions.models import Region
from tests.factories import province

TODAY = date(2026, 11, 22)
PASSWORD = "Bench-2026-pass"
JIANGSU = 32


@dataclass(frozen=True, slots=True)
class Installation:
    regions: int
    folder: Path
    region: str
    """The code of the region whose page and to-do list are measured."""
    province: str


def build(folder: Path, regions: int) -> Installation:
    """A database with the regions, one leader, one coordinator, one officer and a year of progress."""
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'custody.sqlite3'}")
    setup.migrate.upgrade(database, setup.MIGRATIONS)
    now = clock.at(date(2026, 3, 2))
    with database.transaction() as session:
        if regions == JIANGSU:
            setup.load_folder(session, setup.JIANGSU, actor=Machine(), now=now)
        else:
            province.load_province(session, folder / "notice", regions, now=now)
        rows = session.scalars(select(Region).order_by(Region.batch_number, Region.seq)).all()
        measured = rows[len(rows) // 2]
        for username, role, place in (
            ("leader", Role.LEADER, Place(measured.province_code)),
            ("coordinator", Role.COORDINATOR, Place(measured.province_code)),
            ("officer", Role.OFFICER, measured.place),
        ):
            accounts.add(
                session,
                actor=Machine(),
                now=now,
                username=username,
                name=username,
                unit="",
                phone="",
                role=role,
                place=place,
                password=PASSWORD,
                must_change=False,
            )
        _progress(session, rows)
        code, province_code = measured.code, measured.province_code
    database.dispose()
    return Installation(regions, folder, code, province_code)


def touch(folder: Path) -> None:
    """One change in the journal: whatever was worked out for the board is out of date."""
    database = Database(f"sqlite:///{folder / 'custody.sqlite3'}")
    with database.transaction() as session:
        journal.record(
            session, actor=Machine(), now=clock.now(), action="notice.edited", kind="notice"
        )
    database.dispose()


def _progress(session: Session, regions: list[Region]) -> None:
    """A year of plausible work, written straight into the tables, with the events of the journal.

    Not through the actions: 3,000 regions would take an hour.
    """
    dice = random.Random(2026)
    places = {region.code: region for region in regions}
    officer = session.scalars(
        select(accounts.Account.id).order_by(accounts.Account.id.desc())
    ).first()
    for row in session.scalars(select(Milestone).order_by(Milestone.id)):
        if row.planned is None:
            continue
        end = row.planned + timedelta(days=dice.randint(-20, 25))
        if end <= TODAY:
            row.status, row.percent, row.actual = Status.CONFIRMED, 100, end
            row.decided_at = clock.at(end, 16)
        elif row.planned - timedelta(days=60) < TODAY:
            row.status = dice.choice(
                (Status.IN_PROGRESS, Status.RETURNED, Status.AWAITING_PROVINCE)
            )
            row.percent = dice.randint(20, 95)
            row.forecast = row.planned + timedelta(days=dice.randint(-5, 40))
            end = TODAY - timedelta(days=dice.randint(0, 40))
        else:
            continue
        if row.status.awaiting or row.status.settled:
            row.claim, row.submitted_by = Claim.DONE, officer
            row.submitted_at = row.awaiting_since = clock.at(end, 10)
        row.updated_at = clock.at(end, 16)
        place = places[row.region_code]
        for action in ("updated", "submitted") if row.submitted_at else ("updated",):
            journal.record(
                session,
                actor=Machine(),
                now=clock.at(end, 10),
                action=f"milestone.{action}",
                kind="milestone",
                subject=row.id,
                label=f"{place.name} {row.code}",
                province=place.province_code,
                city=place.city_code,
                region=place.code,
                changes={"percent": (0, row.percent), "status": (Status.NOT_STARTED, row.status)},
            )
