"""The tasks of the year: the table of nine, one task, what is behind a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Level, Place
from custody.infra import clock
from custody.infra.shelf import Shelf
from custody.kernel.problems import NotFound
from custody.milestones.queries.lifecycles import policy_of
from custody.milestones.rules import LightPolicy, Signal
from custody.regions import queries as regions
from custody.regions.models import Target, Task
from custody.regions.rules import Counting, concerns, days_left
from custody.targets.queries import ahead, entries, quantities
from custody.targets.queries.entries import Line, Wanted
from custody.targets.queries.parts import Part, parts_of
from custody.targets.rules.review import Review
from custody.targets.rules.tasks import Quantity, finished, progress_of, signal
from custody.targets.views.exports import entries_sheet, parts_sheet, sent, tasks_sheet
from custody.web.database import edition, session
from custody.web.paging import page_of

blueprint = Blueprint("targets", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the table shows it."""

    task: Task
    days: int
    percent: int
    finished: bool
    signal: Signal
    quantities: list[Quantity]
    newest: Line | None
    waiting: int


def chances(today: date) -> Mapping[str, float]:
    """The regions' chances, worked out anew only when the data have changed."""
    made: Shelf[Mapping[str, float]] = Shelf(8_000, len)
    shelf = current_app.extensions.setdefault("custody.chances", made)
    province = identity().place.province
    found: Mapping[str, float] = shelf.get(
        (edition(), province, today), lambda: ahead.chances(session(), province, today)
    )
    return found


def task_rows(place: Place, today: date) -> list[TaskRow]:
    """All tasks of the year as they stand for a place."""
    tasks = regions.tasks_of(session(), place.province)
    if not tasks:
        return []
    year = tasks[0].year
    own, whole = _numbers(place, year, today)
    newest = entries.newest(session(), place, year)
    told = entries.percents(session(), place.province, year)
    waiting = entries.waiting_of(session(), place, year)
    policy = policy_of(session(), place.province)
    return [
        _row(
            task,
            _shown(task, own, place),
            [one for one in whole if one.task == task.number],
            told.get(task.id),
            newest.get(task.id),
            waiting.get(task.id, 0),
            today,
            policy,
        )
        for task in tasks
    ]


def _numbers(place: Place, year: int, today: date) -> tuple[list[Quantity], list[Quantity]]:
    """The place's own part of the numbers, and all of them: a task's light is the same for everybody."""
    whole = quantities.of_year(session(), Place(place.province), year, today, chances(today))
    if place.level is Level.PROVINCE:
        return whole, whole
    return quantities.of_year(session(), place, year, today, chances(today)), whole


def _shown(task: Task, own: list[Quantity], place: Place) -> list[Quantity]:
    """A number that does not concern the place has no part there."""
    if not concerns(task.reporters, place):
        return []
    return [one for one in own if one.task == task.number]


def _row(
    task: Task,
    own: list[Quantity],
    whole: list[Quantity],
    told: int | None,
    newest: Line | None,
    waiting: int,
    today: date,
    policy: LightPolicy,
) -> TaskRow:
    percent = progress_of(told, whole)
    light = signal(
        year=task.year,
        deadline=task.deadline,
        percent=percent,
        quantities=whole,
        today=today,
        policy=policy,
    )
    return TaskRow(
        task=task,
        days=days_left(task.deadline, today),
        percent=percent,
        finished=finished(percent, whole),
        signal=light,
        quantities=own,
        newest=newest,
        waiting=waiting,
    )


@blueprint.get("/tasks")
@requires(Can.SEE_PROGRAMME)
def index() -> Page:
    place = identity().place
    rows = task_rows(place, clock.today())
    return render_template(
        "targets/index.html",
        notice=regions.notice_of(session(), place.province),
        rows=rows,
        numbers=[one for row in rows for one in row.quantities],
        whole=place.level is Level.PROVINCE,
    )


@blueprint.get("/tasks/export")
@requires(Can.EXPORT)
def export() -> Page:
    place, today = identity().place, clock.today()
    notice = regions.notice_of(session(), place.province)
    name = regions.place_name(session(), place)
    rows = task_rows(place, today)
    return sent(tasks_sheet(notice.title, name, rows), f"{name}年度任务进展", "tasks", len(rows))


# --- one task ------------------------------------------------------------------------------------


def find(number: int) -> Task:
    return entries.get_task(session(), identity().place.province, number)


