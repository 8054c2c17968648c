"""A frozen brief: plain data, the same digest for the same facts, edited words in place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from custody.briefs import drawn, snapshot
from custody.dashboard.rules import ProgrammeFacts
from tests.factories.facts import programme

MASTHEAD = snapshot.Masthead(
    issuer="江苏省机关事务管理局", year=2026, day=date(2026, 11, 22), issue=11, total=23
)


def test_it_is_plain_data_and_survives_a_round_trip() -> None:
    brief = snapshot.freeze(programme(), masthead=MASTHEAD)
    again = json.loads(json.dumps(brief, ensure_ascii=False))
    assert again == brief
    assert snapshot.digest(again) == snapshot.digest(brief)
    assert brief["schema"] == snapshot.SCHEMA


def test_the_digest_names_the_content() -> None:
    one = snapshot.digest(snapshot.freeze(programme(), masthead=MASTHEAD))
    assert one == snapshot.digest(snapshot.freeze(programme(), masthead=MASTHEAD))
    others = {
        snapshot.digest(snapshot.freeze(programme(seed=7), masthead=MASTHEAD)),
        snapshot.digest(snapshot.freeze(programme(), masthead=replace(MASTHEAD, issue=12))),
        snapshot.digest(
            snapshot.freeze(programme(), masthead=MASTHEAD, words={"overall.1": "改过。"})
        ),
    }
    assert len(others | {one}) == 4


def test_edited_words_take_the_place_of_drafted_ones() -> None:
    brief = snapshot.freeze(
        programme(), masthead=MASTHEAD, words={"overall.1": "改过的话。", "overall.2": "  "}
    )
    texts = {p["key"]: p["text"] for p in snapshot.paragraphs_of(brief)}
    assert texts["overall.1"] == "改过的话。"
    assert "overall.2" not in texts
    assert "progress.1" in texts


@pytest.mark.parametrize("scope", ["province", "city:320600", "region:320282"])
def test_charts_are_drawn_from_the_same_facts(scope: str) -> None:
    facts: ProgrammeFacts = programme(scope=scope)
    brief = snapshot.freeze(facts, masthead=MASTHEAD)
    for point, kept in zip(facts.curve, drawn.curve_of(brief), strict=True):
        assert kept.on == point.on
        assert kept.planned == pytest.approx(point.planned, abs=1e-4)
    for batch, kept_batch in zip(facts.batches, drawn.batches_of(brief), strict=True):
        assert (kept_batch.name, kept_batch.done) == (batch.name, batch.done)
    cells = drawn.cells_of(brief)
    assert bool(cells) == (scope.startswith("region"))
    # What only the Gantt chart asks for is not part of a brief.
    told = [
        replace(cell, plan_start=None, started=None, after=()) for cell in facts.regions[0].cells
    ]
    for cell in cells:
        assert cell in told


def test_figures_as_printed_are_the_figures_of_the_facts() -> None:
    facts = programme()
    brief = snapshot.freeze(facts, masthead=MASTHEAD)
    assert brief["figures"]["regions"] == 32 == len(brief["regions"])
    assert sum(brief["figures"]["lights"].values()) == 32
    for region, kept in zip(facts.regions, brief["regions"], strict=True):
        assert kept["name"] == region.name
        assert kept["percent"] == f"{region.percent:.0f}%"


def test_a_number_is_given_never_invented() -> None:
    words = snapshot.issue_words(MASTHEAD)
    assert words == "〔2026〕第11期（总第23期）"
    assert snapshot.issue_words(replace(MASTHEAD, issue=None, total=None)) == "〔2026〕第　期"
