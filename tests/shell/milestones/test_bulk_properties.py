"""Whatever people type into a sheet: sent back unchanged nothing changes, accepted the edits are there."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.accounts.rules import Identity
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.milestones import bulk as sheets
from custody.milestones.actions import bulk as actions
from custody.milestones.queries.bulk import known
from tests.conftest import TODAY, Clock
from tests.factories import bulk
from tests.factories.people import XISHAN, YIXING

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

WRITTEN = (
    lambda day: day,
    lambda day: day.isoformat(),
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: (day - date(1899, 12, 30)).days,
    lambda day: f"{day.year}.{day.month}.{day.day}".translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
)
"""How people write one and the same day."""
PERCENTS = (
    lambda percent: percent,
    str,
    lambda percent: f"{percent}%",
    lambda percent: f"{percent} ％",
    lambda percent: float(percent),
)
past = st.dates(date(2026, 1, 1), TODAY)
coming = st.dates(TODAY, TODAY + timedelta(days=400))
texts = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Co", "Cn"]), max_size=80)


@st.composite
def edit(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what is typed, what it means): any of the fields, valid whatever the milestone was."""
    typed: dict[str, Any] = {}
    meant: dict[str, Any] = {}
    if draw(st.booleans()):
        # 1 alone may be one per cent or a hundred: people are asked which.
        meant["percent"] = draw(st.integers(0, 100).filter(lambda n: n != 1))
        typed["percent"] = draw(st.sampled_from(PERCENTS))(meant["percent"])
    for name, days in (("started", past), ("forecast", coming)):
        if draw(st.booleans()):
            meant[name] = draw(st.none() | days)
            how = draw(st.sampled_from(WRITTEN))
            typed[name] = how(meant[name]) if meant[name] else draw(st.sampled_from([None, " "]))
    for name in ("unit", "notes"):
        if draw(st.booleans()):
            typed[name] = draw(texts)
            meant[name] = sheets.tidy(typed[name])
    return typed, meant


CODES = [(YIXING, "M18"), (YIXING, "M19"), (YIXING, "M20"), (XISHAN, "M05"), (XISHAN, "M06")]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.dictionaries(st.sampled_from(CODES), edit(), max_size=5), as_csv=st.booleans())
def test_down_and_up(
    edits: dict[tuple[str, str], Any],
    as_csv: bool,
    database: Database,
    store: FileStore,
    clock: Clock,
    actor: Callable[..., Identity],
) -> None:
    who = actor("wuxi")
    with database.reader() as s:
        before = known(s, [YIXING, XISHAN], place=who.place)
        data = bulk.downloaded(s, who)
    with database.transaction() as session:
        unchanged = bulk.sent(session, who, data, store=store)
        assert set(unchanged.result["counts"]) == {"same"}
        actions.discard(session, actor=who, now=clock.now, number=unchanged.id)

    cells = bulk.filled(data, {key: typed for key, (typed, _) in edits.items()})
    body, name = (bulk.as_csv(cells), "表.csv") if as_csv else (bulk.as_xlsx(cells), "表.xlsx")
    wanted = {
        key: {**{n: getattr(one.report, n) for n in sheets.FIELDS}, **edits.get(key, ({}, {}))[1]}
        for key, one in before.items()
    }
    real = {
        key
        for key, one in before.items()
        if any(wanted[key][n] != getattr(one.report, n) for n in sheets.FIELDS)
    }
    with database.transaction() as session:
        sheet = bulk.sent(session, who, body, name=name, store=store)
        assert sheet.result["counts"].get("wrong", 0) == 0, sheet.result["rows"]
        assert sheet.result["counts"].get("changed", 0) == len(real)
        if real:
            actions.accept(session, store, actor=who, now=clock.now, number=sheet.id)
    with database.reader() as s:
        after = known(s, [YIXING, XISHAN], place=who.place)
    for key, one in after.items():
        assert {n: getattr(one.report, n) for n in sheets.FIELDS} == wanted[key], key
        assert (one.version != before[key].version) == (key in real)
