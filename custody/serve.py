"""Serve the application with gunicorn: a few processes, a few threads each."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from config import ROOT, Config, ConfigError
from custody import setup
from custody.app import create_app, log_to


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, config: Config) -> None:
        self.config = config
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self.config.bind,
            "workers": self.config.workers,
            "threads": 4,
            "worker_class": "gthread",
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "when_ready": _ready(self.config),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        log_to(self.config)
        return create_app(self.config)


def _ready(config: Config) -> Any:
    def ready(_arbiter: object) -> None:
        # A process of its own for background work; it leaves when its parent does.
        subprocess.Popen([sys.executable, "-m", "custody.cli", "work", "--with-parent"], cwd=ROOT)
        mode = "（演示模式）" if config.demo else ""
        print(f"整区能源费用托管{mode}已启动：http://{config.bind}　按 Ctrl+C 停止", flush=True)

    return ready


def _refuse_taken(bind: str) -> None:
    """gunicorn would try for seconds and give up in English."""
    host, _, port = bind.rpartition(":")
    if not port.isdigit():
        raise ConfigError(f"CUSTODY_BIND={bind} 写法不对，请写成“地址:端口”，例如 127.0.0.1:8000。")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError:
            raise ConfigError(
                f"{bind} 已被占用或不能使用，请先停止占用它的程序，"
                "或用 CUSTODY_BIND 另选地址（例如 CUSTODY_BIND=127.0.0.1:8001）。"
            ) from None


def run(config: Config) -> None:
    """Migrate if needed, then serve until stopped. Raises ConfigError when the port is taken."""
    _refuse_taken(config.bind)
    setup.existing_database(config).dispose()
    Server(config).run()
