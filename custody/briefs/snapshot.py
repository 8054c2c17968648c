"""A brief frozen: everything it says as plain data, so that it can be printed, checked and kept.

`freeze` is all a brief ever learns of the programme; printing reads the snapshot and nothing else.
Figures stand as they are printed (text) beside the raw number. The digest names the content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from custody.briefs import changes, figures, numbers, wording
from custody.briefs.facts import More
from custody.briefs.rules import Form, period_words
from custody.briefs.wording import Paragraph, onepage
from custody.briefs.wording.ahead import expected_words
from custody.dashboard.rules import BatchFacts, ProgrammeFacts, RegionFacts
from custody.milestones.rules import LIGHTS, Light, Stage, Status

SCHEMA = 3
"""2: form, ranked, masthead of a correction. 3: marks, fields, savings, contracts, problems, since;
what an older snapshot lacks is not printed."""
Snapshot = dict[str, Any]
_NOTHING_MORE = More()


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the issuing office decides: never invented by the system."""

    issuer: str
    year: int
    day: date
    issue: int | None = None
    """Number within the year; None while it is not assigned."""
    total: int | None = None
    name: str = "整区能源费用托管工作简报"
    salutation: str = ""
    copies: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Lines of the colophon: («报», «省委办公厅、省政府办公厅»), («送», …), («发», …)."""
    editor: str = ""
    phone: str = ""
    title: str = ""
    """Of this brief; empty for the drafted one."""
    period: str = ""
    """2026-11 or 2026-Q4; empty: of any day."""
    replaces: str = ""
    """Of a correction: what it takes the place of, and why."""


def issue_words(masthead: Masthead) -> str:
    """〔2026〕第11期（总第23期）; a draft without a number leaves room for it."""
    return _issue_words(masthead.year, masthead.issue, masthead.total)


def _issue_words(year: int, issue: int | None, total: int | None) -> str:
    number = str(issue) if issue is not None else "　"
    running = f"（总第{total}期）" if total is not None else ""
    return f"〔{year}〕第{number}期{running}"


def numbered(content: Snapshot, *, issue: int, total: int, base_url: str = "") -> Snapshot:
    """The same brief with its number, and the site where it can be checked; nothing else changes."""
    head = content["masthead"]
    words = _issue_words(head["year"], issue, total)
    return {
        **content,
        "masthead": {
            **head,
            "issue": issue,
            "total": total,
            "issue_words": words,
            "base_url": base_url,
        },
    }


def long_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def freeze(
    facts: ProgrammeFacts,
    *,
    masthead: Masthead,
    words: Mapping[str, str] | None = None,
    form: Form = Form.BRIEF,
    ranked: bool = False,
    more: More = _NOTHING_MORE,
    last: Mapping[str, Any] | None = None,
) -> Snapshot:
    """The brief as plain data. `words` are edited texts by paragraph key; an empty one drops it.

    `last`: the snapshot of the last published brief of the place and form; what changed since then
    is told.
    """
    edited = words or {}
    more = replace(more, ranked=ranked)
    data = _data(facts, more)
    since = changes.between(last, data) if last is not None else None
    known = {**changes.named_figures(data), **wording.fields(facts, more)}
    drafted = (
        onepage.paragraphs(facts, more, since)
        if form is Form.PAGE
        else wording.paragraphs(facts, more, since)
    )
    return {
        "schema": SCHEMA,
        "form": form.value,
        "ranked": ranked,
        "kind": facts.scope_kind,
        "as_of_words": long_day(facts.as_of),
        "demo": facts.demo,
        "scope": {
            "kind": facts.scope_kind,
            "code": facts.scope_code,
            "name": facts.scope_name,
            "province": facts.province_name,
        },
        "masthead": {
            "name": masthead.name,
            "issuer": masthead.issuer,
            "year": masthead.year,
            "issue": masthead.issue,
            "total": masthead.total,
            "issue_words": issue_words(masthead),
            "day": masthead.day.isoformat(),
            "day_words": long_day(masthead.day),
            "salutation": masthead.salutation,
            "copies": [list(line) for line in masthead.copies],
            "editor": masthead.editor,
            "phone": masthead.phone,
            "period": masthead.period,
            "period_words": period_words(masthead.period),
            "replaces": masthead.replaces,
        },
        "title": masthead.title or _title(facts, form, masthead.period),
        "sections": _sections(facts.scope_kind, drafted, edited, known),
        "fields": known,
        **data,
        "since": _since(since),
        "milestones": _milestones(facts),
        "curve": [
            [point.on.isoformat(), _raw(point.planned), _raw(point.actual), _raw(point.forecast)]
            for point in facts.curve
        ],
        "lights_note": wording.lights_note(),
        "caveats": list(wording.caveats(facts, more)),
    }


def _data(facts: ProgrammeFacts, more: More) -> dict[str, Any]:
    """What a later brief is compared with, and what the tables show."""
    return {
        "as_of": facts.as_of.isoformat(),
        "figures": _figures(facts),
        "batches": [_batch(batch, more) for batch in facts.batches],
        "regions": [_region(region, facts.as_of, more) for region in _ordered(facts, more)],
        "marks": changes.marks(facts),
        "savings": figures.savings(more.savings),
        "contracts": figures.contracts(more.contracts),
        "problems": figures.problems(facts, more),
    }


def _ordered(facts: ProgrammeFacts, more: More) -> list[RegionFacts]:
    """As the notice lists them; by progress within the batch only where a ranking is wanted."""
    if not more.ranked:
        return list(facts.regions)
    return sorted(facts.regions, key=lambda one: (one.batch, -one.percent, one.seq))


def _title(facts: ProgrammeFacts, form: Form, period: str) -> str:
    if form is Form.PAGE:
        return onepage.title(facts, period)
    return wording.title(facts, period)


def _since(since: changes.Changes | None) -> dict[str, Any] | None:
    if since is None:
        return None
    return {
        "as_of": since.since.isoformat(),
        "confirmed": len(since.confirmed),
        "late": len(since.late),
        "closed": len(since.closed),
        "reopened": len(since.reopened),
    }


def digest(snapshot: Snapshot) -> str:
    """SHA-256 of the canonical JSON: keys in order, no spaces, UTF-8."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def canonical(snapshot: Snapshot) -> bytes:
    return json.dumps(
        snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def paragraphs_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """All paragraphs in order, for the editor and for comparisons."""
    return [paragraph for section in snapshot["sections"] for paragraph in section["paragraphs"]]


# --- facts to data ----------------------------------------------------------------------------


def _sections(
    scope_kind: str,
    drafted: Sequence[Paragraph],
    edited: Mapping[str, str],
    known: Mapping[str, str],
) -> list[dict[str, Any]]:
    headings = {**wording.section_headings(scope_kind), **onepage.SECTIONS}
    sections: dict[str, list[dict[str, str]]] = {}
    for paragraph in drafted:
        text = numbers.filled(edited.get(paragraph.key, paragraph.text), known).strip()
        if text:
            sections.setdefault(paragraph.section, []).append(
                {
                    "key": paragraph.key,
                    "heading": edited.get(f"{paragraph.key}.heading", paragraph.heading).strip(),
                    "text": text,
                }
            )
    return [
        {"key": key, "heading": headings[key], "paragraphs": sections[key]}
        for key in headings
        if key in sections
    ]


def _raw(value: float | None) -> float | None:
    """Rounded, so that the last bits of a sum cannot change the digest."""
    return None if value is None else round(value, 4)


def _figures(facts: ProgrammeFacts) -> dict[str, Any]:
    return {
        "regions": len(facts.regions),
        "on_track": wording.on_track(facts.regions),
        "days_left": facts.days_left,
        "deadline": facts.deadline.isoformat(),
        "lights": {light.value: facts.lights.get(light, 0) for light in LIGHTS},
        "late": sum(line.kind == "late" for line in facts.exceptions),
        "silent": len(facts.silent),
    }


def _batch(batch: BatchFacts, more: More) -> dict[str, Any]:
    every = more.ahead.batches if more.ahead else ()
    ahead = next((one for one in every if one.number == batch.number), None)
    return {
        "number": batch.number,
        "name": batch.name,
        "goal": batch.goal,
        "gate_code": batch.gate_code,
        "deadline": batch.deadline.isoformat(),
        "pilot": batch.pilot,
        "regions": batch.regions,
        "done": batch.done,
        "percent": wording.percent_words(batch.percent),
        "percent_raw": _raw(batch.percent),
        "expected": wording.percent_words(batch.expected_percent),
        "expected_raw": _raw(batch.expected_percent),
        "lights": {light.value: batch.lights.get(light, 0) for light in LIGHTS},
        "ahead": expected_words(ahead) if ahead else "",
    }


def _region(region: RegionFacts, as_of: date, more: More) -> dict[str, Any]:
    coming = region.next_cell
    ahead = more.ahead.of(region.code) if more.ahead else None
    return {
        "code": region.code,
        "name": region.name,
        "short_name": region.short_name,
        "city_code": region.city_code,
        "city_name": region.city_name,
        "city_short": region.city_short,
        "seq": region.seq,
        "batch": region.batch,
        "stage": region.stage.value,
        "stage_words": region.stage_label,
        "light": region.light.value,
        "light_words": region.light.meaning,
        "light_reason": region.light_reason,
        "standing": _standing(region),
        "done": region.done,
        "total": region.total,
        "percent": f"{region.percent:.0f}%",
        "percent_raw": _raw(region.percent),
        "expected_raw": _raw(region.expected_percent),
        "next": coming.name if coming else "",
        "next_code": coming.code if coming else "",
        "due": wording.day_words(coming.planned, as_of) if coming and coming.planned else "",
        "reported": region.reported,
        "odds": ahead.words if ahead and ahead.probability is not None else "",
    }


def _standing(region: RegionFacts) -> str:
    """The few words of the table's last column: 逾期16天, else what the light means."""
    if region.stage is Stage.DONE:
        return "完成"
    days = max((cell.days_late for cell in region.cells if not cell.status.settled), default=0)
    if region.light in (Light.YELLOW, Light.RED) and days:
        return f"逾期{days}天"
    return region.light.meaning


def _milestones(facts: ProgrammeFacts) -> list[dict[str, Any]]:
    """Only a region's own brief prints its milestones; those of stages to come have no dates yet."""
    if facts.scope_kind != "region" or not facts.regions:
        return []
    as_of, region = facts.as_of, facts.regions[0]
    pilot = all(batch.pilot for batch in facts.batches)

    def words(day: date | None) -> str:
        return wording.day_words(day, as_of) if day else "—"

    return [
        {
            "code": cell.code,
            "name": cell.name,
            "phase": cell.phase,
            "stage": cell.stage.value,
            "stage_words": cell.stage.label(pilot=pilot),
            "weight": cell.weight,
            "gate": cell.gate,
            "status": cell.status.value,
            "status_words": cell.status.label,
            "light": cell.light.value,
            "light_words": cell.light.meaning,
            "reason": cell.reason,
            "percent": cell.percent,
            "planned": cell.planned.isoformat() if cell.planned else None,
            "planned_words": words(cell.planned),
            "forecast": cell.forecast.isoformat() if cell.forecast else None,
            "forecast_words": "—" if cell.status.settled else words(cell.forecast),
            "actual": cell.actual.isoformat() if cell.actual else None,
            "actual_words": words(cell.actual),
            "confirmed_on": cell.confirmed_on.isoformat() if cell.confirmed_on else None,
            "days_late": cell.days_late,
            "unit": cell.unit,
        }
        for cell in region.cells
        if cell.planned or cell.actual or cell.status is not Status.NOT_STARTED
    ]
