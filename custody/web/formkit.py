"""Forms in Chinese: base class, and the way a rule's problems reach the fields they are about."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, Field, IntegerField, SelectField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextInput

from custody.kernel.problems import Problem
from custody.web.filters import day, told


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people filled in differently."""

    label: str
    mine: str
    theirs: str


class Form(FlaskForm):  # type: ignore[misc]
    """WTForms' own Chinese catalogue; Flask-WTF's would answer in English (WTF_I18N_ENABLED=False)."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales: ClassVar[list[str]] = ["zh"]

    def take(self, problems: Iterable[Problem]) -> list[Problem]:
        """Show problems at their fields; returns those that belong to no field."""
        rest = []
        for problem in problems:
            field = self._fields.get(problem.where)
            if field is None:
                rest.append(problem)
            else:
                field.errors = [*field.errors, problem.message]
        return rest

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field id, message) of every field that is wrong, for the summary on top."""
        return [
            (field.id, str(message))
            for field in self
            for message in _flat(field.errors)
            if field.name != "csrf_token"
        ]

    def differences(self, stored: Mapping[str, object]) -> list[Difference]:
        """Where what was typed differs from what somebody else saved meanwhile."""
        return [
            Difference(
                field.label.text, _shown(field, field.data), _shown(field, stored[field.name])
            )
            for field in self
            if field.name in stored and (field.data or "") != (stored[field.name] or "")
        ]


def _shown(field: Field, value: object) -> str:
    """A field's value as the page shows it: the label of a choice, 是 or 否, 「—」 when empty."""
    if isinstance(value, bool):
        return "是" if value else "否"
    for key, label, *_ in field.iter_choices() if isinstance(field, SelectField) else ():
        if str(key) == str(value):
            return str(label)
    if isinstance(value, date):
        return day(value)
    return "—" if value is None or value == "" else told(str(value))


def _flat(errors: Sequence[Any] | dict[str, Any]) -> list[Any]:
    items = errors.values() if isinstance(errors, dict) else errors
    flat: list[Any] = []
    for item in items:
        flat += _flat(item) if isinstance(item, (list, tuple, dict)) else [item]
    return flat


class Day(DateField):  # type: ignore[misc]
    """A date, picked or typed: 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日. Empty is None."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d"], **kwargs)
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None = None
        self.typed = valuelist[0].strip() if valuelist else ""
        if not self.typed:
            return
        text = self.typed
        for mark in "年月/.":
            text = text.replace(mark, "-")
        parts = text.replace("日", "").split("-")
        try:
            year, month, day_ = (int(part) for part in parts)
            self.data = date(year, month, day_)
        except ValueError:
            raise ValueError(
                f"{self.label.text}“{self.typed}”无法识别，请按“2026-11-22”的样式填写。"
            ) from None

    def _value(self) -> str:
        if self.typed:
            return self.typed if self.data is None else self.data.isoformat()
        return self.data.isoformat() if self.data else ""


class Whole(IntegerField):  # type: ignore[misc]
    """A whole number within bounds, typed with any digits (１２ too). Empty is None."""

    def __init__(self, label: str, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.low, self.high = low, high

    def process_formdata(self, valuelist: list[str]) -> None:
        text = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        text = text.replace(",", "")[:20]
        self.data: int | None = None
        if not text:
            return
        if not text.isdecimal() or not self.low <= int(text) <= self.high:
            raise ValueError(
                f"{self.label.text}现填“{text}”，应为{self.low}至{self.high}之间的整数，请改正。"
            )
        self.data = int(text)


def sensible(_form: FlaskForm, field: Field) -> None:
    """Typing slips such as 0206 or 20266 for a year."""
    if field.data and not 2000 <= field.data.year <= 2100:
        raise ValidationError(f"{field.label.text}的年份“{field.data.year}”不对，请核对。")


def whole(text: str | None) -> int:
    """A number from a hidden field; -1, which is no version, for anything else."""
    found = whole_or_none(text)
    return -1 if found is None else found


def whole_or_none(text: str | None) -> int | None:
    """A number from an address. Not ², which is a digit to Python and no number; none too long for a
    database's column."""
    if not text or len(text) > 9 or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def clean(text: str | None) -> str:
    """One kind of line end, no control characters (PostgreSQL takes no NUL)."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or c == "\t" or ord(c) >= 32)


class Amount(DecimalField):  # type: ignore[misc]
    """A decimal number typed as people do: 1,234.50, １２３４．５, 1234.5 元. Empty is None.

    `low` and `high` bound the value, `places` its decimals; `unit` is a word that may stand behind it.
    A text field: a browser's number field refuses 1,234.50.
    """

    widget = TextInput()

    def __init__(
        self,
        label: str,
        low: Decimal | int = 0,
        high: Decimal | int = 10**12,
        *,
        places: int = 2,
        unit: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, places=None, **kwargs)
        self.low, self.high, self.digits, self.unit = Decimal(low), Decimal(high), places, unit
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Decimal | None = None
        self.typed = valuelist[0].strip() if valuelist else ""
        text = unicodedata.normalize("NFKC", self.typed).replace(",", "").replace(" ", "")[:30]
        text = text.removesuffix(self.unit) if self.unit else text
        if not text:
            return
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise ValueError(
                f"{self.label.text}“{self.typed[:30]}”无法识别，请填写数字，例如 1234.50。"
            )
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.digits:
            raise ValueError(f"{self.label.text}最多保留{self.digits}位小数，请改正。")
        if not self.low <= value <= self.high:
            low, high = f"{self.low:f}", f"{self.high:f}"
            raise ValueError(f"{self.label.text}应在{low}至{high}之间，请改正。")
        self.data = value

    def _value(self) -> str:
        if self.typed and self.data is None:
            return self.typed
        return "" if self.data is None else f"{self.data:f}"


class Needed:
    """The field must have a value; the message says which one to give."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if field.errors:
            # What was typed could not be read: that has been said, and is not the same as nothing.
            raise StopValidation
        data = field.data
        if data is None or (isinstance(data, str) and not data.strip()):
            raise ValidationError(self.message)
