"""Servers to measure, all with the settings of `custody serve`: the real one, and a bare hello."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from custody.serve import Server

WORKERS = 2


class _Hello(Server):
    """The same server with the smallest Flask application there is."""

    def load(self) -> Flask:
        app = Flask("hello")
        app.add_url_rule("/", view_func=lambda: "hello")
        return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, today: str) -> Iterator[int]:
    """A server process on a free port, until the block ends; yields the port."""
    port = free_port()
    environment = {
        **os.environ,
        "CUSTODY_DATA": str(folder),
        "CUSTODY_BIND": f"127.0.0.1:{port}",
        "CUSTODY_TODAY": today,
        "CUSTODY_WORKERS": str(WORKERS),
    }
    environment.pop("CUSTODY_DATABASE_URL", None)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


HELLO = [sys.executable, "-m", "tests.bench.server"]
CUSTODY = [sys.executable, "-c", "from custody.cli import main; main()", "serve"]

if __name__ == "__main__":
    from config import load

    _Hello(load()).run()
