"""The words on what changed since the last published brief of the same place and form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from custody.briefs.changes import Changes, Figure, MilestoneChange
from custody.briefs.wording.sentences import day_words, listed

NAMED_MOVES = 3
"""So many milestones are named, the others counted."""


def since_words(changes: Changes | None, as_of: date) -> str:
    """Empty without an earlier brief, or where that one knows too little to compare."""
    if changes is None:
        return ""
    head = f"与上期（截至{day_words(changes.since, as_of)}）相比，"
    parts = moves(changes) + standings(changes) + paces(changes)
    if not parts and not changes.told:
        return ""
    return f"{head}{'；'.join(parts) if parts else '各项进展没有变化'}。"


def moves(changes: Changes) -> list[str]:
    parts = []
    if confirmed := changes.confirmed:
        regions = {one.region_code for one in confirmed}
        where = f"，涉及{len(regions)}个地区" if len(regions) > 1 else ""
        parts.append(f"新确认里程碑{len(confirmed)}项{where}")
    if late := changes.late:
        parts.append(f"新增逾期{len(late)}项（{_named(late)}）")
    if closed := changes.closed:
        parts.append(f"原逾期的{len(closed)}项已办结销号")
    if reopened := changes.reopened:
        parts.append(f"{len(reopened)}项撤销办结（{_named(reopened)}）")
    passed = [one.name for one in changes.regions if one.stage_passed]
    if passed:
        count = f"{len(passed)}个地区" if len(passed) > 1 else ""
        parts.append(f"{listed(passed)}{count}进入下一阶段")
    return parts


def _named(moved: Sequence[MilestoneChange]) -> str:
    told = "、".join(f"{one.region_name}“{one.name}”" for one in moved[:NAMED_MOVES])
    return told + ("等" if len(moved) > NAMED_MOVES else "")


_STANDINGS = (
    ("on_track", "进展正常的地区"),
    ("lights.yellow", "预警的地区"),
    ("lights.red", "滞后的地区"),
)


def standings(changes: Changes) -> list[str]:
    """Of a single region its light is told elsewhere."""
    figures = {one.key: one for one in changes.figures}
    if (figures["regions"].after or 0) < 2:
        return []
    parts = [
        _moved(label, figures[key])
        for key, label in _STANDINGS
        if key in figures and figures[key].difference
    ]
    return ["，".join(parts)] if parts else []


def paces(changes: Changes) -> list[str]:
    """How the average progress moved; 平均 belongs to several regions only."""
    alone = next((one.after for one in changes.figures if one.key == "regions"), 0) == 1
    parts = [
        f"{one.label.removeprefix('平均') if alone else one.label}"
        f"{'提高' if (one.difference or 0) > 0 else '下降'}"
        f"{abs(one.difference or 0):.1f}个百分点"
        for one in changes.figures
        if re.fullmatch(r"batch\.\d+\.percent", one.key) and one.difference
    ]
    return ["，".join(parts)] if parts else []


def _moved(label: str, figure: Figure) -> str:
    before, after = figure.before or 0, figure.after or 0
    return f"{label}由{before:.0f}个{'增至' if after > before else '减至'}{after:.0f}个"
