"""Settings from the environment; refuses to start without what production needs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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
    upload_limit: int = 60 * MEGABYTE
    """One request may carry this many bytes; a single file of evidence 50 MB."""
    idle_minutes: int = 30
    admin_idle_minutes: int = 15

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
    return Config(
        data=data,
        database_url=_database_url(env.get("CUSTODY_DATABASE_URL", ""), data),
        bind=env.get("CUSTODY_BIND") or "127.0.0.1:8000",
        secret_key=env.get("CUSTODY_SECRET_KEY") or _kept_secret(data / "secret-key"),
        today=_day(env.get("CUSTODY_TODAY", "")),
        demo=(data / "demo").exists(),
        secure_cookie=env.get("CUSTODY_SECURE_COOKIE", "") == "1",
        workers=_number("CUSTODY_WORKERS", env.get("CUSTODY_WORKERS", ""), 2),
    )


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
