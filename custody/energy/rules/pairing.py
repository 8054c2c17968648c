"""Which institution of a region a line of a roster is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from custody.energy.rules.rows import InstitutionRow


def paired(rows: Sequence[InstitutionRow], known: Mapping[str, str]) -> dict[str, str]:
    """Line's key → the key of the institution it is; new ones are left out. `known`: key → name.

    By its code. Where one of the two has no code (yet), by its name, if that is nobody else's: an
    institution that gains its code, or whose line lacks it, is not a second one.
    """
    found = {row.key: row.key for row in rows if row.key in known}
    open_keys = [key for key in known if key not in found]
    by_name = {known[key]: key for key in open_keys}
    there = Counter(known[key] for key in open_keys)
    asked = Counter(row.name for row in rows if row.key not in found)
    for row in rows:
        key = by_name.get(row.name)
        if row.key in found or key is None or there[row.name] > 1 or asked[row.name] > 1:
            continue
        if not row.credit_code or key == row.name:
            found[row.key] = key
    return found


def completed(
    rows: Sequence[InstitutionRow], absent: Sequence[str], known: Mapping[str, Mapping[str, Any]]
) -> list[InstitutionRow]:
    """Lines of a file that has no column for these facts: they stay what they are. `known`: by key."""
    pairs = paired(rows, {key: one["name"] for key, one in known.items()})
    return [
        replace(row, **{name: known[key][name] for name in absent})
        if (key := pairs.get(row.key)) is not None
        else row
        for row in rows
    ]
