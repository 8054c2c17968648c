"""The end of the year told ahead: critical path (schedule) and ten thousand futures (montecarlo). Pure."""

from custody.forecast.rules.experience import Experience, experience_of
from custody.forecast.rules.outlook import (
    UNKNOWN,
    BatchOutlook,
    Course,
    Goal,
    Outlook,
    RegionOutlook,
    batches_of,
    chance_words,
    outlook,
    share_taken,
)
from custody.forecast.rules.schedule import Line, RegionSchedule, followers, schedule
from custody.forecast.rules.tasks import REVIEW, REVIEWED, Days, Known, Task, tasks_of

__all__ = [
    "REVIEW",
    "REVIEWED",
    "UNKNOWN",
    "BatchOutlook",
    "Course",
    "Days",
    "Experience",
    "Goal",
    "Known",
    "Line",
    "Outlook",
    "RegionOutlook",
    "RegionSchedule",
    "Task",
    "batches_of",
    "chance_words",
    "experience_of",
    "followers",
    "outlook",
    "schedule",
    "share_taken",
    "tasks_of",
]
