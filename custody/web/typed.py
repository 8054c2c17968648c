"""What people type and follow, as we take it: without the characters no database or page can hold."""

from __future__ import annotations

import re

from flask import Flask
from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def without_control(values: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """PostgreSQL takes no NUL and HTML no control characters; nobody types them on purpose."""
    return ImmutableMultiDict(
        [(name, _CONTROL.sub("", value)) for name, value in values.items(multi=True)]
    )


class Request(FlaskRequest):
    @cached_property
    def args(self) -> MultiDict[str, str]:
        return without_control(super().args)

    def _load_form_data(self) -> None:
        loaded = "form" in self.__dict__
        super()._load_form_data()
        if not loaded:
            self.__dict__["form"] = without_control(self.__dict__["form"])


def init(app: Flask) -> None:
    app.request_class = Request
