"""督办单 and problems: their life, their colours, what each step needs. Pure."""

from custody.supervision.rules.levels import (
    LEVELS,
    Level,
    answer_days_of,
    level_of,
    problems_of_settings,
    raised,
)
from custody.supervision.rules.states import (
    OPEN,
    OWING,
    STEPS,
    Kind,
    Source,
    Status,
    Step,
    problems_of_step,
)
from custody.supervision.rules.words import (
    Wording,
    at_most,
    named,
    number_words,
    problems_of_answer,
    problems_of_due,
    problems_of_issue,
    problems_of_reason,
    problems_of_wording,
    what_is_wrong,
)

__all__ = [
    "LEVELS",
    "OPEN",
    "OWING",
    "STEPS",
    "Kind",
    "Level",
    "Source",
    "Status",
    "Step",
    "Wording",
    "answer_days_of",
    "at_most",
    "level_of",
    "named",
    "number_words",
    "problems_of_answer",
    "problems_of_due",
    "problems_of_issue",
    "problems_of_reason",
    "problems_of_settings",
    "problems_of_step",
    "problems_of_wording",
    "raised",
    "what_is_wrong",
]
