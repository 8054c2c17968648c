"""What one part of the house puts on the page of a part below it, which does not know it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, current_app
from markupsafe import Markup

Maker = Callable[[], str]
_KEY = "custody.asides"


def offer(blueprint: Blueprint, page: str, maker: Maker) -> None:
    """`maker` renders what stands on the page; "" where there is nothing to say."""
    blueprint.record_once(
        lambda setup: setup.app.extensions.setdefault(_KEY, {}).setdefault(page, []).append(maker)
    )


def init(app: Flask) -> None:
    @app.template_global()
    def asides(page: str) -> list[Markup]:
        """Rendered templates, so they are markup already."""
        makers: list[Maker] = current_app.extensions.get(_KEY, {}).get(page, [])
        return [Markup(words) for maker in makers if (words := maker())]  # noqa: S704
