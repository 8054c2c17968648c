"""What stands in a board's address: filters. Anything odd is left out."""

from __future__ import annotations

from collections.abc import Mapping

from custody.dashboard.rules.exceptions import KINDS
from custody.dashboard.rules.matrix import Filters
from custody.milestones.rules import Light
from custody.web.formkit import whole_or_none

SILENT = "silent"
EXCEPTION_KINDS = (*KINDS, SILENT)


def read_filters(args: Mapping[str, str]) -> Filters:
    light = args.get("light", "")
    return Filters(
        city=args.get("city", "")[:12],
        batch=whole_or_none(args.get("batch")),
        milestone=args.get("milestone", "")[:12],
        light=Light(light) if light in set(Light) else None,
    )


def read_kind(args: Mapping[str, str]) -> str:
    kind = args.get("kind", "")
    return kind if kind in EXCEPTION_KINDS else ""
