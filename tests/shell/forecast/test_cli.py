"""custody forecast: for people a table, for programs JSON that adds up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import cli, setup
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.journal import Machine

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """custody WORDS… on the notice of Jiangsu, its lifecycles just begun."""
    monkeypatch.setenv("CUSTODY_DATA", str(tmp_path))
    monkeypatch.setenv("CUSTODY_TODAY", "2026-06-15")
    database = Database(f"sqlite:///{tmp_path / 'custody.sqlite3'}")
    setup.migrate.upgrade(database, setup.MIGRATIONS)
    with database.transaction() as session:
        now = clock.at(clock.today().replace(year=2026, month=3, day=2))
        setup.load_folder(session, setup.JIANGSU, actor=Machine(), now=now)
    database.dispose()

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["custody", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as done:
            code = int(done.code or 0)
        finally:
            clock.freeze_day(None)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def test_as_json(run: Run) -> None:
    code, said = run("forecast", "--json")
    assert code == 0, said
    told = json.loads(said)
    assert set(told) == {"regions", "batches"}
    assert len(told["regions"]) == 32
    for region in told["regions"]:
        assert set(region) == {"code", "gate", "probability", "p50", "p80"}
        assert 0.0 <= region["probability"] <= 1.0
        assert "2026-06-15" < region["p50"] <= region["p80"]
    gates = {region["code"]: region["gate"] for region in told["regions"]}
    assert (gates["320282"], gates["320211"], gates["320104"]) == ("G-A", "G-B", "G-C")
    assert [(batch["batch"], batch["due"]) for batch in told["batches"]] == [
        (1, "2026-12-31"),
        (2, "2026-12-31"),
        (3, "2026-12-31"),
    ]
    for batch, size in zip(told["batches"], (3, 5, 24), strict=True):
        chances = batch["distribution"]
        assert len(chances) == size + 1
        assert sum(chances) == pytest.approx(1.0)
        mean = sum(number * chance for number, chance in enumerate(chances))
        assert mean == pytest.approx(batch["expected"], abs=1e-3)
    assert run("forecast", "--json")[1] == said, "the same data, the same answer"


def test_as_a_table_and_for_another_day(run: Run) -> None:
    code, said = run("forecast")
    assert code == 0
    assert "按期可能性" in said.splitlines()[0]
    assert "宜兴市" in said
    assert "2026年启动和推进的地区：24个地区，预计" in said
    assert len(said.splitlines()) == 1 + 32 + 3
    earlier = json.loads(run("forecast", "--json", "--as-of", "2026-03-10")[1])
    today = json.loads(run("forecast", "--json")[1])
    assert earlier["batches"][2]["expected"] > today["batches"][2]["expected"], (
        "nothing was done since, so there is less time left"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as-of", "2026-06-16"), "截至日期不能晚于今天"),
        (("--as-of", "昨天"), "不是日期"),
        (("--province", "110000"), "没有找到"),
    ],
)
def test_what_cannot_be_is_refused_in_words(run: Run, words: tuple[str, ...], said: str) -> None:
    code, printed = run("forecast", *words)
    assert code == 2
    assert said in printed
    assert "Traceback" not in printed
