"""Pictures of bases and savings: figures in, SVG out, the same for screen, phone and paper."""

from custody.baselines.charts.months import cumulated, months
from custody.baselines.charts.scatter import scatter
from custody.baselines.charts.surface import PHONE, PRINT, SCREEN, Look
from custody.baselines.charts.waterfall import Kind, Step, waterfall

__all__ = [
    "PHONE",
    "PRINT",
    "SCREEN",
    "Kind",
    "Look",
    "Step",
    "cumulated",
    "months",
    "scatter",
    "waterfall",
]
