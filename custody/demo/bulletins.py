"""The demonstration's briefs: made, frozen, printed and published by the actions of the brief."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Place
from custody.briefs import render, snapshot
from custody.briefs.actions import drafting, publishing
from custody.briefs.queries import get_brief
from custody.briefs.rules import Form
from custody.demo import people
from custody.demo.story import Act
from custody.infra.files import FileStore
from custody.infra.pdf import RenderFailed
from custody.kernel.periods import Month
from custody.regions.queries import place_name

_COPIES = (
    ("报", "省机关事务管理局领导"),
    ("送", "省发展改革委、省教育厅、省卫生健康委、省体育局"),
    ("发", "各设区市机关事务管理局，有关县（市、区）"),
)


def _copies(session: Session, place: Place) -> tuple[tuple[str, str], ...]:
    """Who a brief of the place would go to."""
    if not place.city:
        return _COPIES
    city = place_name(session, Place(place.province, place.city))
    if place.region:
        return (("报", f"{city}机关事务管理局"),)
    return (("发", f"{city}各有关县（市、区）机关事务主管部门"),)


@dataclass
class Bulletins:
    """Plays the acts about briefs. Where nothing can be printed here the brief stays a draft."""

    session: Session
    store: FileStore
    _open: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Name in the story → id and version."""

    def start(self, act: Act, actor: Identity) -> None:
        place, as_of = act.values["place"], act.day
        assert isinstance(place, Place)
        assert isinstance(as_of, date)
        wanted = drafting.first_wishes(
            self.session, place, as_of=as_of, today=act.at.date(), editor=actor.name
        )
        author = people.everybody()[0]
        wanted = replace(
            wanted,
            issuer=f"{wanted.issuer.removesuffix('（演示）')}（演示）",
            copies=_copies(self.session, place),
            editor=author.name,
            phone=author.phone,
        )
        month, form = Month.of(as_of), act.values.get("form", Form.BRIEF)
        assert isinstance(form, Form)
        brief = drafting.start(
            self.session,
            actor=actor,
            now=act.at,
            place=place,
            wanted=wanted,
            form=form,
            period=str(month) if as_of == month.last else "",
        )
        self._keep(act, brief.id, brief.version)

    def correct(self, act: Act, actor: Identity) -> None:
        """Of the brief that `of` names in the story."""
        old = self._open.get(str(act.values["of"]))
        if old is None:
            return
        brief = publishing.correct(
            self.session, actor=actor, now=act.at, brief_id=old[0], reason=str(act.values["why"])
        )
        self._keep(act, brief.id, brief.version)

    def freeze(self, act: Act, actor: Identity) -> None:
        if act.words not in self._open:
            return
        number, version = self._open[act.words]
        brief = get_brief(self.session, number, actor)
        content = drafting.content_of(self.session, brief, demo=True)
        try:
            stored = self.store.put(io.BytesIO(render.pdf_here(content)))
        except RenderFailed:
            del self._open[act.words]
            return
        publishing.freeze(
            self.session,
            actor=actor,
            now=act.at,
            brief_id=number,
            version=version,
            content=content,
            pdf=stored,
        )
        self.session.flush()
        self._keep(act, number, brief.version)

    def review(self, act: Act, actor: Identity) -> None:
        if act.words not in self._open:
            return
        number, version = self._open[act.words]
        brief = publishing.review(
            self.session, actor=actor, now=act.at, brief_id=number, version=version
        )
        self.session.flush()
        self._keep(act, number, brief.version)

    def publish(self, act: Act, actor: Identity) -> None:
        if act.words not in self._open:
            return
        number, version = self._open[act.words]
        brief = get_brief(self.session, number, actor)
        assert brief.snapshot is not None
        issue, total = publishing.numbers_of(self.session, brief)
        content = snapshot.numbered(brief.snapshot, issue=issue, total=total)
        stored = self.store.put(io.BytesIO(render.pdf_here(content)))
        publishing.publish(
            self.session,
            actor=actor,
            now=act.at,
            brief_id=number,
            version=version,
            content=content,
            pdf=stored,
        )

    def _keep(self, act: Act, number: int, version: int) -> None:
        self._open[act.words] = (number, version)
