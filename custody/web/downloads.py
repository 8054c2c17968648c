"""Files for people to keep: Chinese names that every browser and server takes."""

from __future__ import annotations

from typing import IO
from urllib.parse import quote

from flask import current_app, send_file
from werkzeug.wrappers import Response


def name_file(response: Response, name: str, plain: str, *, inline: bool = False) -> Response:
    """Give a download its name. `plain` is for clients that know ASCII only (RFC 6266, 2011)."""
    how = "inline" if inline else "attachment"
    value = f"{how}; filename={plain}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = value
    return response


def csv_file(body: bytes, name: str, plain: str) -> Response:
    response = current_app.response_class(body, content_type="text/csv; charset=utf-8")
    return name_file(response, name, plain)


def xlsx_file(body: bytes, name: str, plain: str) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = current_app.response_class(body, content_type=kind)
    return name_file(response, name, plain)


def pdf_file(body: bytes, name: str, plain: str, *, inline: bool = False) -> Response:
    response = current_app.response_class(body, content_type="application/pdf")
    return name_file(response, name, plain, inline=inline)


PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHOWN = PICTURES | {"application/pdf"}
"""Media types a browser shows by itself; everything else is a download."""
_FRAMED = (
    "default-src 'self'; script-src 'none'; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""A file shown in the browser may load nothing and run nothing; pictures are sandboxed besides (a
sandbox would keep Chromium's PDF viewer from starting)."""


def stored_file(
    stream: IO[bytes], *, name: str, size: int, media_type: str, inline: bool = False
) -> Response:
    """A file somebody uploaded, with its original name; it may run nothing and is cached nowhere.

    `inline`: shown in the browser, for media types in SHOWN only.
    """
    response = send_file(
        stream,
        mimetype=media_type,
        as_attachment=not inline,
        download_name=name,
        conditional=False,
        etag=False,
        max_age=None,
    )
    response.content_length = size
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = (
        f"{_FRAMED}; sandbox" if media_type in PICTURES or not inline else _FRAMED
    )
    return response
