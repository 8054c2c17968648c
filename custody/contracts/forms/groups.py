"""The form of one page of a contract, made from the list of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Field as FormPart
from wtforms import Form as PlainForm
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from custody.contracts.rules.contract import Driver
from custody.contracts.rules.fields import LOCKED, Field, Group, Kind, Lines
from custody.contracts.rules.shown import cell_words
from custody.kernel.problems import Problem
from custody.web.formkit import Amount, Day, Difference, Form, Whole, clean, sensible

MOST_LINES = 200
MOST_PRICE = 10_000
"""Yuan a unit of any energy (our choice)."""
BLANK = 2
"""Empty rows under a table; without scripts one saves to get more."""


def _stripped(text: str | None) -> str:
    return clean(text).strip()


class Several(SelectMultipleField):  # type: ignore[misc]
    """Boxes to tick; the value is the ticked codes separated by spaces."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _part(one: Field) -> FormPart:
    """The form's field for one of ours."""
    if one.kind is Kind.DAY:
        return Day(one.label, validators=[sensible])
    if one.kind is Kind.MONEY:
        return Amount(one.label, 0, 10**13 - 1, places=2, unit="元")
    if one.name == "price":
        return Amount(one.label, 0, MOST_PRICE, places=4)
    if one.kind is Kind.QUANTITY:
        return Amount(one.label, 0, 10**13 - 1, places=4)
    if one.kind is Kind.PERCENT:
        return Amount(one.label, 0, 999, places=2, unit="%")
    if one.kind is Kind.WHOLE:
        return Whole(one.label, one.least, one.size)
    if one.kind is Kind.CHOICE:
        wrong = f"{one.label}请从列表中选择。"
        return _Choice(one.label, choices={"": "请选择", **one.choices}, wrong=wrong)
    if one.kind is Kind.SEVERAL:
        return Several(one.label, choices=dict(one.choices))
    if one.kind is Kind.YES:
        return BooleanField(one.label)
    if one.kind is Kind.PROSE:
        most = one.size if one.size > 100 else 4000
        return TextAreaField(one.label, [_at_most(one.label, most)], filters=[_stripped])
    return StringField(one.label, [_at_most(one.label, one.size)], filters=[_stripped])


def _at_most(label: str, most: int) -> Length:
    return Length(max=most, message=f"{label}不超过{most}个字，请精简。")


