"""Verbs about the notice and its regions: load, edit. Every change is recorded field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.db import Base
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict
from custody.regions.models import Batch, City, Notice, Province, Region, Target, Task
from custody.regions.notice import NoticeData

Editable = Province | Notice | City | Batch | Region | Task | Target


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a load touched."""

    added: int
    changed: int
    same: int


def load(session: Session, data: NoticeData, *, actor: journal.Actor, now: datetime) -> Loaded:
    """Bring province, notice, batches, tasks, cities and regions to what the files say.

    Idempotent: rows are found by their natural keys; loading the same files again changes nothing
    and records nothing. Rows the files do not name are left alone.
    """
    province = data.province.code
    loader = _Loader(session, actor, now, province)
    loader.upsert(Province, {(province,): asdict(data.province)}, ("code",), "province")
    year = data.notice.year
    loader.upsert(
        Notice,
        {(province, year): {"province_code": province, **asdict(data.notice)}},
        ("province_code", "year"),
        "notice",
    )
    loader.upsert(
        Batch,
        {
            (province, line.number): {"province_code": province, "year": year, **asdict(line)}
            for line in data.batches
        },
        ("province_code", "number"),
        "batch",
    )
    loader.upsert(
        Task,
        {
            (province, year, line.number): {
                "province_code": province,
                "year": year,
                **asdict(line),
            }
            for line in data.tasks
        },
        ("province_code", "year", "number"),
        "task",
    )
    loader.upsert(
        Target,
        {
            (province, year, line.task_number, line.key): {
                "province_code": province,
                "year": year,
                **asdict(line),
            }
            for line in data.targets
        },
        ("province_code", "year", "task_number", "key"),
        "quantity",
    )
    loader.upsert(
        City,
        {(line.code,): {"province_code": province, **asdict(line)} for line in data.cities},
        ("code",),
        "city",
    )
    session.flush()
    loader.upsert(
        Region,
        {(line.code,): {"province_code": province, **asdict(line)} for line in data.regions},
        ("code",),
        "region",
    )
    session.flush()
    if loader.added or loader.changed:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="notice.loaded",
            kind="notice",
            subject=f"{province}-{year}",
            label=data.notice.title,
            province=province,
            note=f"新增{loader.added}项，更新{loader.changed}项，未变{loader.same}项",
        )
    return Loaded(loader.added, loader.changed, loader.same)


class _Loader:
    def __init__(
        self, session: Session, actor: journal.Actor, now: datetime, province: str
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.province = province
        self.added = self.changed = self.same = 0

    def upsert(
        self,
        model: type[Base],
        lines: Mapping[tuple[Any, ...], dict[str, Any]],
        key: tuple[str, ...],
        kind: str,
    ) -> None:
        """One SELECT for all rows of a kind, then inserts and changes."""
        rows: dict[tuple[Any, ...], Base] = {}
        if lines:
            first = getattr(model, key[0])
            wanted = {line_key[0] for line_key in lines}
            for row in self.session.scalars(select(model).where(first.in_(wanted))):
                rows[tuple(getattr(row, name) for name in key)] = row
        for line_key, values in lines.items():
            row_or_none = rows.get(line_key)
            if row_or_none is None:
                self.session.add(model(**values))
                self.added += 1
                continue
            changes = journal.amend(row_or_none, values)
            if changes:
                self.changed += 1
                _record(
                    self.session,
                    self.actor,
                    self.now,
                    row_or_none,
                    kind,
                    "-".join(map(str, line_key)),
                    changes,
                    self.province,
                )
            else:
                self.same += 1


def _record(
    session: Session,
    actor: journal.Actor,
    now: datetime,
    row: Base,
    kind: str,
    subject: str,
    changes: Changes,
    province: str,
) -> None:
    region = row if isinstance(row, Region) else None
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"{kind}.edited",
        kind=kind,
        subject=subject,
        label=str(getattr(row, "name", None) or getattr(row, "title", "")),
        province=province,
        city=region.city_code if region else None,
        region=region.code if region else None,
        changes=changes,
    )


def edit(
    session: Session,
    row: Editable,
    values: Mapping[str, Any],
    *,
    kind: str,
    subject: str,
    version: int,
    actor: Identity,
    now: datetime,
) -> Changes:
    """Change a row of the notice. `version` is the one the person had before them: Conflict if stale."""
    if row.version != version:
        raise Conflict
    changes = journal.amend(row, values)
    if changes:
        province = row.code if isinstance(row, Province) else row.province_code
        _record(session, actor, now, row, kind, subject, changes, province)
    return changes
