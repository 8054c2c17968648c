"""The three colours of supervision, after 宿迁: 临近办结 blue, 未达序时 yellow, 逾期未办结 red."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.kernel.problems import Problem
from custody.milestones.rules import Light


class Level(StrEnum):
    """Values are those of the lights, so that a level is drawn with the light's own mark."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def meaning(self) -> str:
        return f"{_LABELS[self]}色督办"


LEVELS = tuple(Level)
_LABELS = {Level.BLUE: "蓝", Level.YELLOW: "黄", Level.RED: "红"}


def level_of(light: Light) -> Level | None:
    """The level a milestone's light asks for; None where nothing is to be supervised.

    Near due is blue, behind or a little late yellow, far behind or long late red: the thresholds
    are the province's own (LightPolicy), because the light was worked out with them.
    """
    return _OF_LIGHT.get(light)


_OF_LIGHT: Mapping[Light, Level] = {
    Light.BLUE: Level.BLUE,
    Light.YELLOW: Level.YELLOW,
    Light.RED: Level.RED,
}


def raised(level: Level) -> Level:
    """One level up; red is the highest."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def answer_days_of(level: Level, days: Mapping[Level, int]) -> int:
    """Working days an office has for its answer. Our choice unless the province sets others."""
    return days.get(level, _ANSWER_DAYS[level])


_ANSWER_DAYS: Mapping[Level, int] = {Level.BLUE: 10, Level.YELLOW: 5, Level.RED: 3}


def problems_of_settings(days: Mapping[Level, int]) -> list[Problem]:
    """The redder, the sooner: a red order may not leave more time than a blue one."""
    if days[Level.RED] <= days[Level.YELLOW] <= days[Level.BLUE]:
        return []
    return [
        Problem(
            "days", "级别越高，反馈时限应越短：红色不多于黄色，黄色不多于蓝色，请调整。", "days_red"
        )
    ]
