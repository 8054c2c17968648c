"""Addresses of our own style sheets and scripts, with their digest, so browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for


def init(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        version = digest.__wrapped__(name) if app.debug else digest(name)
        return url_for("static", filename=name, v=version)

    app.template_global()(asset)
