"""Settings from the environment; refuses to start without what production needs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024


class ConfigError(Exception):
    """A setting is missing or makes no sense; the message says which and what to do."""


@dataclass(frozen=True)
class Config:
    data: Path
    """Folder of the embedded database, the files and the logs."""
    database_url: str
    bind: str
    secret_key: str
    today: date | None
    """Freezes the date; for demonstration and tests only."""
    demo: bool
    """Demonstration mode: a banner on every page, a mark on every PDF, accounts on the sign-in page."""
    secure_cookie: bool
    workers: int
    smtp_url: str = ""
    """smtp://user:password@host:587?starttls=1 or smtps://…; empty: no mail is sent."""
    mail_from: str = ""
    base_url: str = ""
    """How people reach the site, for links in mails and calendars."""
    upload_limit: int = 60 * MEGABYTE
    """One request may carry this many bytes; a single file of evidence 50 MB."""
    idle_minutes: int = 30
    admin_idle_minutes: int = 15
    sign_p12: Path | None = None
    """Certificate and key (PKCS#12) that sign what is published; None: nothing is signed."""
    sign_password: str = ""
    results_days: int = 30
    """So long the files of background work (dossiers) are kept; they can be made again."""

    @property
    def mails(self) -> bool:
        """Is there a mail server to send with?"""
        return bool(self.smtp_url)

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def demo_marker(self) -> Path:
        """The file whose presence means demonstration mode."""
        return self.data / "demo"

    @property
    def logs(self) -> Path:
        return self.data / "logs"


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read CUSTODY_* from the environment.

    The secret key is generated once and kept in the data folder (mode 600) where none is given, so
    that a first start needs no setting and a restart keeps everybody signed in.
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("CUSTODY_DATA") or ROOT / "instance").expanduser().resolve()
    data.mkdir(parents=True, exist_ok=True)
    smtp_url, mail_from, base_url = _mail(env)
    return Config(
        data=data,
        database_url=_database_url(env.get("CUSTODY_DATABASE_URL", ""), data),
        bind=env.get("CUSTODY_BIND") or "127.0.0.1:8000",
        secret_key=env.get("CUSTODY_SECRET_KEY") or _kept_secret(data / "secret-key"),
        today=_day(env.get("CUSTODY_TODAY", "")),
        demo=(data / "demo").exists(),
        secure_cookie=env.get("CUSTODY_SECURE_COOKIE", "") == "1",
        workers=_number("CUSTODY_WORKERS", env.get("CUSTODY_WORKERS", ""), 2),
        smtp_url=smtp_url,
        mail_from=mail_from,
        base_url=base_url,
        sign_p12=_certificate(env.get("CUSTODY_SIGN_P12", "")),
        sign_password=env.get("CUSTODY_SIGN_PASSWORD", ""),
        results_days=_number("CUSTODY_RESULTS_DAYS", env.get("CUSTODY_RESULTS_DAYS", ""), 30),
    )


def _mail(env: Mapping[str, str]) -> tuple[str, str, str]:
    """(mail server, sender, address of the site); the first needs the other two."""
    url = env.get("CUSTODY_SMTP_URL", "").strip()
    sender = env.get("CUSTODY_MAIL_FROM", "").strip()
    base = env.get("CUSTODY_BASE_URL", "").strip().rstrip("/")
    if base and urlsplit(base).scheme not in ("http", "https"):
        raise ConfigError(
            f"CUSTODY_BASE_URL={base} 不是网址，请写成 https://nengyuan.example.gov.cn 的样式。"
        )
    if not url:
        return "", sender, base
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(
            "CUSTODY_SMTP_URL 写法不对，请写成 smtp://用户名:密码@主机:587?starttls=1 或 "
            "smtps://用户名:密码@主机 的样式；密码中的特殊符号用 %40 这样的写法。"
        )
    if "@" not in sender:
        raise ConfigError("设置了 CUSTODY_SMTP_URL，还须用 CUSTODY_MAIL_FROM 写明发件地址。")
    if not base:
        raise ConfigError(
            "设置了 CUSTODY_SMTP_URL，还须用 CUSTODY_BASE_URL 写明访问系统的网址，供邮件中的链接使用。"
        )
    return url, sender, base


def _certificate(text: str) -> Path | None:
    if not text.strip():
        return None
    path = Path(text.strip()).expanduser()
    if not path.is_file():
        raise ConfigError(
            f"CUSTODY_SIGN_P12={text} 不是文件，请写成签名证书（.p12 或 .pfx）的路径。"
        )
    return path


def _database_url(url: str, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'custody.sqlite3'}"
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _kept_secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text().strip()
        if not kept:
            raise ConfigError(f"{path} 是空文件，请删除它，重新启动时会生成新的密钥。") from None
        return kept
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(32)
        file.write(key)
    return key


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"CUSTODY_TODAY={text} 不是日期，请写成 2026-11-22 的样式。") from None


def _number(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise ConfigError(f"{name}={text} 应为正整数，请改正。")
    return int(text)
