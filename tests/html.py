"""html5lib, faster on the pages of this house: most of a test run was spent reading them.

html5lib walks a page character by character. Here text, tags with plain attributes in double quotes
and Jinja's five entities are read by one regular expression each; whatever does not look exactly like
that goes through html5lib's own states. Tree and errors are html5lib's: tests/house/test_critic.py
holds both readings against each other.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes

Token = dict[str, Any]

_CHARACTERS, _SPACE = tokenTypes["Characters"], tokenTypes["SpaceCharacters"]
_START, _END = tokenTypes["StartTag"], tokenTypes["EndTag"]
_ERROR = tokenTypes["ParseError"]

_VALUE = r'"(?:[^"&\0]|&(?:amp|lt|gt|#34|#39);)*"'
_PLAIN = re.compile(
    r"(?P<space>[ \t\n\f]+)"
    r"|(?P<text>[^&<\0 \t\n\f][^&<\0]*)"
    r"|</(?P<end>[a-z][a-z0-9]*)>"
    rf"|<(?P<start>[a-z][a-z0-9]*)(?P<attributes>(?:[ \n]+[A-Za-z][A-Za-z0-9:-]*(?:={_VALUE})?)*)[ \n]*>"
    r"|&(?P<entity>amp|lt|gt|#34|#39);"
)
_ATTRIBUTE = re.compile(rf"([A-Za-z][A-Za-z0-9:-]*)(?:=({_VALUE}))?")
_ENTITY = re.compile("&(amp|lt|gt|#34|#39);")
_MEANING = {"amp": "&", "lt": "<", "gt": ">", "#34": '"', "#39": "'"}


class Tokenizer(HTMLTokenizer):
    """Yields what html5lib's own would. `short`: how many tokens were read by an expression."""

    short = 0

    def __iter__(self) -> Iterator[Token]:
        self.tokenQueue: deque[Token] = deque()
        stream, data = self.stream, HTMLTokenizer.dataState
        while True:
            if self.state.__func__ is data:
                found = _PLAIN.match(stream.chunk, stream.chunkOffset)
                token = found and self._token(found)
                if found and token:
                    stream.chunkOffset = found.end()
                    self.short += 1
                    yield token
                    continue
            going = self.state()
            if not going:
                return
            while stream.errors:
                yield {"type": _ERROR, "data": stream.errors.pop(0)}
            while self.tokenQueue:
                yield self.tokenQueue.popleft()

    def _token(self, found: re.Match[str]) -> Token | None:
        kind = found.lastgroup
        if kind == "space":
            return {"type": _SPACE, "data": found["space"]}
        if kind == "text":
            return {"type": _CHARACTERS, "data": found["text"]}
        if kind == "end":
            self.currentToken = {
                "type": _END,
                "name": found["end"],
                "data": [],
                "selfClosing": False,
            }
            return self.currentToken
        if kind == "entity":
            return {"type": _CHARACTERS, "data": _MEANING[found["entity"]]}
        attributes: dict[str, str] = {}
        for name, value in _ATTRIBUTE.findall(found["attributes"]):
            if name.lower() in attributes:
                return None
            attributes[name.lower()] = _plain(value[1:-1])
        self.currentToken = {
            "type": _START,
            "name": found["start"],
            "data": attributes,
            "selfClosing": False,
            "selfClosingAcknowledged": False,
        }
        return self.currentToken


def _plain(value: str) -> str:
    return _ENTITY.sub(lambda found: _MEANING[found[1]], value) if "&" in value else value


class _Parser(html5lib.HTMLParser):
    def _parse(self, stream: str, *_rest: object, **_options: object) -> None:
        self.innerHTMLMode = self.scripting = False
        self.tokenizer = Tokenizer(stream, parser=self)
        # One piece, so that an expression sees a tag as a whole.
        self.tokenizer.stream._defaultChunkSize = len(stream) + 1
        self.reset()
        self.mainLoop()


def parse(html: str) -> tuple[Element, list[str]]:
    """The page as a tree, and what html5lib has against it."""
    return read(_Parser(namespaceHTMLElements=False), html)


def read(parser: html5lib.HTMLParser, html: str) -> tuple[Element, list[str]]:
    root: Element = parser.parse(html)
    return root, [f"{code} at {place}" for place, code, _ in parser.errors]
