"""Tables from files as plain rows of text."""

from __future__ import annotations

import csv
import io


class Undecodable(Exception):
    """The bytes are text in no encoding we accept."""


def decode(data: bytes) -> str:
    """Text in UTF-8 (with or without BOM) or GB18030, which Excel in China writes. Raises Undecodable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Undecodable


def read_csv(data: bytes) -> list[dict[str, str]]:
    """Rows by column name, values stripped; blank rows left out. Raises Undecodable."""
    rows = csv.DictReader(io.StringIO(decode(data)))
    return [
        {key: (value or "").strip() for key, value in row.items() if key}
        for row in rows
        if any((value or "").strip() for key, value in row.items() if key)
    ]


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(header: list[str], rows: list[list[str]]) -> bytes:
    """UTF-8 with BOM, so that Excel and WPS show Chinese; cells that look like formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{c}" if c.startswith(_FORMULA_STARTS) else c for c in row])
    return out.getvalue().encode("utf-8-sig")
