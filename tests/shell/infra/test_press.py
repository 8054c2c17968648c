"""Many papers from one process: the same bytes as alone, and a bad one harms no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custody.infra import papers, press
from custody.infra.papers import Paper
from custody.infra.pdf import Job, RenderFailed

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
