"""Files people attach: taken from a form, handed out again, missed where their bytes are gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.infra.uploads import Received, receive
from custody.web.database import files, transaction
from custody.web.downloads import SHOWN, stored_file

log = logging.getLogger(__name__)


class Kept(Protocol):
    """The row of a stored file."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...


def taken() -> Received:
    """The request's `files`, looked at and stored; fields left empty are none."""
    sent = [(one.filename or "", one.stream) for one in request.files.getlist("files")]
    return receive(files(), [one for one in sent if one[0]])


def hand_out(
    kept: Kept, note: Callable[[Session, str, bool], object]
) -> Response | tuple[str, int]:
    """With its original name; `?view=1` shows PDF and pictures in place. `note` writes it down first,
    given the name and whether it is shown in place."""
    name, digest, size, media_type = kept.name, kept.digest, kept.size, kept.media_type
    try:
        stream = files().open(digest)
    except FileNotFoundError:
        log.exception("file %s is missing", digest)
        return missing(name)
    inline = media_type in SHOWN and request.args.get("view") == "1"
    with transaction() as writing:
        note(writing, name, inline)
    return stored_file(stream, name=name, size=size, media_type=media_type, inline=inline)


def missing(name: str) -> tuple[str, int]:
    words = (
        f"“{name}”在服务器上找不到了，登记信息仍在。请联系系统管理员从备份中恢复；"
        "急需时可请填报单位重新上传。"
    )
    page = render_template("errors/error.html", title="文件缺失", words=words, code=404)
    return page, 404
