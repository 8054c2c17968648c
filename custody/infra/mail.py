"""One mail to one person over any SMTP server, and in Chinese why it did not go."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT = 20.0
"""Seconds one step of the talk with the server may take."""


class NotSent(Exception):
    """The server did not take it; str() says why.

    `final`: it will never take it (no such address); otherwise it may be tried again.
    `unsure`: the talk broke off after the text was sent, so it may have arrived all the same.
    """

    def __init__(self, words: str, *, final: bool = False, unsure: bool = False) -> None:
        super().__init__(words)
        self.final = final
        self.unsure = unsure


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that goes with a letter."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    text: str
    html: str
    number: str
    """Makes the Message-ID: the same letter sent again carries the same."""
    at: datetime
    papers: Sequence[Paper] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """smtp://user:password@host:587?starttls=1 or smtps://host."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    """Encrypted from the first byte (smtps)."""
    starttls: bool = False
    verify: bool = True
    """Is the server's certificate checked? ?verify=0 for one that an intranet signed itself."""

    @classmethod
    def parse(cls, url: str) -> Server:
        """ValueError for what is no address of a mail server."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(url)
        options = parse_qs(parts.query)
        tls = parts.scheme == "smtps"
        starttls = options.get("starttls", ["0"])[-1] == "1"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if starttls else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=starttls,
            verify=options.get("verify", ["1"])[-1] != "0",
        )

    def send(self, letter: Letter, *, sender: str) -> None:
        """Hand the letter over. Raises NotSent."""
        message = _message(letter, sender)
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise _not_connected(error) from error
        with _Talk(smtp):
            _greet(smtp)
            self._log_in(smtp)
            _addresses(smtp, sender, letter.to)
            _data(smtp, message)

    def _connected(self) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self._context())
        smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.starttls:
                smtp.starttls(context=self._context())
                smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not self.user:
            return
        try:
            smtp.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            words = "邮件服务器不接受用户名或密码，请核对CUSTODY_SMTP_URL"
            raise NotSent(_with(words, error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"登录邮件服务器时出错（{error}）") from error


class _Talk:
    """Says goodbye whatever happened; a goodbye that fails changes nothing."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_error: object) -> None:
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()


def _message(letter: Letter, sender: str) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.number}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN"
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for paper in letter.papers:
        message.add_attachment(
            paper.data, maintype="application", subtype="pdf", filename=paper.name
        )
    return message.as_bytes(policy=SMTP)  # lines end as SMTP wants them


def _not_connected(error: Exception) -> NotSent:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent("邮件服务器的证书无法验证，请核对服务器地址或证书")
    if isinstance(error, TimeoutError):
        return NotSent("连接邮件服务器超时")
    if isinstance(error, ConnectionRefusedError):
        return NotSent("邮件服务器拒绝连接，可能没有启动或端口不对")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotSent("邮件服务器不支持STARTTLS，请核对CUSTODY_SMTP_URL")
    return NotSent(f"连不上邮件服务器（{error}）")


def _greet(smtp: smtplib.SMTP) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"邮件服务器没有正常应答（{error}），邮件没有发出") from error


def _addresses(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    try:
        code, reply = smtp.mail(sender.rpartition("<")[2].rstrip("> "))
        if code != 250:
            raise NotSent(_with("邮件服务器不接受发件地址", code, reply), final=code >= 500)
        code, reply = smtp.rcpt(to)
        if code not in (250, 251):
            raise NotSent(_with("邮件服务器不接受收件地址", code, reply), final=code >= 500)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"与邮件服务器的连接中断（{error}），邮件没有发出") from error


def _data(smtp: smtplib.SMTP, message: bytes) -> None:
    try:
        code, reply = smtp.data(message)
    except smtplib.SMTPDataError as error:
        words = _with("邮件服务器不接受邮件内容", error.smtp_code, error.smtp_error)
        raise NotSent(words, final=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        words = f"正文发出后与邮件服务器的连接中断（{error}），可能已送达"
        raise NotSent(words, unsure=True) from error
    if code != 250:
        raise NotSent(_with("邮件服务器没有收下邮件", code, reply), final=code >= 500)


def _with(words: str, code: int, reply: bytes | str) -> str:
    told = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{words}（{code} {' '.join(told.split())[:200]}）"
