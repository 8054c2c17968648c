"""Addresses of our own style sheets and scripts, with their digest, so browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, request, url_for


def init(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    @cache
    def address(name: str, _mounted_at: str) -> str:
        return url_for("static", filename=name, v=digest(name))

    def asset(name: str) -> str:
        if app.debug:
            return url_for("static", filename=name, v=digest.__wrapped__(name))
        return address(name, request.script_root)

    app.template_global()(asset)