def targets_of(task: Task) -> list[Target]:
    rows = regions.targets_of(session(), task.province_code, task.year)
    return [row for row in rows if row.task_number == task.number]


def reports(task: Task) -> bool:
    """May the signed-in person report on the task?"""
    return may(Can.REPORT_TARGET) and concerns(task.reporters, identity().place)


def _reporters(task: Task) -> str:
    """Whom the task concerns, by name."""
    words = [word for word in task.reporters.split("，") if word]
    names = regions.names_of(session(), [word for word in words if word.isdecimal()])
    return "，".join(["省级", *(names.get(word, word) for word in words)])


TYPED_IN = (Counting.AREA, Counting.ENTRIES)


@blueprint.get("/tasks/<int:number>")
@requires(Can.SEE_PROGRAMME)
def task(number: int) -> Page:
    place, today = identity().place, clock.today()
    found = find(number)
    targets = targets_of(found)
    wanted = _wanted(targets)
    page = page_of(entries.count_entries(session(), found, place, wanted), 30)
    own, whole = _numbers(place, found.year, today)
    told = entries.percents(session(), place.province, found.year)
    return render_template(
        "targets/task.html",
        row=_row(
            found,
            _shown(found, own, place),
            [one for one in whole if one.task == number],
            told.get(found.id),
            None,
            0,
            today,
            policy_of(session(), place.province),
        ),
        lines=entries.entries_of(
            session(), found, place, wanted, limit=page.size, offset=page.offset
        ),
        page=page,
        wanted=wanted,
        statuses=Review,
        targets=[one for one in targets if one.counting in TYPED_IN],
        names={one.id: one for one in targets},
        cities=[] if place.city else regions.cities_of(session(), place),
        reports=reports(found),
        reporters=_reporters(found),
        whole=place.level is Level.PROVINCE,
        registry=any(one.counting is Counting.PROJECTS for one in targets),
    )


def _wanted(targets: list[Target]) -> Wanted:
    status, target = request.args.get("status", ""), request.args.get("target", "")
    return Wanted(
        status=Review(status) if status in {one.value for one in Review} else None,
        city=request.args.get("city", "")[:12],
        target=next((one.id for one in targets if one.key == target), None),
    )


@blueprint.get("/tasks/<int:number>/export")
@requires(Can.EXPORT)
def export_task(number: int) -> Page:
    found = find(number)
    wanted = _wanted(targets_of(found))
    lines = entries.entries_of(session(), found, identity().place, wanted, limit=MOST)
    title = f"任务{number}进展填报"
    return sent(entries_sheet(title, lines), title, f"task-{number}", len(lines))


MOST = 5_000
"""Entries one export may have, newest first (our choice; the filter makes more exports)."""


# --- what is behind a number ---------------------------------------------------------------------


def _behind(number: int, key: str) -> tuple[Task, Quantity, list[Part]]:
    place, today = identity().place, clock.today()
    found = find(number)
    target = next((one for one in targets_of(found) if one.key == key), None)
    if target is None:
        raise NotFound
    rows = quantities.behind(session(), place, found.year)
    own = quantities.stand([target], rows, place, today, chances(today))
    if not own:
        raise NotFound
    return found, own[0], parts_of(session(), target, rows, place, today)


@blueprint.get("/tasks/<int:number>/targets/<key>")
@requires(Can.SEE_PROGRAMME)
def quantity(number: int, key: str) -> Page:
    found, own, parts = _behind(number, key)
    return render_template(
        "targets/quantity.html",
        task=found,
        q=own,
        parts=[(one, _address(number, one)) for one in parts],
        counted=sum(one.counted for one in parts),
        reports=reports(found) and own.counting in TYPED_IN,
        whole=identity().place.level is Level.PROVINCE,
    )


def _address(number: int, part: Part) -> str:
    """The page of the row itself; empty where it has none."""
    if part.kind == "gate" and part.code:
        return url_for("milestones.show", region=part.region, code=part.code)
    if part.kind == "measure" and may(Can.SEE_CONTRACTS):
        return url_for("contracts.show", number=part.contract)
    if part.kind == "project":
        return url_for("projects.show", number=part.id)
    return url_for("entries.show", number=number, entry=part.id) if part.kind == "entry" else ""


@blueprint.get("/tasks/<int:number>/targets/<key>/export")
@requires(Can.EXPORT)
def export_quantity(number: int, key: str) -> Page:
    _, own, parts = _behind(number, key)
    return sent(parts_sheet(own, parts), f"{own.name}明细", f"target-{own.key}", len(parts))
