"""The test client as a critic: every page it fetches is looked at, whatever the test is about."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests import html

_NAMELESS = {"hidden", "submit", "button", "reset", "image"}
_IDREFS = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "headers", "list")
_ENGLISH = re.compile(
    r"\bNone\b|\bUndefined\b|\bnan\b|\{\{|\}\}|\{%|This field|Not a valid|Invalid |\bTrue\b|\bFalse\b"
)
_TOKEN = re.compile(r'"Ij[\w-]{20,}\.[\w-]+\.[\w-]+"')
"""Of a form: JSON text, signed."""


_parse = lru_cache(maxsize=20)(html.parse)
"""The critic reads a page, the test that fetched it reads it again; nobody changes it."""


class Page:
    """A parsed page, to be asked in the words a user sees."""

    def __init__(self, text: str) -> None:
        self.root, self.errors = _parse(text)

    @cached_property
    def parent(self) -> dict[Element, Element]:
        return {child: parent for parent in self.root.iter() for child in parent}

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.root.iter() if one.tag in tags]

    def text(self, element: Element | None = None) -> str:
        """Visible text with single spaces."""
        return " ".join("".join(_words(self.root if element is None else element)).split())

    @property
    def heading(self) -> str:
        return self.text(self.all("h1")[0])

    @property
    def problems(self) -> list[str]:
        """The sentences of the summary of problems, in order."""
        for box in self.root.iter():
            if box.get("id") == "problems":
                return [self.text(li) for li in box.iter() if li.tag == "li"]
        return []

    def forms(self, method: str = "post") -> list[Element]:
        return [f for f in self.all("form") if f.get("method", "get").lower() == method]

    def form(self, button: str, *, within: str = "") -> Element:
        """The form with a button of this name (and this text somewhere in it)."""
        found = [
            form
            for form in self.all("form")
            if within in self.text(form)
            and any(
                button in (self.text(one), one.get("value"), one.get("aria-label"))
                for one in form.iter()
                if one.tag in ("button", "input")
            )
        ]
        assert found, f"no form with a button «{button}»: {self.text()[:600]}"
        return found[0]

    def values(self, form: Element, button: str = "") -> list[tuple[str, str]]:
        """What a browser would send when the button is pressed."""
        sent: list[tuple[str, str]] = []
        own = [*form.iter()]
        if form.get("id"):
            own += [e for e in self.root.iter() if e.get("form") == form.get("id")]
        for one in own:
            name = one.get("name")
            if not name or one.get("disabled") is not None:
                continue
            if one.tag == "textarea":
                text = "".join(one.itertext())
                sent.append((name, text.removeprefix("\n")))
            elif one.tag == "select":
                options = [o for o in one.iter() if o.tag == "option"]
                chosen = [o for o in options if o.get("selected") is not None]
                if not chosen and one.get("multiple") is None:
                    chosen = options[:1]
                sent += [(name, o.get("value", self.text(o))) for o in chosen]
            elif one.tag == "button":
                if button and button in (self.text(one), one.get("aria-label")):
                    sent.append((name, one.get("value", "")))
            elif one.tag == "input":
                kind = one.get("type", "text")
                if kind in ("checkbox", "radio"):
                    if one.get("checked") is not None:
                        sent.append((name, one.get("value", "on")))
                elif kind == "submit":
                    if button == one.get("value"):
                        sent.append((name, button))
                elif kind not in ("file", "button", "image", "reset"):
                    sent.append((name, one.get("value", "")))
        return sent


def _words(element: Element) -> list[str]:
    if element.tag in ("script", "style", "template", "title", "desc"):
        return [element.tail or ""]
    found = [element.text or ""] if isinstance(element.tag, str) else []
    for child in element:
        found += _words(child)
    if element.tag in ("p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "option", "dt", "dd"):
        found.append(" ")
    found.append(element.tail or "")
    return found


_KNOWN: dict[str, list[str]] = {}
"""What is wrong with a page, by its text but for the tokens: one that comes again is not read again."""


def faults(text: str) -> list[str]:
    """Everything that is wrong with a page; nothing on a good one."""
    key = hashlib.sha256(_TOKEN.sub('"token"', text).encode()).hexdigest()
    if key not in _KNOWN:
        _KNOWN[key] = _faults(text)
    return list(_KNOWN[key])


def _faults(text: str) -> list[str]:
    if not text.lstrip().lower().startswith("<!doctype html>"):
        return ["no doctype"]
    page = Page(text)
    found = [f"not valid HTML: {error}" for error in page.errors]
    found += _frame(page)
    found += _ids(page)
    found += _fields(page)
    found += _inline(page)
    for name in _ENGLISH.findall(page.text()):
        found.append(f"machine's words on the page: «{name}»")
    for form in page.forms():
        tokens = [e for e in form.iter() if e.get("name") == "csrf_token" and e.get("value")]
        if len(tokens) != 1:
            found.append(f"{len(tokens)} tokens in the form to {form.get('action')!r}")
    return found


def _frame(page: Page) -> list[str]:
    found = []
    if page.all("html")[0].get("lang") != "zh-CN":
        found.append("the page's language is not zh-CN")
    headings = page.all("h1")
    titles = [t for t in page.all("title") if page.parent[t].tag == "head"]
    if len(headings) != 1:
        found.append(f"{len(headings)} h1")
    elif len(titles) != 1 or not page.text(headings[0]):
        found.append("no title or an empty h1")
    else:
        title = " ".join("".join(titles[0].itertext()).split())
        if not title.startswith(page.text(headings[0])):
            found.append(f"the title «{title}» does not open with the h1")
    if len(page.all("main")) != 1:
        found.append(f"{len(page.all('main'))} main")
    level = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        now = int(str(heading.tag)[1])
        if now > level + 1 and level:
            found.append(f"heading «{page.text(heading)}» skips a level")
        level = now
    return found


def _ids(page: Page) -> list[str]:
    times = Counter(e.get("id") for e in page.root.iter() if e.get("id") is not None)
    found = [f"id {name!r} {n} times" for name, n in times.items() if n > 1 or not name]
    for one in page.root.iter():
        for attribute in _IDREFS:
            for name in (one.get(attribute) or "").split():
                if name not in times:
                    found.append(f"{attribute} names {name!r}, which is not there")
        if one.tag == "label" and one.get("for") is not None and one.get("for") not in times:
            found.append(f"label for {one.get('for')!r}, which is not there")
        href = one.get("href") or ""
        if one.tag == "a" and href.startswith("#") and href[1:] not in times:
            found.append(f"link to {href!r}, which is not there")
    return found


def _fields(page: Page) -> list[str]:
    found = []
    labelled = {e.get("for") for e in page.all("label") if page.text(e)}
    for field in page.all("input", "select", "textarea"):
        if field.tag == "input" and field.get("type", "text") in _NAMELESS:
            continue
        named = (
            field.get("id") in labelled
            or field.get("aria-label")
            or field.get("aria-labelledby")
            or any(up.tag == "label" for up in _ancestors(page, field))
        )
        if not named:
            found.append(f"field {field.get('name')!r} has no label")
    for button in page.all("button", "a", "summary"):
        if button.tag == "a" and button.get("href") is None:
            continue
        pictures = [e.get("alt") or e.get("aria-label") for e in button.iter()]
        if not (page.text(button) or button.get("aria-label") or any(pictures)):
            found.append(f"a {button.tag} without a name")
    for picture in page.all("img"):
        if picture.get("alt") is None:
            found.append(f"picture {picture.get('src')!r} without alt")
    for table in page.all("table"):
        if not any(e.tag == "th" for e in table.iter()):
            found.append("a table without head cells")
    return found


def _ancestors(page: Page, element: Element) -> list[Element]:
    found = []
    while element in page.parent:
        element = page.parent[element]
        found.append(element)
    return found


def _inline(page: Page) -> list[str]:
    found = []
    for one in page.root.iter():
        if one.get("style") is not None:
            found.append(f"style attribute on {one.tag}")
        inline = one.tag == "style" or (one.tag == "script" and one.get("src") is None)
        if inline and one.get("type") != "application/json":
            found.append(f"inline {one.tag}")
        for attribute in one.attrib:
            if isinstance(attribute, str) and re.fullmatch(r"on[a-z]+", attribute):
                found.append(f"{attribute} on {one.tag}")
        for attribute in ("href", "src", "action"):
            address = (one.get(attribute) or "").strip().lower()
            if address.startswith(("javascript:", "http:", "https:", "//")):
                found.append(f"{attribute} leads out: {address!r}")
    return found


class Critic(FlaskClient):
    """A client that fails the test when a page has a fault, and sends forms as browsers do."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Read to the end, so that a file that is sent is closed as well.
        response = super().open(*args, **{"buffered": True, **kwargs})
        policy = response.headers.get("Content-Security-Policy", "")
        assert "default-src 'self'" in policy, f"{response.request.path}: no security policy"
        whole = response.mimetype == "text/html" and not _is_fragment(response)
        if whole and response.data and not 300 <= response.status_code < 400:
            found = faults(response.text)
            assert not found, f"{response.request.path}: " + "; ".join(found[:12])
        return response

    @property
    def token(self) -> str:
        """A form token of this session, as every form on a page has it."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", hashlib.sha1(b"test").hexdigest())
        secret = self.application.secret_key
        return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw))

    def send(self, path: str, data: Mapping[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """POST with a valid token."""
        return self.post(path, data={"csrf_token": self.token, **(data or {})}, **kwargs)

    def press(
        self,
        page: TestResponse,
        button: str,
        fields: Mapping[str, Any] | None = None,
        *,
        within: str = "",
        **kwargs: Any,
    ) -> TestResponse:
        """Fill in the form of a page that has this button, by the fields' names, and press it.

        A field the form does not have is the test's mistake. `within`: text that is in the form too.
        """
        seen = Page(page.text)
        form = seen.form(button, within=within)
        names = {e.get("name") for e in form.iter()} | {
            e.get("name")
            for e in seen.root.iter()
            if form.get("id") and e.get("form") == form.get("id")
        }
        data: dict[str, Any] = {}
        for name, value in seen.values(form, button):
            data.setdefault(name, []).append(value)
        for name, value in (fields or {}).items():
            assert name in names, (
                f"the form has no field {name!r}, only {sorted(filter(None, names))}"
            )
            data[name] = value
        for pressed in seen.root.iter():
            if pressed.tag == "button" and button in (
                seen.text(pressed),
                pressed.get("aria-label"),
            ):
                action = pressed.get("formaction") or form.get("action") or page.request.path
                break
        else:
            action = form.get("action") or page.request.path
        if form.get("method", "get").lower() == "get":
            return self.get(action, query_string=data, **kwargs)
        return self.post(action, data=data, **kwargs)


def _is_fragment(response: TestResponse) -> bool:
    """A part of a page that a script asked for."""
    return response.request.headers.get("X-Fragment") == "1"


def page(response: TestResponse) -> Page:
    return Page(response.text)
