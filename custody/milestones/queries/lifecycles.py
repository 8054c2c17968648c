"""Questions about templates and where regions stand on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from custody.kernel.problems import NotFound
from custody.milestones.models import Lifecycle, Passage, Policy, Template
from custody.milestones.rules import LightPolicy, Stage


def published(session: Session, province: str) -> Template:
    """The newest published version with its items. Raises NotFound before the first load."""
    template = session.scalar(
        select(Template)
        .where(Template.province_code == province, Template.published_at.is_not(None))
        .order_by(Template.number.desc())
        .limit(1)
        .options(selectinload(Template.items))
    )
    if template is None:
        raise NotFound
    return template


def versions(session: Session, province: str) -> Sequence[tuple[Template, int]]:
    """All versions, newest first, each with the number of regions that stand on it."""
    standing = (
        select(Lifecycle.template_id, func.count().label("n"))
        .group_by(Lifecycle.template_id)
        .subquery()
    )
    rows = session.execute(
        select(Template, func.coalesce(standing.c.n, 0))
        .outerjoin(standing, standing.c.template_id == Template.id)
        .where(Template.province_code == province)
        .order_by(Template.number.desc())
    )
    return [(template, int(number)) for template, number in rows]


def get_template(session: Session, template_id: int, *, province: str) -> Template:
    template = session.scalar(
        select(Template)
        .where(Template.id == template_id, Template.province_code == province)
        .options(selectinload(Template.items))
    )
    if template is None:
        raise NotFound
    return template


def template_of(session: Session, region: str) -> Template:
    """The version a region stands on, with its items."""
    template = session.scalar(
        select(Template)
        .join(Lifecycle, Lifecycle.template_id == Template.id)
        .where(Lifecycle.region_code == region)
        .options(selectinload(Template.items))
    )
    if template is None:
        raise NotFound
    return template


def passages(session: Session, region: str) -> dict[Stage, Passage]:
    rows = session.scalars(select(Passage).where(Passage.region_code == region))
    return {row.stage: row for row in rows}


def policy_of(session: Session, province: str) -> LightPolicy:
    row = session.get(Policy, province)
    return row.as_rule() if row else LightPolicy()
