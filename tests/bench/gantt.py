"""`python -m tests.bench.gantt`: bytes and seconds of the Gantt pages, and of a naive renderer beside them.

The naive one draws every milestone by itself, a group with its own rectangles, words and styles, as
most Gantt pages do; it is given the same facts in the same run. (For comparison, from the literature:
Redmine takes 16.5 s and 12 MB for 6,400 items.)
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from config import Config
from custody.accounts.queries import by_username
from custody.app import create_app
from custody.dashboard.rules import ProgrammeFacts
from custody.gantt import charts
from custody.gantt.charts.scale import Axis, axis_of
from custody.gantt.rules import MANY, GanttGroup, blocks, groups_of, row_words
from custody.infra import clock
from custody.infra.db import Database
from custody.kernel import drawing as draw
from tests.bench import data
from tests.factories.gantt import TODAY, programme, schedules

ITEMS = 24
TIMES = 5


def main() -> None:
    print(f"{'':44}{'items':>8}{'kB':>9}{'s':>9}")
    for regions in (32, 267):
        facts = programme(ITEMS, regions)
        plans = schedules(facts)
        groups = groups_of(facts, None, plans)
        items = sum(len(group.rows) for group in groups)
        ours = _timed(lambda: _ours(groups_of(facts, None, plans)))  # noqa: B023
        naive = _timed(lambda: _naive(groups_of(facts, None, plans)))  # noqa: B023
        paper = _timed(lambda: _paper(groups_of(facts, None, plans), facts))  # noqa: B023
        _print(f"{regions} regions, drawings of the page", items, ours)
        _print(f"{regions} regions, drawings of the PDF", items, paper)
        _print(f"{regions} regions, naive: an element an item", items, naive)
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as folder:
        for regions in (32, 267, 552):  # the last has some 6,400 milestones that have begun
            _page(Path(folder) / str(regions), regions)


def _page(folder: Path, regions: int) -> None:
    """The whole page over HTTP from a database, the first time after a change and again."""
    built = data.build(folder, regions)
    config = Config(
        data=folder,
        database_url=f"sqlite:///{folder / 'custody.sqlite3'}",
        bind="",
        secret_key="bench",
        today=data.TODAY,
        demo=False,
        secure_cookie=False,
        workers=1,
    )
    database = Database(config.database_url)
    client = create_app(config, database).test_client()
    with database.reader() as session:
        account = by_username(session, "leader")
        assert account is not None
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account.id}.{account.session_epoch}"
        cookie["_fresh"] = True
        cookie["seen"] = int(clock.now().timestamp())
    client.get("/gantt")
    cold = []
    for _ in range(TIMES):
        data.touch(built.folder)
        begun = time.process_time()
        answer = client.get("/gantt")
        cold.append(time.process_time() - begun)
        assert answer.status_code == 200
    begun = time.process_time()
    client.get("/gantt")
    warm = time.process_time() - begun
    size = len(answer.data)
    print(
        f"{f'{regions} regions, page after a change':44}{'':8}{size / 1000:9.1f}{statistics.median(cold):9.3f}"
    )
    print(f"{f'{regions} regions, page again':44}{'':8}{size / 1000:9.1f}{warm:9.3f}", flush=True)
    database.dispose()


def _ours(groups: Sequence[GanttGroup]) -> str:
    found = charts.programme_pictures(
        groups,
        as_of=TODAY,
        link=lambda region, code: f"/regions/{region}/milestones/{code}",
        openable=len(groups) <= MANY,
    )
    lanes = found.lanes.values()
    return "".join(
        [found.sprite, found.head, found.head_phone]
        + [one.wide + one.phone + (one.opened or "") for one in lanes]
    )


def _paper(groups: Sequence[GanttGroup], facts: ProgrammeFacts) -> str:
    found = blocks(groups, facts.batches)
    return "".join(charts.programme_pages(found, as_of=TODAY, title="甘特图"))


def _naive(groups: Sequence[GanttGroup]) -> str:
    rows = [row for group in groups for row in group.rows]
    axis = axis_of(rows, TODAY, 310, 1120)
    return "".join(_naive_region(group, axis) for group in groups)


def _naive_region(group: GanttGroup, axis: Axis) -> str:
    marks = []
    for index, row in enumerate(group.rows):
        y = index * 18.0
        bars = []
        for start, end, fill in (
            (row.plan_start, row.planned, "#9aa5b1"),
            (row.start, row.finish, "#12456b"),
        ):
            if start and end:
                x = axis.x(start)
                bars.append(draw.rect(x, y + 4, axis.x(end) - x, 8, fill=fill, stroke="#1c2733"))
        marks.append(
            draw.link(
                f"/regions/{group.code}/milestones/{row.code}",
                draw.rect(0, y, 1130, 18, fill="#ffffff"),
                draw.light(row.light.value, 10, y + 9),
                draw.text(22, y + 13, f"{row.code} {row.name}", size=12),
                *bars,
                *(draw.line(axis.x(m), y, axis.x(m), y + 18) for m in axis.months),
                name=f"{group.name} {row.code} {row.name}：{row_words(row, TODAY)}",
            )
        )
    return draw.document(1130, len(group.rows) * 18, *marks, title=group.name)


def _timed(make: Callable[[], str]) -> tuple[int, float]:
    """(bytes, the median of some runs in seconds)."""
    taken = []
    for _ in range(TIMES):
        begun = time.process_time()
        made = make()
        taken.append(time.process_time() - begun)
    return len(made.encode()), statistics.median(taken)


def _print(name: str, items: int, measured: tuple[int, float]) -> None:
    size, seconds = measured
    print(f"{name:44}{items:8,}{size / 1000:9.1f}{seconds:9.3f}", flush=True)


if __name__ == "__main__":
    main()
