"""From the template to the accepted import and back, over HTTP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Payment
from custody.energy.rules.states import ImportState
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.factories.energy_files import BILLS, ROSTER, code, send


def _all(database: Database, query: Any) -> list[Any]:
    with database.reader() as reading:
        return list(reading.scalars(query))


def _one(database: Database, query: Any) -> Any:
    return next(iter(_all(database, query)), None)


def test_rehearsed_accepted_corrected_and_undone(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    at = send(client, "roster", "k1", ROSTER, ["实验小学", code(1), "教育", "１，２００", "00123"])
    assert _one(database, select(func.count(Institution.id))) == 0
    assert client.send(f"{at}/accept").status_code == 303
    assert _one(database, select(Meter.number)) == "00123"
    at = send(client, "bills", "k2", BILLS, ["电", "00123", "2026年9月", "1000", "650"])
    for _ in range(2):
        assert client.send(f"{at}/accept").status_code == 303
    assert _one(database, select(func.count(Bill.meter_id))) == 1
    again = send(client, "bills", "k3", BILLS, ["电", "00123", "202609", "900", "650"])
    client.send(f"{again}/accept")
    assert (_one(database, select(Bill.use)), _one(database, select(Bill.number))) == (
        900,
        2,
    )
    assert client.send(f"{again}/undo").status_code == 303
    assert (_one(database, select(Bill.use)), _one(database, select(Bill.number))) == (
        1000,
        3,
    )
    assert _one(database, select(func.count()).select_from(PastBill)) == 2
    actions = set(_all(database, select(Event.action)))
    assert {"import.accepted", "energy.bills_stored", "import.undone"} <= actions


def test_slips_are_named_by_cell_and_nothing_is_stored(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    wrong = code(2)[:-1] + ("1" if code(2)[-1] != "1" else "2")
    at = send(client, "roster", "k1", ROSTER, ["实验小学", wrong, "教育局", "-5", "1.2E+10"])
    page = client.get(at).text
    for words in ("B2", "校验位", "C2", "单位性质", "D2", "负数", "E2", "科学计数", "批注表"):
        assert words in page
    assert client.send(f"{at}/accept").status_code == 422
    assert _one(database, select(func.count(Institution.id))) == 0
    assert client.get(f"{at}/annotated.xlsx").status_code == 200


def test_columns_of_a_foreign_layout_are_remembered(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    strange = ["机构", "编码", "类别", "备注"]
    at = send(client, "roster", "k1", strange, ["实验小学", code(1), "教育", "x"])
    assert _one(database, select(Import.state)) is ImportState.MAPPING
    told = {"name": "机构", "credit_code": "编码", "type_code": "类别", "sender": "某平台"}
    assert client.send(f"{at}/columns", told).status_code == 303
    assert _one(database, select(Import.state)) is ImportState.REHEARSED
    send(client, "roster", "k2", strange, ["第二小学", code(2), "教育", "x"])
    states = _all(database, select(Import.state).order_by(Import.id))
    assert states == [ImportState.REHEARSED, ImportState.REHEARSED]


def test_an_institution_gains_its_code_and_loses_it_again(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    with_payment = [*ROSTER, "计费方式"]
    row = ["实验小学", "", "教育", "1200", "00123", ""]
    at = send(client, "roster", "k1", with_payment, row)
    client.send(f"{at}/accept")
    row = ["实验小学", code(1), "教育", "1300", "00123", "不计量付费"]
    again = send(client, "roster", "k2", with_payment, row)
    assert _one(database, select(Import.result).where(Import.key == "k2"))["counts"] == {
        "new": 0, "changed": 1, "same": 0, "wrong": 0,
    }  # fmt: skip
    client.send(f"{again}/accept")
    assert _all(database, select(Institution.credit_code)) == [code(1)]
    assert _one(database, select(Meter.payment)) is Payment.UNMETERED_PAID
    # A line without the code, in a file without the area's column, leaves both alone.
    bare = ["单位名称", "单位性质", "电户号"]
    third = send(client, "roster", "k3", bare, ["实验小学", "教育", "00123"])
    assert client.send(f"{third}/accept").status_code == 303
    assert _all(database, select(Institution.floor_area)) == [1300]
    assert _all(database, select(Institution.credit_code)) == [code(1)]
    assert client.send(f"{again}/undo").status_code == 303
    assert _all(database, select(Institution.credit_code)) == [""]
    assert _all(database, select(Institution.floor_area)) == [1200]
    assert _one(database, select(Meter.payment)) is Payment.METERED_PAID
