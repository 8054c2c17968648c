"""What the tests of settlements ask for: one begun, its row, its acts in the journal."""

from __future__ import annotations

from sqlalchemy import select

from custody.contracts.models.settlement import Settlement
from custody.infra.journal import Event
from tests.critic import page
from tests.factories import people

YIXING = people.YIXING


def stored(database, number=None):
    with database.reader() as session:
        query = select(Settlement).order_by(Settlement.id)
        rows = session.scalars(query).all()
        return rows[0] if number is None else session.get_one(Settlement, number)


def acts(database):
    with database.reader() as session:
        return [
            event.action.removeprefix("settlement.")
            for event in session.scalars(select(Event).order_by(Event.id))
            if event.action.startswith("settlement.")
        ]


def begun(client, period="2026年第一季度"):
    answer = client.press(client.get("/settlements"), f"起草{period}结算单")
    assert answer.status_code == 303, page(answer).problems
    return answer.headers["Location"]
