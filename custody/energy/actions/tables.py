"""Coefficients, thresholds and temperatures: begun with what is usual, corrected by people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.tables import Coefficient, EnergyPolicy, Temperature
from custody.energy.queries.tables import get_coefficient, policy_of, temperatures_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import USUAL, Caliber
from custody.energy.rules.limits import LIMITS, Limits, problems_of
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.periods import Month, months_words
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.regions.models import City


def begin(session: Session, province: str, *, actor: journal.Actor, now: datetime) -> int:
    """The coefficients a new province starts with; nothing where it has some. Returns how many."""
    known = session.scalar(
        select(Coefficient.id).where(Coefficient.province_code == province).limit(1)
    )
    if known is not None:
        return 0
    session.add_all(
        Coefficient(
            province_code=province,
            energy=row.energy,
            caliber=row.caliber,
            value=row.value,
            unit=row.unit,
            source=row.source,
            valid_from=row.valid_from,
            verified=row.verified,
            edited_at=now,
            edited_by=actor.id,
        )
        for row in USUAL
    )
    journal.record(
        session,
        actor=actor,
        now=now,
        action="coefficient.begun",
        kind="coefficient",
        label="折算系数",
        province=province,
        note=f"{len(USUAL)}行",
    )
    return len(USUAL)


@dataclass(frozen=True, slots=True)
class Factor:
    """A coefficient as typed."""

    energy: Energy
    caliber: Caliber
    value: Decimal
    source: str
    valid_from: date
    verified: bool

    @property
    def unit(self) -> str:
        per = "kgCO2" if self.caliber is Caliber.CARBON else "kgce"
        return f"{per}/{self.energy.unit}"

    @property
    def label(self) -> str:
        return f"{self.energy.label}（{self.caliber.label}）"


_FIELDS = ("energy", "caliber", "value", "unit", "source", "valid_from", "verified")


def _once(session: Session, province: str, factor: Factor, besides: int = 0) -> None:
    twin = session.scalar(
        select(Coefficient.id).where(
            Coefficient.province_code == province,
            Coefficient.energy == factor.energy,
            Coefficient.caliber == factor.caliber,
            Coefficient.valid_from == factor.valid_from,
            Coefficient.id != besides,
        )
    )
    if twin is not None:
        words = f"{factor.label}已有同一天起用的系数，请修改那一行，或改填起用日期。"
        raise Refused([Problem("twin", words, "valid_from")])


def add_coefficient(
    session: Session, *, actor: Identity, now: datetime, factor: Factor
) -> Coefficient:
    province = actor.place.province
    _once(session, province, factor)
    row = Coefficient(
        province_code=province,
        edited_at=now,
        edited_by=actor.id,
        **{name: getattr(factor, name) for name in _FIELDS},
    )
    session.add(row)
    session.flush()
    _tell(
        session, actor, now, row, "coefficient.added", {n: (None, getattr(row, n)) for n in _FIELDS}
    )
    return row


def edit_coefficient(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, factor: Factor
) -> Coefficient:
    row = get_coefficient(session, number, province=actor.place.province)
    if row.version != version:
        raise Conflict
    _once(session, row.province_code, factor, row.id)
    changes = journal.amend(row, {name: getattr(factor, name) for name in _FIELDS})
    if changes:
        row.edited_at, row.edited_by = now, actor.id
        _tell(session, actor, now, row, "coefficient.edited", changes)
    return row


def _tell(
    session: Session,
    actor: Identity,
    now: datetime,
    row: Coefficient,
    action: str,
    changes: Mapping[str, tuple[object, object]],
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="coefficient",
        subject=row.id,
        label=f"{row.energy.label}（{row.caliber.label}）",
        province=row.province_code,
        changes=changes,
    )


def set_limits(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    version: int,
    values: Mapping[str, Decimal],
    note: str = "",
) -> int:
    """Change thresholds; `version` 0 where the province has none of its own yet. Returns how many."""
    province = actor.place.province
    row = policy_of(session, province)
    if (row.version if row else 0) != version:
        raise Conflict
    old = Limits.of(row.values if row else None).values
    changes = {
        name: (old[name], value)
        for name, value in values.items()
        if name in LIMITS and old[name] != value
    }
    if not changes:
        return 0
    found = problems_of({**old, **values})
    if len(note.strip()) < 2:
        words = "请写明修改依据，例如“按现行目录电价核定”。"
        found.append(Problem("note", words, "note"))
    refuse_if(found)
    stored = {name: f"{value:f}" for name, value in {**old, **values}.items() if name in LIMITS}
    if row is None:
        session.add(EnergyPolicy(province_code=province, values=stored))
    else:
        row.values = {**row.values, **stored}
    try:
        session.flush()
    except IntegrityError:  # somebody else set the province's first ones at the same moment
        raise Conflict from None
    journal.record(
        session,
        actor=actor,
        now=now,
        action="energy_policy.edited",
        kind="energy_policy",
        subject=province,
        label="能源数据校验规则",
        province=province,
        changes={LIMITS[name].label: pair for name, pair in changes.items()},
        note=note.strip(),
    )
    return len(changes)


@dataclass(frozen=True, slots=True)
class Warmth:
    city: str
    month: int
    mean: Decimal
    source: str


def store_temperatures(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    rows: Sequence[Warmth],
    import_id: int | None = None,
    note: str = "",
) -> tuple[int, int]:
    """(new, changed); what is the same stays as it is. Cities must lie where the actor works.

    A correction leaves the old value in the journal. `note`: where the rows come from.
    """
    if not rows:
        return 0, 0
    wanted = {row.city for row in rows}
    cities = select(City.code, City.name).where(
        City.province_code == actor.place.province, City.code.in_(wanted)
    )
    if actor.place.city:
        cities = cities.where(City.code == actor.place.city)
    names = dict(session.execute(cities).all())
    if foreign := wanted - set(names):
        words = f"{'、'.join(sorted(foreign))}不在您的管理范围内，请去掉这些行。"
        raise Refused([Problem("place", words, "file")])
    months = [row.month for row in rows]
    known = temperatures_of(session, sorted(wanted), min(months), max(months))
    new = changed = 0
    corrected: Changes = {}
    touched: set[int] = set()
    for row in {(one.city, one.month): one for one in rows}.values():
        old = known.get((row.city, row.month))
        if old is None:
            new += 1
            old = Temperature(city_code=row.city, month=row.month)
            session.add(old)
        elif (old.mean, old.source) == (row.mean, row.source):
            continue
        else:
            changed += 1
            named = f"{names[row.city]}{Month.coded(row.month).label}"
            corrected[named] = (_told(old.mean, old.source), _told(row.mean, row.source))
        touched.add(row.month)
        old.mean, old.source, old.import_id = row.mean, row.source, import_id
        old.entered_at, old.entered_by = now, actor.id
    if new or changed:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="weather.entered",
            kind="weather",
            label="月平均气温",
            province=actor.place.province,
            city=actor.place.city,
            changes=corrected,
            note="：".join(filter(None, (note, _counted(touched, new, changed)))),
        )
    return new, changed


def _counted(months: Collection[int], new: int, changed: int) -> str:
    counts = [f"新增{new}条"] if new else []
    counts += [f"更正{changed}条"] if changed else []
    return f"{months_words(months)}，{'，'.join(counts)}"


def _told(mean: Decimal, source: str) -> str:
    return f"{mean.normalize():f}℃（{source}）"


def copy_temperatures(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    origin: str,
    cities: Sequence[str],
    first: int,
    last: int,
    overwrite: bool = False,
) -> tuple[int, int]:
    """One city's series for others that have none of their own; (new, changed).

    What they have stays unless it is to be overwritten. The copy says whose figures it shows.
    """
    own = session.execute(
        select(City.name).where(
            City.province_code == actor.place.province,
            City.code == origin,
            City.code == (actor.place.city or origin),
        )
    ).scalar_one_or_none()
    if own is None:
        raise NotFound
    targets = [code for code in dict.fromkeys(cities) if code != origin]
    known = temperatures_of(session, [origin, *targets], first, last)
    given = {month: row for (city, month), row in known.items() if city == origin}
    found = []
    if not targets:
        found.append(Problem("cities", "请选择要移用到的设区市（不含来源市）。", "cities"))
    if not given:
        found.append(Problem("origin", f"{own}这一年还没有气温，请先录入或另选来源市。", "origin"))
    refuse_if(found)
    rows = [
        Warmth(city, month, row.mean, f"移用{own}：{row.source}"[:200])
        for city in targets
        for month, row in sorted(given.items())
        if overwrite or (city, month) not in known
    ]
    return store_temperatures(session, actor=actor, now=now, rows=rows, note=f"移用{own}的气温")
