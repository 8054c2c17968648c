"""Verbs about the versions of the lifecycle template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.milestones.models import Policy, Template, TemplateItem
from custody.milestones.move import due_changes, item_changes
from custody.milestones.queries.lifecycles import get_template, published
from custody.milestones.rules import (
    Item,
    LightPolicy,
    problems_of_days,
    problems_of_policy,
    problems_of_template,
)
from custody.regions.queries import batches_of


def load(
    session: Session,
    items: Sequence[Item],
    *,
    province: str,
    note: str,
    actor: journal.Actor,
    now: datetime,
) -> Template:
    """The newest published version after the load.

    Loading items that any published version already holds changes nothing, even where an
    administrator has gone on from it since; other items become the next version.
    """
    kept = session.scalars(
        select(Template)
        .where(Template.province_code == province, Template.published_at.is_not(None))
        .options(selectinload(Template.items))
        .order_by(Template.number)
    ).all()
    if any([row.as_rule() for row in version.items] == list(items) for version in kept):
        return kept[-1]
    template = Template(
        province_code=province,
        number=next_number(session, province),
        note=note,
        created_at=now,
        published_at=now,
        items=[_row(item) for item in items],
    )
    session.add(template)
    session.flush()
    journal.record(
        session,
        actor=actor,
        now=now,
        action="template.published",
        kind="template",
        subject=template.id,
        label=f"里程碑模板第{template.number}版",
        province=province,
        note=note,
    )
    return template


def next_number(session: Session, province: str) -> int:
    highest = session.scalar(
        select(func.max(Template.number)).where(Template.province_code == province)
    )
    return (highest or 0) + 1


def _row(item: Item) -> TemplateItem:
    return _write(TemplateItem(code=item.code), item)


def _write(row: TemplateItem, item: Item) -> TemplateItem:
    row.name, row.phase, row.stage = item.name, item.phase, item.stage
    row.evidence, row.owner, row.after = item.evidence, item.owner, item.rests_on
    row.weight, row.gate, row.required = item.weight, item.gate, item.required
    row.days_low, row.days_likely = item.days_low, item.days_likely
    row.days_high = item.days_high
    row.order = item.order
    row.due = {str(batch): day.isoformat() if day else None for batch, day in item.due.items()}
    return row


# --- the draft ----------------------------------------------------------------------------------


def draft(session: Session, *, actor: Identity, now: datetime) -> Template:
    """The draft of the next version, begun from the newest published one. There is only one."""
    province = actor.place.province
    existing = session.scalar(
        select(Template)
        .where(Template.province_code == province, Template.published_at.is_(None))
        .options(selectinload(Template.items))
    )
    if existing:
        return existing
    newest = published(session, province)
    template = Template(
        province_code=province,
        number=next_number(session, province),
        note="",
        created_at=now,
        published_at=None,
        items=[_row(item.as_rule()) for item in newest.items],
    )
    session.add(template)
    session.flush()
    _record(session, template, "drafted", actor=actor, now=now, note=f"由第{newest.number}版复制")
    return template


def _record(
    session: Session,
    template: Template,
    action: str,
    *,
    actor: Identity,
    now: datetime,
    changes: Changes | None = None,
    note: str = "",
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"template.{action}",
        kind="template",
        subject=template.id,
        label=f"里程碑模板第{template.number}版",
        province=template.province_code,
        changes=changes,
        note=note,
    )


def _open_draft(session: Session, actor: Identity, template_id: int, version: int) -> Template:
    template = get_template(session, template_id, province=actor.place.province)
    if template.published_at:
        raise Refused(
            [
                Problem(
                    "published",
                    f"第{template.number}版已发布，不能修改；请新建草稿，在新版本中调整。",
                )
            ]
        )
    if template.version != version:
        raise Conflict
    # The version counts changes of the items too.
    flag_modified(template, "note")
    return template


def save_item(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    template_id: int,
    version: int,
    item: Item,
    behind: str,
    new: bool,
) -> Template:
    """Add an item to the draft or change one; `behind` is the code it stands after, "" for first."""
    template = _open_draft(session, actor, template_id, version)
    rows = {row.code: row for row in template.items}
    if new and item.code in rows:
        raise Refused([Problem("twice", f"编码 {item.code} 已被使用，请换一个。", "code")])
    if not new and item.code not in rows:
        raise Conflict
    refuse_if(problems_of_days(item))
    changes: Changes = {}
    if new:
        template.items.append(_row(item))
        changes["item"] = (None, f"{item.code} {item.name}")
    else:
        row = rows[item.code]
        before = row.as_rule()
        lines = (*item_changes(before, item), *due_changes(before, item))
        changes |= {f"{item.code}:{name}": (old, value) for name, old, value in lines}
        _write(row, replace(item, order=before.order))
    moved = _place(template, item.code, behind)
    if moved and not new:
        changes[f"{item.code}:order"] = moved
    if changes:
        _record(session, template, "edited", actor=actor, now=now, changes=changes)
    return template


def _place(template: Template, code: str, behind: str) -> tuple[int, int] | None:
    """Put the item behind another and number all; (old place, new place) when it moved."""
    codes = [row.code for row in sorted(template.items, key=lambda row: row.order)]
    old = codes.index(code) + 1
    codes.remove(code)
    codes.insert(codes.index(behind) + 1 if behind in codes else 0, code)
    rows = {row.code: row for row in template.items}
    for place, each in enumerate(codes, 1):
        rows[each].order = place
    new = codes.index(code) + 1
    return (old, new) if old != new else None


def shift_item(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    template_id: int,
    version: int,
    code: str,
    by: int,
) -> Template:
    """One place up (-1) or down (+1); nothing happens at the ends."""
    template = _open_draft(session, actor, template_id, version)
    codes = [row.code for row in sorted(template.items, key=lambda row: row.order)]
    if code not in codes:
        raise NotFound
    target = codes.index(code) + by
    if not 0 <= target < len(codes):
        return template
    codes.remove(code)
    moved = _place(template, code, codes[target - 1] if target else "")
    if moved:
        _record(session, template, "edited", actor=actor, now=now, changes={f"{code}:order": moved})
    return template


def remove_item(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    template_id: int,
    version: int,
    code: str,
) -> Template:
    template = _open_draft(session, actor, template_id, version)
    row = next((row for row in template.items if row.code == code), None)
    if row is None:
        raise NotFound
    template.items.remove(row)
    for place, each in enumerate(sorted(template.items, key=lambda row: row.order), 1):
        each.order = place
    changes: Changes = {"item": (f"{row.code} {row.name}", None)}
    _record(session, template, "edited", actor=actor, now=now, changes=changes)
    return template


def problems_of(session: Session, template: Template) -> list[Problem]:
    """Why the version cannot be published yet: what the rules say, and what the batches need."""
    items = [row.as_rule() for row in template.items]
    found = problems_of_template(items)
    gates = {item.code for item in items if item.gate}
    for batch in batches_of(session, template.province_code):
        if batch.gate not in gates:
            found.append(
                Problem(
                    "batch_gate",
                    f"{batch.name}的年度目标关口 {batch.gate} 不在模板的关口中，"
                    "请补充，或到“通知数据”修改该批次的对应关口。",
                    batch.gate,
                )
            )
        if not any(batch.number in item.due for item in items):
            found.append(
                Problem(
                    "batch_start",
                    f"{batch.name}没有起步的里程碑，请至少为一个里程碑填写该批次的期限。",
                )
            )
    return found


def publish(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    template_id: int,
    version: int,
    note: str,
) -> Template:
    """From now on nothing of the version changes; new regions start with it, others when moved."""
    template = get_template(session, template_id, province=actor.place.province)
    if template.published_at:
        return template
    template = _open_draft(session, actor, template_id, version)
    found = problems_of(session, template)
    if len(note.strip()) < 2:
        found.append(Problem("note", "请写明本版有哪些变化，便于各地了解。", "note"))
    refuse_if(found)
    template.note = note.strip()
    template.published_at = now
    _record(session, template, "published", actor=actor, now=now, note=template.note)
    return template


def discard(
    session: Session, *, actor: Identity, now: datetime, template_id: int, version: int
) -> None:
    """Throw the draft away; published versions cannot be."""
    template = _open_draft(session, actor, template_id, version)
    _record(session, template, "discarded", actor=actor, now=now)
    session.delete(template)


# --- the thresholds of the lights ---------------------------------------------------------------


def set_policy(
    session: Session, *, actor: Identity, now: datetime, version: int, policy: LightPolicy
) -> None:
    """Other thresholds for the province's lights. `version` is 0 while the defaults stand."""
    refuse_if(problems_of_policy(policy))
    province = actor.place.province
    row = session.get(Policy, province)
    if (row.version if row else 0) != version:
        raise Conflict
    names = LightPolicy.__dataclass_fields__
    before = row.as_rule() if row else LightPolicy()
    changes: Changes = {
        name: (getattr(before, name), getattr(policy, name))
        for name in names
        if getattr(before, name) != getattr(policy, name)
    }
    if not changes:
        return
    if row is None:
        row = Policy(province_code=province)
        session.add(row)
    for name in names:
        setattr(row, name, getattr(policy, name))
    session.flush()
    journal.record(
        session,
        actor=actor,
        now=now,
        action="policy.edited",
        kind="policy",
        subject=province,
        label="预警规则",
        province=province,
        changes=changes,
    )
