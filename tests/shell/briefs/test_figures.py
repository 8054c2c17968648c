"""The printed figures are those of the tables: read back from the PDF, counted again in plain SQL."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.briefs import render
from custody.briefs.actions import drafting
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from tests.conftest import TODAY
from tests.factories import contracts as deals
from tests.factories import people, programme, supervision
from tests.factories import savings as arrange

pytestmark = [pytest.mark.pdf, pytest.mark.parametrize("database_kind", ["sqlite"])]
PROVINCE = Place("320000")


@pytest.fixture
def printed(database: Database, clock: Any, session: Session) -> str:
    """The province's brief of today, without blanks; 宜兴 has saved, holds a contract, owes an answer."""
    with database.transaction() as writing:
        arrange.saved(writing, people.YIXING, Energy.ELECTRICITY, Energy.WATER)
        deals.signed(writing, people.YIXING)
        supervision.issued(writing, people.YIXING)
        programme.confirmed(writing, people.ZHANGJIAGANG, "M18")
    wanted = drafting.first_wishes(session, PROVINCE, as_of=TODAY, today=TODAY)
    brief = drafting.compose(session, PROVINCE, wanted, demo=False)
    pages = PdfReader(io.BytesIO(render.pdf(brief))).pages
    return re.sub(r"\s|— \d+ —", "", "".join(one.extract_text() for one in pages))


def found(printed: str, pattern: str) -> tuple[str, ...]:
    hit = re.search(pattern, printed)
    assert hit is not None, pattern
    return hit.groups()


def counted(session: Session, query: str, **given: Any) -> Decimal:
    return Decimal(str(session.scalar(text(query), {"today": TODAY.isoformat(), **given}) or 0))


def test_regions_and_milestones(printed: str, session: Session) -> None:
    regions = "SELECT count(*) FROM region"
    (every,) = found(printed, r"全省共有(\d+)个地区")
    assert int(every) == counted(session, regions)
    told = found(
        printed, r"第一批试点地区(\d+)个、第二批试点地区(\d+)个、2026年启动和推进的地区(\d+)个"
    )
    assert [int(one) for one in told] == [
        counted(session, f"{regions} WHERE batch_number = :batch", batch=batch)
        for batch in (1, 2, 3)
    ]
    dated = counted(session, "SELECT count(*) FROM milestone WHERE planned IS NOT NULL")
    due = counted(session, "SELECT count(*) FROM milestone WHERE planned <= :today")
    done = counted(session, "SELECT count(*) FROM milestone WHERE status = 'confirmed'")
    said = found(printed, r"应办结全部里程碑的([\d.]+)%，实际办结([\d.]+)%")
    assert [Decimal(one) for one in said] == [
        round(due / dated * 100, 1),
        round(done / dated * 100, 1),
    ]
    late = "FROM milestone WHERE planned < :today AND status NOT IN ('confirmed', 'not_applicable')"
    places, rows = found(printed, r"共有(\d+)个地区的(\d+)项里程碑逾期")
    assert int(places) == counted(session, f"SELECT count(DISTINCT region_code) {late}")
    assert int(rows) == counted(session, f"SELECT count(*) {late}")


def test_days_late_of_every_region(printed: str, session: Session) -> None:
    """Of the milestone its line names: from the planned day of the table to the brief's."""
    lines = re.findall(
        r"\d+([\u4e00-\u9fff]+?)(?:试点|平台建设|招标前准备)\d+%(\D+?)(\d+)月(\d+)日■逾期(\d+)天",
        printed,
    )
    assert len(lines) == 32
    for name, item, month, day, days in lines:
        planned = session.scalar(
            text(
                "SELECT m.planned FROM milestone m JOIN region r ON r.code = m.region_code"
                " JOIN template_item t ON t.id = m.item_id WHERE r.name = :name AND t.name = :item"
            ),
            {"name": name, "item": item},
        )
        on = date.fromisoformat(str(planned))
        assert (on.month, on.day) == (int(month), int(day)), name
        assert (TODAY - on).days == int(days), name


def test_contracts_and_orders(printed: str, session: Session) -> None:
    count, total = found(printed, r"托管合同共(\d+)份，涉及1个地区，合同总额([\d.]+)万元")
    signed = "FROM contract WHERE region_code = :region"
    assert int(count) == counted(session, f"SELECT count(*) {signed}", region=people.YIXING)
    yuan = counted(session, f"SELECT sum(total) {signed}", region=people.YIXING)
    assert Decimal(total) == round(yuan / 10_000, 1)
    (orders,) = found(printed, r"在办督办单(\d+)件")
    assert int(orders) == counted(
        session,
        "SELECT count(*) FROM matter WHERE status NOT IN ('draft', 'closed', 'discarded')",
    )


@pytest.mark.parametrize(
    ("energy", "row"), [("electricity", "电万千瓦时"), ("water", "水万立方米")]
)
def test_savings(printed: str, session: Session, energy: str, row: str) -> None:
    """What was used is the bills' sum; what was saved is the base of the line less that."""
    base, used, saved = found(printed, rf"{row}([\d.]+?\.\d)([\d.]+?\.\d)([\d.]+?\.\d)±")
    bills = counted(
        session,
        "SELECT sum(b.use) FROM bill b JOIN meter m ON m.id = b.meter_id"
        " WHERE m.energy = :energy AND b.month BETWEEN 202601 AND 202610",
        energy=energy,
    )
    assert Decimal(used) == round(bills / 10_000, 1)
    assert abs(Decimal(base) - Decimal(used) - Decimal(saved)) <= Decimal("0.15")
