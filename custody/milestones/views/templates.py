from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("templates", __name__)
