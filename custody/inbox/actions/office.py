"""The post office's one row: how far it has come. Whoever holds it delivers."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.inbox.models import PostOffice


def office(session: Session) -> PostOffice:
    """The one row, held until the transaction ends."""
    row = session.get(PostOffice, 1, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(PostOffice(id=1, event_id=0))
    except IntegrityError:
        pass  # another worker made it at the same moment
    return session.get_one(PostOffice, 1, with_for_update=True, populate_existing=True)
