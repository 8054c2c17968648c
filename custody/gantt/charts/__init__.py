"""Gantt charts: rows in, SVG out. The same code draws for page, file and paper.

Nothing here knows a database or a page. Plan, actual and expected differ by form as well as by colour.
"""

from custody.gantt.charts.programme import (
    LanePictures,
    ProgrammePictures,
    lane_legends,
    programme_pages,
    programme_pictures,
)
from custody.gantt.charts.region import WIDE as REGION_WIDE
from custody.gantt.charts.region import pages as region_pages
from custody.gantt.charts.region import region_chart

__all__ = [
    "REGION_WIDE",
    "LanePictures",
    "ProgrammePictures",
    "lane_legends",
    "programme_pages",
    "programme_pictures",
    "region_chart",
    "region_pages",
]