class _Choice(SelectField):  # type: ignore[misc]
    def __init__(self, label: str, *, wrong: str, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self.wrong = wrong

    def pre_validate(self, form: PlainForm) -> None:
        if str(self.data or "") not in self.choices:
            raise ValidationError(self.wrong)


class _Row(PlainForm):  # type: ignore[misc]
    class Meta:
        locales: ClassVar[list[str]] = ["zh"]

    key = HiddenField()


class GroupForm(Form):
    """Built by `form_class`; `ours` and `table` say what of."""

    ours: ClassVar[tuple[Field, ...]] = ()
    table: ClassVar[Lines | None] = None
    version = HiddenField()

    @property
    def parts(self) -> list[tuple[Field, FormPart]]:
        return [(one, self[one.name]) for one in self.ours]

    @property
    def rows(self) -> list[FormPart]:
        """The table's rows; without one, none."""
        return list(self.lines.entries) if self.table else []

    def values(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for one in self.ours:
            data = self[one.name].data
            if one.kind is Kind.SEVERAL:
                data = " ".join(code for code in one.choices if code in (data or ()))
            found[one.name] = data
        return found

    def typed_lines(self) -> list[dict[str, object]]:
        """Rows in which something was typed; the empty ones are not there."""
        assert self.table is not None
        found = []
        for entry in self.rows:
            row = entry.form
            line = {one.name: row[one.name].data for one in self._columns}
            if all(value in (None, "", False) for value in line.values()):
                continue
            found.append({**self._key_of(row), **line})
        return found

    @property
    def _columns(self) -> list[Field]:
        assert self.table is not None
        names = {name for entry in self.rows[:1] for name in entry.form._fields}
        return [one for one in self.table.columns if one.name in names]

    def _key_of(self, row: PlainForm) -> dict[str, object]:
        assert self.table is not None
        key, text = self.table.key, str(row.key.data or "")
        if key == "driver":
            return {key: Driver(text)} if text in set(Driver) else {key: Driver.AREA}
        if key == "energy":
            return {}
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
        return {key: number}

    def missing_cells(self) -> list[Problem]:
        """Columns a line must have; told at the cell, and by row in the summary."""
        if self.table is None:
            return []
        found = []
        for entry in self.rows:
            row = entry.form
            columns = self._columns
            if all(row[one.name].data in (None, "", False) for one in columns) and not any(
                row[one.name].errors for one in columns
            ):
                continue
            for one in columns:
                if one.needed and row[one.name].data in (None, "") and not row[one.name].errors:
                    row[one.name].errors = [f"请填写{one.label}。"]
                    found.append(Problem("cell", f"请填写{one.label}。"))
        return found

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Those of a cell name their row."""
        found = [
            (field.id, str(message))
            for field in self
            if field.name not in ("csrf_token", "lines")
            for message in field.errors
        ]
        if self.table is None:
            return found
        found += [("lines", str(m)) for m in self.lines.errors if isinstance(m, str)]
        for number, entry in enumerate(self.rows, 1):
            found += [
                (cell.id, f"第{number}行：{message}")
                for cell in entry.form
                for message in cell.errors
            ]
        return found

    def take(self, problems: Iterable[Problem]) -> list[Problem]:
        """A problem of the table stands above it."""
        rest = []
        for problem in super().take(problems):
            if self.table and problem.where == self.table.name:
                self.lines.errors = [*self.lines.errors, problem.message]
            else:
                rest.append(problem)
        return rest

    def unlike(
        self, stored: Mapping[str, object], lines: Sequence[Mapping[str, object]]
    ) -> list[Difference]:
        """Where what was typed differs from what somebody else saved meanwhile, row by row."""
        found = []
        typed = self.values()
        for one in self.ours:
            if (typed[one.name] or "") != (stored.get(one.name) or ""):
                found.append(
                    Difference(
                        one.label,
                        cell_words(one, typed[one.name]),
                        cell_words(one, stored.get(one.name)),
                    )
                )
        if self.table is None:
            return found
        mine = [self._words(line) for line in self.typed_lines()]
        theirs = [self._words(line) for line in lines]
        for number in range(max(len(mine), len(theirs))):
            left = mine[number] if number < len(mine) else "（无此行）"
            right = theirs[number] if number < len(theirs) else "（无此行）"
            if left != right:
                label = f"{self.table.label}第{number + 1}行"
                found.append(Difference(label, left, right))
        return found

    def _words(self, line: Mapping[str, object]) -> str:
        return "，".join(
            f"{one.label}{cell_words(one, line.get(one.name))}"
            for one in self._columns
            if line.get(one.name) not in (None, "", False)
        )


def form_class(group: Group, *, signed: bool, items: Sequence[str] = ()) -> type[GroupForm]:
    """The form of a page. `signed`: without what only orders change. `items`: columns of the fees."""
    ours = tuple(one for one in group.fields if not (signed and one.name in LOCKED))
    parts: dict[str, Any] = {one.name: _part(one) for one in ours}
    table = group.lines
    if table is not None and not (signed and table.locked and _all_locked(table)):
        cells = {
            one.name: _part(one)
            for one in table.columns
            if (table.name != "fees" or one.name in items)
            and not (signed and one.name in table.locked)
        }
        row = type("Row", (_Row,), cells)
        parts["lines"] = FieldList(FormField(row), table.label, max_entries=MOST_LINES)
    else:
        table = None
    if group.code == "parties":
        parts |= _company_parts()
    return type("PageForm", (GroupForm,), {**parts, "ours": ours, "table": table})


def _all_locked(table: Lines) -> bool:
    return all(one.name in table.locked for one in table.columns)


def _company_parts() -> dict[str, Any]:
    return {
        "company": StringField(
            "节能服务公司", [_at_most("节能服务公司", 120)], filters=[_stripped]
        ),
        "company_name": StringField("公司名称", [_at_most("公司名称", 100)], filters=[_stripped]),
        "company_contact": StringField("联系人", [_at_most("联系人", 60)], filters=[_stripped]),
        "company_phone": StringField("联系电话", [_at_most("联系电话", 40)], filters=[_stripped]),
    }


def data_of(
    group: Group, values: Mapping[str, object], lines: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """What the form begins with: stored values, the table's rows, and a few empty ones below."""
    data = dict(values)
    for one in group.fields:
        if one.kind is Kind.SEVERAL:
            data[one.name] = str(values.get(one.name) or "").split()
    if group.lines is not None:
        key = group.lines.key
        rows: list[dict[str, object]] = [
            {**line, "key": str(line.get(key) or "")} for line in lines
        ]
        if not group.lines.fixed:
            rows += [{} for _ in range(BLANK)]
        data["lines"] = rows
    return data
