"""A person's background work as a sheet."""

from __future__ import annotations

from collections.abc import Iterable

from custody.infra.workbooks import Column, Shape, Table
from custody.jobs.models import Job


def jobs(rows: Iterable[tuple[Job, str]], *, under: str) -> Table:
    """`rows`: each with how far it is, in words."""
    centre = Shape.CENTRE
    return Table(
        name="后台任务",
        title="后台任务一览表",
        under=under,
        columns=[
            Column("任务", 44),
            Column("状态", 12, centre),
            Column("提交时间", 18, centre),
            Column("说明", 50),
        ],
        rows=[
            [job.label, job.state.label, f"{job.created_at:%Y-%m-%d %H:%M}", words]
            for job, words in rows
        ],
    )
