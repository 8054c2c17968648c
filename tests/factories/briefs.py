"""Briefs over HTTP, in the words of the buttons: begun, frozen, reviewed, published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.critic import page

SignIn = Callable[..., Any]


def draft(c: Any, scope: str = "320000", **typed: str) -> str:
    """The address of a new draft."""
    answer = c.press(c.get("/briefs/new"), "起草", {"scope": scope, **typed})
    assert answer.status_code == 303, page(answer).problems
    return str(answer.location)


def frozen(c: Any, scope: str = "320000", **typed: str) -> str:
    url = draft(c, scope, **typed)
    assert c.press(c.get(url), "保存并定稿").status_code == 303
    return url


def passed(sign_in: SignIn, url: str) -> None:
    """The second person reads it."""
    other = sign_in("coordinator2")
    assert other.press(other.get(f"{url}/check"), "审核通过").status_code == 303


def published(sign_in: SignIn, scope: str = "320000", **typed: str) -> str:
    c = sign_in("coordinator")
    url = frozen(c, scope, **typed)
    passed(sign_in, url)
    answer = c.press(c.get(url), "发布")
    assert answer.status_code == 303, page(answer).problems
    return url
