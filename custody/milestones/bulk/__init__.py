"""Pure: many milestones in one sheet. Which columns it has, what its rows say, what that would change.

A row carries what the milestone was when the sheet was downloaded; what a person changed is told from
that, so a cell nobody touched never takes back what somebody else saved meanwhile.
"""

from custody.milestones.bulk.changes import (
    Change,
    Known,
    Rehearsal,
    Row,
    brought_up_to_date,
    rehearse,
    report_after,
)
from custody.milestones.bulk.layout import (
    Layout,
    locate,
)
from custody.milestones.bulk.lines import (
    Line,
    lines_of,
)
from custody.milestones.bulk.shape import (
    FIELDS,
    SCHEMA,
    SHEET,
    TITLES,
    Key,
    Kind,
    State,
    base_of,
    key_words,
    tidy,
)
from custody.milestones.bulk.told import (
    Told,
    grouped,
    packed,
    unpacked,
)

__all__ = [
    "FIELDS",
    "SCHEMA",
    "SHEET",
    "TITLES",
    "Change",
    "Key",
    "Kind",
    "Known",
    "Layout",
    "Line",
    "Rehearsal",
    "Row",
    "State",
    "Told",
    "base_of",
    "brought_up_to_date",
    "grouped",
    "key_words",
    "lines_of",
    "locate",
    "packed",
    "rehearse",
    "report_after",
    "tidy",
    "unpacked",
]
