"""Plays the story through the actions that people use, so that every act is in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from custody.accounts import actions as accounts
from custody.accounts.models import Account
from custody.accounts.queries import by_username
from custody.accounts.rules import Identity, Place
from custody.demo import chapters, inbox, people, story
from custody.demo.bulletins import Bulletins
from custody.demo.courses import Mark
from custody.demo.papers import Papers
from custody.demo.people import Person
from custody.demo.story import Act, Due
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from custody.milestones.actions import evidence, reporting, review
from custody.milestones.actions.review import Verdict
from custody.milestones.models import Milestone
from custody.milestones.queries.milestones import get_milestone, of_region
from custody.milestones.rules import Claim, Report
from custody.regions.actions import edit
from custody.regions.queries import get_region, regions_of

Say = Callable[[str], None]


def add_accounts(session: Session, *, now: datetime) -> None:
    """The demonstration's accounts; each may sign in at once with the one password."""
    everybody = sorted([*people.everybody(), people.FORMER], key=lambda p: p.username != "admin")
    admin: Identity | None = None
    for person in everybody:
        account, _ = accounts.add(
            session,
            actor=admin or Machine(),
            now=now,
            username=person.username,
            name=person.name,
            unit=person.unit,
            phone=person.phone,
            role=person.role,
            place=person.place,
            password=people.PASSWORD,
            must_change=False,
        )
        admin = admin or account.identity(person.address)


def play(
    session: Session, store: FileStore, *, until: datetime, say: Say, seed: int = story.SEED
) -> int:
    """Everything that happened before `until`, in order. Returns how many acts that were."""
    dues = {
        region.code: [
            Due(row.code, row.planned, row.item.gate) for row in of_region(session, region.code)
        ]
        for region in regions_of(session, Place(people.PROVINCE))
    }
    acts = sorted(
        [*story.acts(dues, until=until, seed=seed), *chapters.acts(until)], key=lambda act: act.at
    )
    player = Player(session, store)
    month = 0
    for act in acts:
        if act.at.month != month:
            month = act.at.month
            say(f"  {act.at.year}年{month}月……")
        player.do(act)
    inbox.deliver(session, until)
    return len(acts)


