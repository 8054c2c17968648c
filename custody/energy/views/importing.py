"""What the pages of imports share: the work, at once for a short file, by the worker for a long one."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity
from custody.accounts.rules import Can
from custody.energy.actions import imports as actions
from custody.energy.models.bills import Import
from custody.energy.queries.imports import get_import
from custody.energy.runner import REHEARSAL
from custody.infra import clock
from custody.infra.sheets import packed
from custody.jobs import actions as jobs
from custody.web import kept
from custody.web.database import files, transaction
from custody.web.exports import note_taken

blueprint = Blueprint("energy_imports", __name__, url_prefix="/energy/imports")
kept.call(
    blueprint,
    "能源数据导入",
    {
        "upload": "上传并核对",
        "map_columns": "确定各列",
        "again": "重新核对",
        "accept": "全部接受",
        "explain": "说明所选提示",
        "discard": "放弃",
        "undo": "撤销导入",
    },
    "energy_imports.index",
)
Page = str | Response | tuple[str, int]
SMALL, SMALL_UNPACKED = 200_000, 20_000_000
"""A file of so many bytes is looked at while its sender waits; larger ones go to the worker."""


def note_download(label: str, *, subject: str, note: str = "") -> None:
    who = identity()
    action = "import.downloaded"
    note_taken(label, actor=who, place=who.place, action=action, subject=subject, note=note)


def look_at(writing: Session, one: Import) -> None:
    """A long file is looked at by the worker, a short one right after this transaction."""
    if is_small(one):
        one.job_id = None
    else:
        one.job_id = ordered(writing, one, REHEARSAL, f"核对{one.name}")


def ordered(writing: Session, one: Import, kind: str, label: str) -> int:
    return jobs.order(
        writing,
        actor=identity(),
        now=clock.now(),
        kind=kind,
        key=str(one.id),
        arguments={"import": one.id},
        label=label,
        needs=Can.FILL_ENERGY,
    ).id


def is_small(one: Import) -> bool:
    """Also when unpacked: a bomb must not keep a sender waiting."""
    if one.size > SMALL:
        return False
    try:
        with files().open(one.digest) as file:
            return packed(file.read()).unpacked <= SMALL_UNPACKED
    except FileNotFoundError:
        return True


def settle_now(number: int) -> None:
    """Where no job was ordered for it."""
    with transaction() as writing:
        one = get_import(writing, number, place=identity().place, lock=True)
        if one.job_id is None:
            actions.settle(writing, files(), actor=identity(), now=clock.now(), number=number)
