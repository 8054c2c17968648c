"""Many papers from one process: the same bytes as alone, and a bad one harms no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custody.infra import papers, press
from custody.infra.papers import Paper
from custody.infra.pdf import Job, Printed, RenderFailed

pytestmark = pytest.mark.pdf
ENDLESS = "<!doctype html><table>{}</table>".format(
    "<tr>{}</tr>".format(
        "".join(f'<td colspan="{n * 50}" rowspan="500">甲</td>' for n in range(1, 12))
    )
    * 400
)


def job(name: str = "甲") -> Job:
    return papers.job(
        Paper(
            template="dossiers/print/decisions.html",
            title=f"宜兴市{name}审核记录",
            issuer="江苏省机关事务管理局",
            day=date(2026, 11, 20),
            words={"facts": [("里程碑", name)], "steps": [], "files": []},
        )
    )


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[press._Press]:
    """The processes that were started."""
    found: list[press._Press] = []
    begin = press._Press.__init__

    def counted(self: press._Press, seconds: float, megabytes: int) -> None:
        begin(self, seconds, megabytes)
        found.append(self)

    monkeypatch.setattr(press._Press, "__init__", counted)
    return found


def over(one: press._Press) -> bool:
    return one._process.poll() is not None


def test_the_same_bytes_as_when_printed_alone(started: list[press._Press]) -> None:
    jobs = [job(name) for name in ("甲", "乙", "甲")]
    many = list(press.render_each_isolated(jobs))
    assert len(started) == 1
    assert over(started[0])
    assert many == [press.render_isolated(one) for one in jobs]
    assert many[0] == many[2] != many[1]


def test_a_paper_with_a_fault_harms_no_other(started: list[press._Press]) -> None:
    bad = replace(job(), html='<img src="file:///etc/passwd">')
    first, refused, last = press.render_each_isolated([job(), bad, job()])
    assert isinstance(refused, RenderFailed)
    assert refused.code == "blocked"
    assert isinstance(first, bytes)
    assert first == last
    assert len(started) == 1


def test_after_one_that_never_ends_another_process_prints_the_rest(
    started: list[press._Press],
) -> None:
    bomb = replace(job(), html=ENDLESS)
    stuck, good = press.render_each_isolated([bomb, job()], seconds=8)
    assert isinstance(stuck, RenderFailed)
    assert stuck.code in {"deadline", "memory", "died"}
    assert isinstance(good, bytes)
    assert len(started) == 2
    assert all(over(one) for one in started)


def test_whoever_stops_early_leaves_no_process(started: list[press._Press]) -> None:
    printing = press.render_each_isolated(job(name) for name in "甲乙丙")
    assert isinstance(next(printing), bytes)
    assert not over(started[0])
    printing.close()
    assert over(started[0])


def test_nothing_to_print_starts_nothing(started: list[press._Press]) -> None:
    assert list(press.render_each_isolated([])) == []
    assert started == []


def test_a_pile_from_two_processes_has_the_bytes_of_each_alone(
    started: list[press._Press],
) -> None:
    names = "甲乙丙丁戊"
    pile = press.print_pile(((name, job(name)) for name in names), at_once=2, tick=60)
    done = dict(one for one in pile if one is not None)
    assert set(done) == set(names)
    assert len(started) == 2
    assert all(over(one) for one in started)
    for name in "甲戊":
        printed = done[name]
        assert isinstance(printed, Printed)
        assert printed.pdf == press.render_isolated(job(name))
        assert printed.pages == 1


def test_a_press_that_dies_is_replaced_and_the_paper_tried_once_more(
    started: list[press._Press], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, deaths = press._Press._ask, []

    def fatal(self: press._Press, paper: Job) -> Printed:
        if paper.title.startswith("宜兴市乙") and len(deaths) < limit:
            deaths.append(paper.title)
            self._process.kill()
        return ask(self, paper)

    monkeypatch.setattr(press._Press, "_ask", fatal)
    limit = 1
    once = list(press.render_each_isolated(job(name) for name in "甲乙丙"))
    assert all(isinstance(one, bytes) for one in once)
    assert len(started) == 2
    deaths.clear()
    limit = 9
    first, gone, last = press.render_each_isolated(job(name) for name in "甲乙丙")
    assert isinstance(first, bytes)
    assert isinstance(last, bytes)
    assert isinstance(gone, RenderFailed)
    assert gone.code == "died"
    assert len(deaths) == 2


def test_whoever_waits_for_a_pile_is_woken_and_may_leave(started: list[press._Press]) -> None:
    bomb = replace(job(), html=ENDLESS)
    pile = press.print_pile([("甲", bomb), ("乙", bomb)], at_once=2, seconds=60, tick=0.2)
    assert next(pile) is None
    pile.close()
    assert all(over(one) for one in started)


def test_an_empty_pile_starts_nothing(started: list[press._Press]) -> None:
    assert list(press.print_pile([])) == []
    assert started == []
