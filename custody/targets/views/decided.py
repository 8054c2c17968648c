"""What the pages of an entry and of a project share: the return form, taking files, handing them out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.attachments.models import Attachment
from custody.infra.uploads import NewFile, receive
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.targets.forms import TicketForm
from custody.web.database import files, transaction
from custody.web.downloads import SHOWN, stored_file

log = logging.getLogger(__name__)
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


def hand_out(one: Attachment, note: Callable[[Session, str], None]) -> Page:
    """A file of evidence with its original name; `?view=1` shows PDF and pictures in place."""
    try:
        stream = files().open(one.digest)
    except FileNotFoundError:
        log.exception("attachment %s: file %s is missing", one.id, one.digest)
        words = (
            f"“{one.name}”在服务器上找不到了，登记信息仍在。请联系系统管理员从备份中恢复；"
            "急需时可请填报单位重新上传。"
        )
        page = render_template("errors/error.html", title="文件缺失", words=words, code=404)
        return page, 404
    inline = one.media_type in SHOWN and request.args.get("view") == "1"
    name, size, media_type = one.name, one.size, one.media_type
    with transaction() as writing:
        note(writing, f"在线查看：{name}" if inline else name)
    return stored_file(stream, name=name, size=size, media_type=media_type, inline=inline)