class Player:
    def __init__(self, session: Session, store: FileStore) -> None:
        self.session = session
        self.store = store
        self.papers = Papers(store)
        self.bulletins = Bulletins(session, store)
        self.people = {p.username: p for p in [*people.everybody(), people.FORMER]}
        self.actors = {name: self._identity(person) for name, person in self.people.items()}
        self.rows: dict[tuple[str, str], Milestone] = {}

    def _identity(self, person: Person) -> Identity:
        return self._account(person.username).identity(person.address)

    def _account(self, username: str) -> Account:
        account = by_username(self.session, username)
        assert account is not None, username
        return account

    def do(self, act: Act) -> None:
        verb = _VERBS.get(act.what) or chapters.verbs()[act.what]
        verb(self, act)

    def _row(self, act: Act, code: str) -> Milestone:
        """The milestone as the database has it now: its version is what the person saw."""
        self.session.flush()
        if (act.region, code) not in self.rows:
            place = Place(people.PROVINCE)
            self.rows[act.region, code], _ = get_milestone(
                self.session, act.region, code, place=place
            )
        return self.rows[act.region, code]

    # -- officers --------------------------------------------------------------------------------

    def update(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        reporting.update(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            report=_report(row, act, percent=act.percent),
        )

    def forecast(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        reporting.update(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            report=Report(row.percent, row.started, act.day, row.actual, row.unit, row.notes),
        )

    def attach(self, act: Act) -> None:
        wanted = act.values["papers"]
        assert isinstance(wanted, tuple)
        evidence.attach(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=act.codes[0],
            files=[self.papers.paper(title, kind) for title, kind in wanted],
        )

    def submit(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        done = act.day or act.at.date() - timedelta(days=1)
        reporting.submit(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            claim=Claim.DONE,
            report=_report(row, act, percent=100, actual=max(done, row.started or done)),
        )

    def claim(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        reporting.submit(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            claim=Claim.NOT_APPLICABLE,
            report=Report(row.percent, row.started, row.forecast, None, row.unit, row.notes),
            reason=act.words,
        )

    def withdraw(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        reporting.withdraw(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
        )

    def quiet(self, act: Act) -> None:
        reporting.report_no_change(self.session, actor=self.actors[act.actor], now=act.at)

    def draft(self, act: Act) -> None:
        reporting.keep_draft(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=act.codes[0],
            fields=act.values,
        )

    def profile(self, act: Act) -> None:
        actor = self.actors[act.actor]
        region = get_region(self.session, act.region, place=actor.place)
        edit(
            self.session,
            region,
            act.values,
            kind="region",
            subject=region.code,
            version=region.version,
            actor=actor,
            now=act.at,
        )

    # -- reviewers -------------------------------------------------------------------------------

    def accept(self, act: Act) -> None:
        self._decide(act, Verdict.ACCEPT)

    def send_back(self, act: Act) -> None:
        self._decide(act, Verdict.RETURN)

    def _decide(self, act: Act, verdict: Verdict) -> None:
        rows = [self._row(act, code) for code in act.codes]
        review.decide(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            chosen=[(row.id, row.version) for row in rows],
            verdict=verdict,
            reason=act.words,
        )

    def reopen(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        review.reopen(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            reason=act.words,
        )

    def replan(self, act: Act) -> None:
        row = self._row(act, act.codes[0])
        review.replan(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            region=act.region,
            code=row.code,
            version=row.version,
            planned=act.day,
            reason=act.words,
        )

    # -- briefs ----------------------------------------------------------------------------------

    def brief(self, act: Act) -> None:
        self.bulletins.start(act, self.actors[act.actor])

    def freeze(self, act: Act) -> None:
        self.bulletins.freeze(act, self.actors[act.actor])

    def review(self, act: Act) -> None:
        self.bulletins.review(act, self.actors[act.actor])

    def publish(self, act: Act) -> None:
        self.bulletins.publish(act, self.actors[act.actor])

    # -- accounts --------------------------------------------------------------------------------

    def sign_in(self, act: Act) -> None:
        self._try(act, people.PASSWORD)

    def wrong(self, act: Act) -> None:
        self._try(act, f"{people.PASSWORD}?")

    def _try(self, act: Act, password: str) -> None:
        person = self.people[act.actor]
        accounts.sign_in(
            self.session,
            username=person.username,
            password=password,
            now=act.at,
            address=person.address,
        )

    def unlock(self, act: Act) -> None:
        account = self._account(str(act.values["account"]))
        accounts.unlock(self.session, actor=self.actors[act.actor], now=act.at, account=account)

    def close(self, act: Act) -> None:
        account = self._account(str(act.values["account"]))
        accounts.edit(
            self.session,
            actor=self.actors[act.actor],
            now=act.at,
            account_id=account.id,
            version=account.version,
            name=account.name,
            unit=account.unit,
            phone=account.phone,
            role=account.role,
            place=account.place,
            active=False,
        )


_VERBS: dict[str, Callable[[Player, Act], None]] = {
    Mark.UPDATE: Player.update,
    Mark.FORECAST: Player.forecast,
    Mark.SUBMIT: Player.submit,
    Mark.CLAIM: Player.claim,
    Mark.WITHDRAW: Player.withdraw,
    Mark.PASS: Player.accept,
    Mark.CONFIRM: Player.accept,
    Mark.RETURN_CITY: Player.send_back,
    Mark.RETURN_PROVINCE: Player.send_back,
    Mark.REOPEN: Player.reopen,
    Mark.REPLAN: Player.replan,
    "attach": Player.attach,
    "quiet": Player.quiet,
    "draft": Player.draft,
    "profile": Player.profile,
    "brief": Player.brief,
    "freeze": Player.freeze,
    "review": Player.review,
    "publish": Player.publish,
    "sign_in": Player.sign_in,
    "wrong": Player.wrong,
    "unlock": Player.unlock,
    "close": Player.close,
}


_AT_MOST = timedelta(days=30)
"""No longer before its first report does work begin."""


def _report(row: Milestone, act: Act, *, percent: int, actual: date | None = None) -> Report:
    """The milestone's fields with what is new. Work began as planned, else shortly before it was
    first reported."""
    shortly = act.at.date() - timedelta(days=4)
    began = row.started or min(max(row.plan_start or shortly, act.at.date() - _AT_MOST), shortly)
    if actual:
        began = min(began, actual)
    forecast = row.forecast or row.planned
    if forecast and not actual and forecast <= act.at.date():
        forecast = act.at.date() + timedelta(days=21)
    if forecast and forecast < began:
        forecast = None
    return Report(percent, began, forecast, actual, row.unit, act.words)
