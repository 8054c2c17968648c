from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("regions", __name__)
