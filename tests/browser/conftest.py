"""A real Chromium before the real application, on the demonstration's data as of 2026-11-22."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from config import Config
from custody.app import create_app
from custody.demo.people import PASSWORD
from custody.infra import clock
from custody.infra.db import Database
from tests import thrift
from tests.cluster import Cluster
from tests.conftest import TODAY

DESK, PHONE = 1440, 390


@dataclass
class Site:
    """A running installation of a test's own."""

    app: Flask
    url: str
    database: Database
    data: Path


@dataclass
class Visitor:
    """A person before a browser. What the console says against a page is kept in `complaints`."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)


def demo_config(data: Path, url: str) -> Config:
    return Config(
        data=data,
        database_url=url,
        bind="127.0.0.1:0",
        secret_key="a secret of the tests",
        today=TODAY,
        demo=True,
        secure_cookie=False,
        workers=1,
    )


@pytest.fixture
def site(cluster: Cluster, tmp_path: Path) -> Iterator[Site]:
    """The demonstration served from a thread; every test has its own copy."""
    with ExitStack() as stack:
        database = stack.enter_context(cluster.copy("sqlite", tmp_path, "demo"))
        shutil.copytree(cluster.folder / "demo" / "files", tmp_path / "files")
        app = create_app(demo_config(tmp_path, database.url), database)
        thrift.share_templates(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        stack.callback(_stop, server, thread)
        stack.callback(clock.freeze_day, None)
        yield Site(app, f"http://127.0.0.1:{server.server_port}", database, tmp_path)


def _stop(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium, told to fetch nothing by itself."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: make test installs it (apt-get install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(chromium: Browser, site: Site) -> Iterator[Arrive]:
    """arrive("yixing", width=390): a browser signed in as that person; arrive() for nobody.

    When the test ends, nothing may have been said on the console and nothing have gone missing.
    """
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def arrived(username: str = "", *, width: int = DESK, script: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            accept_downloads=True,
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        visitor = Visitor(page, site)
        visitors.append(visitor)
        _listen(visitor)
        if username:
            sign_in(visitor, username)
        return visitor

    yield arrived
    for context in contexts:
        context.close()
    assert [c for v in visitors for c in v.complaints] == []


def _listen(visitor: Visitor) -> None:
    page = visitor.page
    answers: dict[str, int] = {}

    def said(message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # The browser reports a page that answers 4xx; that the page is meant so, the test knows.
        if message.text.startswith("Failed to load resource") and answers.get(
            message.location.get("url", "")
        ) in (401, 403, 404, 409, 413, 422, 503):
            return
        visitor.complaints.append(f"{page.url}: {message.text}")

    def answered(response: object) -> None:
        kind = response.request.resource_type  # type: ignore[attr-defined]
        if kind in ("document", "fetch", "xhr"):
            answers[response.url] = response.status  # type: ignore[attr-defined]

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: visitor.complaints.append(f"{page.url}: {error}"))


def sign_in(visitor: Visitor, username: str, password: str = PASSWORD) -> None:
    """Through the page, as people do."""
    visitor.go("/sign-in")
    visitor.page.get_by_label("用户名", exact=True).fill(username)
    visitor.page.get_by_label("密码", exact=True).fill(password)
    visitor.page.get_by_role("button", name="登录", exact=True).click()


def narrow(page: Page) -> None:
    """The same page as it is on a phone, menu folded as frame.js does it there when a page is loaded."""
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.evaluate("document.querySelector('.side-menu')?.removeAttribute('open')")


def sideways(page: Page) -> int:
    """By how many pixels the page can be pushed sideways; 0 on a good one."""
    wide: int = page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
        " - document.documentElement.clientWidth"
    )
    return wide
