"""What somebody typed into a form that could not be taken (session over, token too old).

The fields travel in the page itself, signed, so nothing is lost and nothing is stored for strangers.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

_NEVER = frozenset({"csrf_token", "password", "current", "again", "kept"})
_MAX_AGE = 24 * 3600


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool
    """Files were part of the form; they cannot be kept and must be chosen again."""


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept-form")


def from_request() -> Kept:
    fields = tuple(
        (name, value) for name, value in request.form.items(multi=True) if name not in _NEVER
    )
    files = any(file.filename for file in request.files.values())
    return Kept(request.full_path.rstrip("?"), fields, files)


def pack(kept: Kept) -> str:
    return str(_serializer().dumps([kept.path, kept.fields, kept.files]))


def unpack(token: str) -> Kept | None:
    """None when the token is missing, older than a day, or not ours."""
    try:
        path, fields, files = _serializer().loads(token, max_age=_MAX_AGE)
    except BadData:
        return None
    return Kept(path, tuple((name, value) for name, value in fields), files)
