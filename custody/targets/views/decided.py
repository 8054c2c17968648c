"""What the pages of an entry and of a project share: taking files, doing a step or saying why not."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.infra.uploads import NewFile, receive
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.targets.forms import TicketForm
from custody.web.database import files, transaction

Page = str | Response | tuple[str, int]
STALE = Problem("stale", "在您打开页面之后，该记录已有变化；以下是最新内容，请核对后再操作。")


def take_files(form: TicketForm) -> list[NewFile]:
    """The files of a form, looked at and stored. Raises Refused with what is wrong with any of them."""
    uploads = [(one.filename or "", one.stream) for one in form.uploads]
    if not uploads:
        return []
    received = receive(files(), uploads)
    refuse_if(received.problems)
    return received.files


def act(do: Callable[[Session], object]) -> tuple[list[Problem], int]:
    """Do it, or say why not: the problems and the status to answer with."""
    try:
        with transaction() as writing:
            do(writing)
    except Refused as refusal:
        return list(refusal.problems), 422
    except Conflict:
        return [STALE], 409
    return [], 200
