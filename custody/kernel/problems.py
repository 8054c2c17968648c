"""How a rule says no: problems in words a user can act on, collected, never one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way. `message` is a Chinese sentence that says what to do next."""

    code: str
    message: str
    where: str = ""
    """The form field, file cell or object the problem is about; empty for the whole."""


class Refused(Exception):
    """A rule refused the act; nothing was changed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(problem.message for problem in self.problems))


class NotFound(Exception):
    """No such thing within what the person may see."""


class Conflict(Exception):
    """Somebody else changed the thing since it was read."""


def refuse_if(problems: Iterable[Problem]) -> None:
    """Raise `Refused` when there is at least one problem."""
    found = tuple(problems)
    if found:
        raise Refused(found)
