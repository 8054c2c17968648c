from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("briefs", __name__)
