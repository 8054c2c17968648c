"""By which cycle a contract is settled when: cycles change by order, also within a quarter or a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from custody.contracts.rules.orders import Order, as_of
from custody.contracts.rules.periods import FIRST_YEAR, LAST_YEAR, Cycle, Period

SUBJECT = "pay_period"


@dataclass(frozen=True, slots=True)
class Rhythm:
    first: date
    """Of the term; the last day is None where it is open."""
    last: date | None
    turns: tuple[tuple[date, Cycle], ...]
    """From which day on which cycle, oldest first; the oldest holds from the first day on."""

    def on(self, day: date) -> Cycle:
        passed = [cycle for since, cycle in self.turns if since <= day]
        return passed[-1] if passed else self.turns[0][1]

    def within(self, period: Period) -> set[Cycle]:
        """The cycles of the period's days inside the term."""
        first = max(period.first, self.first)
        last = min(period.last, self.last) if self.last else period.last
        days = [first, *(since for since, _ in self.turns if first < since <= last)]
        return {self.on(day) for day in days} if first <= last else set()

    def accepts(self, period: Period) -> bool:
        """May the period be settled?

        Its cycle is agreed on one of its days, or on one of the period it is a part of: where months
        follow quarters from November on, October is settled by itself or within its quarter.
        """
        around = {Period.of(max(period.first, self.first), cycle) for cycle in self.within(period)}
        around |= {
            Period.of(since, self.on(since)) for since, _ in self.turns if _in(since, period)
        }
        return any(period.cycle in self.within(one) for one in (period, *around))

    def due(self, day: date) -> Period:
        """The period in which a day is settled: where cycles change within one, a shorter one of them.

        The longest that no shorter cycle cuts; so neighbours never overlap.
        """
        cycles = sorted(
            self.within(Period.of(day, self.on(day))), key=lambda cycle: cycle.months, reverse=True
        )
        periods = [Period.of(day, cycle) for cycle in cycles]
        return next((one for one in periods if self._uncut(one)), periods[-1])

    def _uncut(self, period: Period) -> bool:
        return min(self.within(period), key=lambda cycle: cycle.months) is period.cycle

    def ended(self, today: date) -> list[Period]:
        """The periods of the term that are over, oldest first.

        A period over which the term begins or ends counts: its days inside the term are settled.
        """
        last = today if self.last is None else min(today, self.last)
        over = self.last is not None and self.last < today
        found: list[Period] = []
        day = self.first
        while day <= last and (over or self.due(day).last < today):
            found.append(self.due(day))
            day = found[-1].last + timedelta(days=1)
        return found


def _in(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def rhythm_of(
    original: Mapping[str, object], orders: Iterable[Order], first: date | None, last: date | None
) -> Rhythm | None:
    """Of a term; None where no term or no cycle is agreed."""
    if first is None:
        return None
    own = [order for order in orders if order.signed and order.subject == SUBJECT]
    days = sorted({first, *(order.effective_on for order in own if order.effective_on > first)})
    said = [(day, as_of(original, own, day).get(SUBJECT)) for day in days]
    turns = tuple((day, Cycle(str(code))) for day, code in said if code in set(Cycle))
    begin = max(first, date(FIRST_YEAR, 1, 1))
    end = min(last, date(LAST_YEAR, 12, 31)) if last else None
    return Rhythm(begin, end, turns) if turns else None
