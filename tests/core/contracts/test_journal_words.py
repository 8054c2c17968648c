"""The journal calls a contract's fields what its pages call them."""

import pytest

from custody.audit import rules
from custody.contracts.rules.fields import GROUPS

NAMES = [
    (one.name, one.label.partition("（")[0])
    for group in GROUPS
    for one in (*group.fields, *((group.lines,) if group.lines else ()))
]


@pytest.mark.parametrize(("name", "label"), NAMES)
def test_fields_and_tables_have_their_words(name: str, label: str) -> None:
    assert rules.field_label("contract", name) == label


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("contract", "company"),
        ("contract", "files"),
        ("contract", "signed_at"),
        ("contract", "terminated_on"),
        ("contract", "termination_reason"),
        ("order", "subject"),
        ("order", "value"),
        ("order", "effective_on"),
        ("order", "signed_on"),
        ("order", "reason"),
        ("order", "files"),
        ("company", "code"),
        ("company", "name"),
        ("company", "contact"),
        ("company", "phone"),
    ],
)
def test_so_do_the_other_things_that_are_recorded(kind: str, name: str) -> None:
    assert rules.field_label(kind, name) != "其他内容"
    assert rules.kind_label(kind) != "其他"
