"""One order or problem with all that its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.infra.journal import Event
from custody.regions.models import City
from custody.supervision.models import Answer, AnswerDraft, Matter
from custody.supervision.queries.matters import FILES, Line, get_matter, line_of


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    by: str
    files: Sequence[Attachment]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One order or problem with all that its page shows."""

    line: Line
    answers: Sequence[Answered]
    """Newest first."""
    pending: Sequence[Attachment]
    """Files put there for the answer that is not sent yet."""
    people: Mapping[int, str]
    events: Sequence[Event]
    draft: AnswerDraft | None

    @property
    def matter(self) -> Matter:
        return self.line.matter

    @property
    def files(self) -> list[Attachment]:
        """Everything a reviewer looks at, newest answer first."""
        return [file for one in self.answers for file in one.files]


def slot_of(answer: int) -> str:
    return f"answer-{answer}"


def dossier(session: Session, number: int, *, who: Identity, today: date) -> Dossier:
    matter, region = get_matter(session, number, who=who)
    city = session.get_one(City, region.city_code)
    reviewed = cities_with_reviewer(session)
    files = attached_to(session, FILES, [matter.id])[matter.id]
    rows = session.execute(
        select(Answer, Account.name)
        .join(Account, Account.id == Answer.answered_by)
        .where(Answer.matter_id == matter.id)
        .order_by(Answer.number.desc())
    )
    answers = [
        Answered(answer, by, [file for file in files if file.slot == slot_of(answer.number)])
        for answer, by in rows
    ]
    numbers = {
        matter.created_by,
        matter.issued_by,
        matter.city_passed_by,
        matter.decided_by,
        *(file.added_by for file in files),
    } - {None}
    people = session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers)))
    events = session.scalars(
        select(Event)
        .where(Event.kind == FILES, Event.subject == str(matter.id), Event.modifies)
        .order_by(Event.id.desc())
        .limit(200)
    ).all()
    return Dossier(
        line=line_of(
            matter, region, city, stand=matter.stand, who=who, reviewed=reviewed, today=today
        ),
        answers=answers,
        pending=[file for file in files if file.slot == slot_of(matter.answers + 1)],
        people=dict(people.all()),
        events=events,
        draft=session.get(AnswerDraft, (who.id, matter.id)),
    )
