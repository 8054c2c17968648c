"""What a board says: the shapes of its facts, and how plain rows become them. Pure."""

from custody.dashboard.rules.shapes import (
    BatchFacts,
    Cell,
    CurvePoint,
    Exception_,
    ProgrammeFacts,
    RegionFacts,
)

__all__ = [
    "BatchFacts",
    "Cell",
    "CurvePoint",
    "Exception_",
    "ProgrammeFacts",
    "RegionFacts",
]
