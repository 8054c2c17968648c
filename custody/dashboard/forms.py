"""What stands in a board's address: filters. Anything odd is left out."""

from __future__ import annotations

from collections.abc import Mapping

from custody.dashboard.rules.exceptions import KINDS
from custody.dashboard.rules.matrix import Filters
from custody.milestones.rules import Light

SILENT = "silent"
EXCEPTION_KINDS = (*KINDS, SILENT)


def read_filters(args: Mapping[str, str]) -> Filters:
    batch = args.get("batch", "")
    light = args.get("light", "")
    return Filters(
        city=args.get("city", "")[:12],
        batch=int(batch) if batch.isdigit() and len(batch) < 6 else None,
        milestone=args.get("milestone", "")[:12],
        light=Light(light) if light in set(Light) else None,
    )


def read_kind(args: Mapping[str, str]) -> str:
    kind = args.get("kind", "")
    return kind if kind in EXCEPTION_KINDS else ""
