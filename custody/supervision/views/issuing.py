"""签发 as a request does it: print first, then number, store and hand over in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from flask import current_app

from custody.accounts.access import identity
from custody.infra import clock
from custody.kernel.problems import Conflict
from custody.supervision import render
from custody.supervision.actions import issuing
from custody.supervision.actions.issuing import Printed
from custody.supervision.models import Matter
from custody.web.database import files, session, transaction

TRIES = 3


def issue_all(chosen: Sequence[tuple[int, int]]) -> list[Matter]:
    """All or none. Where another order took the number meanwhile, the papers are printed again.

    Raises Refused, Conflict (a draft changed) or RenderFailed; then nothing was issued.
    """
    for left in reversed(range(TRIES)):
        try:
            return _try(chosen)
        except Conflict:
            # A draft that changed is a Conflict the next time too.
            if not left:
                raise
    raise Conflict


def _try(chosen: Sequence[tuple[int, int]]) -> list[Matter]:
    who, now = identity(), clock.now()
    demo = bool(current_app.config["DEMO"])
    planned = issuing.papers_of(session(), actor=who, now=now, chosen=chosen, demo=demo)
    pdfs = render.pdfs([paper for *_, paper in planned])
    printed = {
        matter: Printed(prefix, number, files().put(BytesIO(pdf)))
        for (matter, prefix, number, _), pdf in zip(planned, pdfs, strict=True)
    }
    with transaction() as writing:
        return issuing.issue(writing, actor=who, now=now, chosen=chosen, printed=printed)
