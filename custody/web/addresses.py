"""What an address may name."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter


class _Number(IntegerConverter):
    """A number a database can hold; a longer one names nothing (404 instead of an error)."""

    regex = r"\d{1,9}"


def init(app: Flask) -> None:
    """To be called before the blueprints are registered."""
    app.url_map.converters["int"] = _Number
