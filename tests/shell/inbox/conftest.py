"""A real mail server of the test's own, which may refuse, break off, or be away for a while."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Post:
    """What arrived, and how the server behaves from now on."""

    arrived: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuse: str = ""
    """Answer to every recipient instead of 250, e.g. «550 no such user»."""
    refuse_text: str = ""
    """Answer to the text."""
    die: str = ""
    """«rcpt» or «data»: hang up at that step."""
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if self.die == "rcpt":
            server.transport.abort()
            return "421 gone"
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.die == "data":
            server.transport.abort()
            return "421 gone"
        if self.refuse_text:
            return self.refuse_text
        self.encrypted.append(session.ssl is not None)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        self.to += envelope.rcpt_tos
        return "250 accepted"


@dataclass
class Mailbox:
    post: Post
    controller: Controller

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    @property
    def port(self) -> int:
        return int(self.controller.port)


Serve = Callable[..., Mailbox]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """serve(…): a server on a free port, with the options of aiosmtpd's Controller."""
    running: list[Controller] = []

    def started(*, post: Post | None = None, port: int = 0, **options: Any) -> Mailbox:
        post = post or Post()
        controller = Controller(post, hostname="127.0.0.1", port=port or _free_port(), **options)
        controller.start()
        running.append(controller)
        return Mailbox(post, controller)

    yield started
    for controller in running:
        if not controller.loop.is_closed():
            controller.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    def check(_s: Any, _session: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody trusts."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    _self_signed(key, cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def _self_signed(key: Path, cert: Path) -> None:
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key), "-out", str(cert)),
            *("-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ),
        check=True,
        capture_output=True,
    )
