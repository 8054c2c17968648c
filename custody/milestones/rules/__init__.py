"""The lifecycle of a region: stages, gates, the states of a milestone and the lights.

Phase names follow JS/T 301-2024; the milestones themselves, their order, owners and due dates are
the programme's own choice and therefore data (the template), not code.
"""

from custody.milestones.rules.lights import (
    LIGHTS,
    Light,
    LightPolicy,
    Signal,
    State,
    expected_percent,
    problems_of_policy,
    progress,
    share,
    signal_of,
    worst,
)
from custody.milestones.rules.reports import (
    FURTHEST_DAYS,
    Report,
    problems_of_forecast,
    problems_of_gate,
    problems_of_report,
    problems_of_return,
    problems_of_submission,
)
from custody.milestones.rules.states import (
    STAGES,
    STEPS,
    Claim,
    Stage,
    Status,
    Step,
    problems_of_step,
    stage_closed,
    stage_reached,
)
from custody.milestones.rules.template import (
    LONGEST,
    Item,
    chain_of,
    plan_start,
    predecessors,
    problems_of_days,
    problems_of_template,
    read_after,
    written_after,
)

__all__ = [
    "FURTHEST_DAYS",
    "LIGHTS",
    "LONGEST",
    "STAGES",
    "STEPS",
    "Claim",
    "Item",
    "Light",
    "LightPolicy",
    "Report",
    "Signal",
    "Stage",
    "State",
    "Status",
    "Step",
    "chain_of",
    "expected_percent",
    "plan_start",
    "predecessors",
    "problems_of_days",
    "problems_of_forecast",
    "problems_of_gate",
    "problems_of_policy",
    "problems_of_report",
    "problems_of_return",
    "problems_of_step",
    "problems_of_submission",
    "problems_of_template",
    "progress",
    "read_after",
    "share",
    "signal_of",
    "stage_closed",
    "stage_reached",
    "worst",
    "written_after",
]
