"""The 督办通知单 on paper: plain words out of a row, PDFs out of words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date

from custody.infra import papers
from custody.infra import pdf as machine
from custody.infra.papers import Paper
from custody.infra.pdf import RenderFailed
from custody.supervision.models import Matter
from custody.supervision.rules import number_words


def notice(
    matter: Matter,
    *,
    region: str,
    issuer: str,
    prefix: str,
    year: int,
    number: int,
    day: date,
    demo: bool,
) -> Paper:
    """The paper of a draft as it will be with this number, on this day."""
    words = {
        "number": number_words(prefix, year, number),
        "level": matter.level.value,
        "level_words": matter.level.label,
        "region": region,
        "subject": matter.title,
        "unit": matter.unit,
        "due": matter.due,
        "what": matter.what,
        "requirement": matter.requirement,
        "basis": matter.basis,
    }
    return Paper(
        template="supervision/print/notice.html",
        title="督办通知单",
        issuer=issuer,
        day=day,
        words=words,
        subject=matter.title,
        demo=demo,
    )


def pdfs(notices: Sequence[Paper]) -> list[bytes]:
    """The printed papers. Raises RenderFailed when one cannot be printed."""
    printed: list[bytes] = []
    with closing(papers.pdfs(notices)) as press:
        for pdf in press:
            if isinstance(pdf, RenderFailed):
                raise pdf
            printed.append(pdf)
    return printed


def pdf_here(paper: Paper) -> bytes:
    """Printed in this process: for the many papers of a demonstration, whose words are our own."""
    return machine.render(papers.job(paper))
