"""What stands in a Gantt page's address. Anything odd is left out."""

from __future__ import annotations

from collections.abc import Mapping

from custody.gantt.rules import GanttFilters


def read_filters(args: Mapping[str, str]) -> GanttFilters:
    batch = args.get("batch", "")
    return GanttFilters(
        city=args.get("city", "")[:12],
        batch=int(batch) if batch.isdigit() and len(batch) < 6 else None,
        critical=args.get("critical", "") == "1",
    )
