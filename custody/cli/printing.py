"""Tables and JSON on the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

import click


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(_columns, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        click.echo(("  " + "  ".join(cells)).rstrip())


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
