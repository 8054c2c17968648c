"""What stands in a Gantt page's address. Anything odd is left out."""

from __future__ import annotations

from collections.abc import Mapping

from custody.gantt.rules import GanttFilters
from custody.web.formkit import whole_or_none


def read_filters(args: Mapping[str, str]) -> GanttFilters:
    return GanttFilters(
        city=args.get("city", "")[:12],
        batch=whole_or_none(args.get("batch")),
        critical=args.get("critical", "") == "1",
    )
