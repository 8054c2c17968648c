"""Files for people to keep: Chinese names that every browser and server takes."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app
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
