"""Files of rosters and bills, and sending them as an officer does."""

from __future__ import annotations

import csv
import io
from typing import Any

import xlsxwriter

from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import FIELDS, SCHEMAS, SHEETS
from custody.kernel.credit_code import check_digit

HOME = "/energy/imports"
ROSTER = ["单位名称", "统一社会信用代码", "单位性质", "建筑面积", "电户号"]
BILLS = ["能源品种", "户号", "月份", "用量", "费用（元）"]


def code(number: int) -> str:
    """A made-up 统一社会信用代码 with the right check digit."""
    body = f"1132028{number:010d}"
    return body + check_digit(body)


def as_csv(*rows: list[str], encoding: str = "gb18030") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(kind: Kind, *rows: dict[str, Any]) -> bytes:
    """As our template comes back, filled in by the names of its fields."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(SHEETS[kind])
        sheet.write_string(0, len(FIELDS[kind]), SCHEMAS[kind])
        sheet.write_row(2, 0, [field.title for field in FIELDS[kind]])
        for at, row in enumerate(rows):
            sheet.write_row(3 + at, 0, [row.get(field.name) for field in FIELDS[kind]])
    return out.getvalue()


def school(number: int, account: str) -> list[str]:
    """A line under ROSTER."""
    return [f"第{number}小学", code(number), "教育", "1200", account]


def bill(account: str, month: str, use: str, cost: str = "650") -> list[str]:
    """A line under BILLS."""
    return ["电", account, month, use, cost]


def send_file(client: Any, kind: str, key: str, data: bytes, name: str) -> Any:
    form = {"kind": kind, "key": key, "file": (io.BytesIO(data), name)}
    return client.send(HOME, form, content_type="multipart/form-data")


def send(client: Any, kind: str, key: str, *rows: list[str]) -> str:
    """Its page's address."""
    sent = send_file(client, kind, key, as_csv(*rows), f"{kind}.csv")
    assert sent.status_code == 303
    return str(sent.location)


def with_meter(client: Any, account: str = "00123") -> None:
    """宜兴市 has a school with one meter."""
    at = send(client, "roster", f"roster-{account}", ROSTER, school(1, account))
    assert client.send(f"{at}/accept").status_code == 303
