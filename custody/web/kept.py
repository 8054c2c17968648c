"""What somebody typed into a form that could not be taken (session over, token too old).

The fields travel in the page itself, signed, so nothing is lost and nothing is stored for strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

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


# --- offered again ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """What the form was about, in the words of its own page; empty where nobody says."""

    title: str = ""
    act: str = ""
    """The button that was pressed."""
    back: str = ""
    """The address of the page the form stood on."""


Describer = Callable[[str, Mapping[str, Any], Mapping[str, str]], About]
"""(endpoint, arguments of the address, fields of the form) -> About."""
_KEY = "custody.kept"


def describe(blueprint: Blueprint, describer: Describer) -> None:
    """The forms sent to this blueprint are called what the describer says."""
    blueprint.record_once(
        lambda setup: setup.app.extensions.setdefault(_KEY, {}).update({blueprint.name: describer})
    )


Acts = Mapping[str, str | Mapping[str, str]]
"""A view's name -> the words of its button, or those of each of its buttons called «act» or «then»."""


def call(blueprint: Blueprint, title: str, acts: Acts, back: str = "") -> None:
    """The forms of this blueprint are called by what they do. `back`: the view of the page they
    stand on, for those whose own address shows none."""

    def described(endpoint: str, args: Mapping[str, Any], fields: Mapping[str, str]) -> About:
        words = acts.get(endpoint.rpartition(".")[2], "")
        act = (
            words
            if isinstance(words, str)
            else words.get(fields.get("act") or fields.get("then", ""), "")
        )
        return About(title, act, _page_of((endpoint, back), args))

    describe(blueprint, described)


def _page_of(views: Sequence[str], args: Mapping[str, Any]) -> str:
    """The address of the first of these views that shows a page about the same thing."""
    for view in filter(None, views):
        for rule in current_app.url_map.iter_rules(view):
            if "GET" in (rule.methods or ()) and rule.arguments <= set(args):
                return url_for(view, **{name: args[name] for name in rule.arguments})
    return ""


def offer(kept: Kept, why: str) -> str:
    """The page that shows what was typed and sends it once more. `why` it was not taken."""
    return render_template("errors/kept.html", kept=kept, about=_about(kept), why=why)


def _about(kept: Kept) -> About:
    describers: Mapping[str, Describer] = current_app.extensions.get(_KEY, {})
    found = _matched(kept.path, "POST")
    describer = describers.get(found[0].partition(".")[0]) if found else None
    about = describer(*found, dict(kept.fields)) if found and describer else About()
    if about.back:
        return about
    back = kept.path if _matched(kept.path, "GET") else url_for("home")
    return About(about.title, about.act, back)


def _matched(path: str, method: str) -> tuple[str, Mapping[str, Any]] | None:
    try:
        endpoint, arguments = current_app.url_map.bind("").match(urlsplit(path).path, method)
    except HTTPException:
        return None
    return str(endpoint), arguments
