"""Words for the journal: every action, field and value as officials say them.

The audit floor lies below the domains, so their words stand here as plain data; a test holds them
against the domains' own labels. A new domain adds its lines to actions, fields and values.
"""

from custody.audit.rules.actions import ACTIONS, GROUPS, KINDS
from custody.audit.rules.changes import (
    NOTHING,
    Change,
    Recorded,
    Told,
    action_label,
    change_lines,
    field_label,
    kind_label,
    told,
    value_words,
)
from custody.audit.rules.values import REVIEWS, STAGES, STATUSES

__all__ = [
    "ACTIONS",
    "GROUPS",
    "KINDS",
    "NOTHING",
    "REVIEWS",
    "STAGES",
    "STATUSES",
    "Change",
    "Recorded",
    "Told",
    "action_label",
    "change_lines",
    "field_label",
    "kind_label",
    "told",
    "value_words",
]
