"""What the tests of doubts and monthly reports ask for: addresses, the newest event, words on all doubts."""

from __future__ import annotations

from sqlalchemy import select

from custody.energy.models.bills import Explanation
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import Critic, page
from tests.factories import people

REGION = f"/energy/regions/{people.YIXING}"
MONTH = f"{REGION}/months/202610"


def newest(database: Database) -> Event:
    with database.reader() as session:
        found = session.scalars(
            select(Event).where(Event.modifies).order_by(Event.id.desc())
        ).first()
        assert found is not None
        return found


def explained(database: Database) -> list[tuple[str, str]]:
    with database.reader() as session:
        rows = session.scalars(select(Explanation).order_by(Explanation.doubt))
        return [(row.doubt, row.words) for row in rows]


def explain_all(client: Critic) -> None:
    shown = client.get(f"{REGION}/doubts?month=202610")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    client.press(shown, "说明所选", {"words": "新装空调", "chosen": boxes})


def texts(client: Critic, path: str) -> str:
    return page(client.get(path)).text()
