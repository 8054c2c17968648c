"""Moving regions to a version of the template: choose, preview, confirm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.audit.rules import Change, field_label, value_words
from custody.infra import clock
from custody.kernel.problems import Conflict, Refused
from custody.milestones.actions import moves as actions
from custody.milestones.models import Template
from custody.milestones.move import Change as Raw
from custody.milestones.move import (
    Move,
    Unopened,
    digest,
    due_changes,
    item_changes,
    plan,
    reordered,
    unopened,
)
from custody.milestones.queries.lifecycles import get_template
from custody.milestones.queries.moves import Stand, positions, standing
from custody.milestones.rules import Item
from custody.milestones.template_forms import ActForm
from custody.regions.queries import batches_of, cities_of
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.formkit import whole_or_none

blueprint = Blueprint("moves", __name__, url_prefix="/admin/templates/<int:number>/move")
kept.call(
    blueprint,
    "里程碑模板",
    {"preview": "查看变动", "confirm": "确认移动"},
    "moves.choose",
)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One region of the preview."""

    stand: Stand
    move: Move
    same: bool
    """It stands on the version already and nothing would change."""
    changes: tuple[tuple[str, list[Change]], ...]
    """(«M05 名称», what changes for it in words: its own dates and unit, and the template's words)."""
    fields: tuple[tuple[str, list[str]], ...]
    """(«权重», codes of the milestones where it changes)."""
    later: Unopened
    reordered: bool

    @property
    def parts(self) -> list[str]:
        """What differs for this region, now or later, in short; empty when nothing does."""
        move, later = self.move, self.later
        kept = len(move.kept_dates) + len(move.held_dates)
        found = [
            ("新增 " + "、".join(line.code for line in move.opened)) if move.opened else "",
            ("移除 " + "、".join(line.code for line in move.dropped)) if move.dropped else "",
            *(f"{field} {'、'.join(codes)}" for field, codes in self.fields),
            f"保留原日期 {kept} 项" if kept else "",
            f"通过“{move.closes.label()}”" if move.closes else "",
            "后续里程碑有调整" if later.added or later.removed or later.changed else "",
            "排列次序" if self.reordered else "",
        ]
        return [part for part in found if part]


def _target(number: int) -> Template:
    return get_template(session(), number, province=identity().place.province)


@blueprint.get("")
@requires(Can.MANAGE_TEMPLATES)
def choose(number: int) -> Page:
    return _choose_page(number, 200)


def _choose_page(number: int, status: int, problem: str = "") -> tuple[str, int]:
    template, place = _target(number), identity().place
    batch, city = whole_or_none(request.args.get("batch")), request.args.get("city", "")[:12]
    page = render_template(
        "templates/move.html",
        template=template,
        rows=standing(session(), place, batch=batch, city=city),
        batches={row.number: row for row in batches_of(session(), place.province)},
        cities={row.code: row for row in cities_of(session(), place)},
        batch=batch,
        city=city,
        ticked=request.args.get("tick") == "all",
        problem=problem,
        form=ActForm(),
    )
    return page, status


@blueprint.post("/preview")
@requires(Can.MANAGE_TEMPLATES)
def preview(number: int) -> Page:
    codes = request.form.getlist("region")
    if not codes:
        return _choose_page(number, 422, "请至少勾选一个地区，再查看变动。")
    return _preview_page(number, codes)


def _preview_page(
    number: int, codes: list[str], status: int = 200, *, stale: bool = False
) -> tuple[str, int]:
    template = _target(number)
    items = [row.as_rule() for row in template.items]
    stands = positions(session(), identity().place, codes)
    moves = {stand.region.code: plan(stand.position, items) for stand in stands}
    year = clock.today().year
    batches = batches_of(session(), identity().place.province)
    named = {f"due_{row.number}": f"{row.short_name}计划完成" for row in batches}
    lines = [_line(stand, moves[stand.region.code], template, items, year) for stand in stands]
    page = render_template(
        "templates/preview.html",
        template=template,
        lines=lines,
        movable=sum(not line.same and not line.move.blocked for line in lines),
        blocked=sum(not line.same and bool(line.move.blocked) for line in lines),
        same=sum(line.same for line in lines),
        versions=_versions(stands, items, template, year, named),
        digest=digest(moves),
        stale=stale,
        form=ActForm(),
    )
    return page, status


def _line(stand: Stand, move: Move, template: Template, items: list[Item], year: int) -> Line:
    changes, fields = [], defaultdict(list)
    for line in move.changed:
        own = _words(line.row, year)
        words = [*own, *(w for w in _words(line.item, year, "template") if w not in own)]
        if words:
            changes.append((f"{line.code} {line.name}", words))
        for word in words:
            fields[word.field].append(line.code)
    return Line(
        stand,
        move,
        stand.template_id == template.id and move.empty,
        tuple(changes),
        tuple(fields.items()),
        unopened(stand.position, items, move),
        reordered(stand.position.items, items),
    )


def _words(
    changes: tuple[Raw, ...],
    year: int,
    kind: str = "milestone",
    named: Mapping[str, str] = MappingProxyType({}),
) -> list[Change]:
    """`named`: the due dates by the names of their batches."""
    return [
        Change(
            named.get(name) or field_label(kind, name),
            value_words(kind, name, _plain(old), year=year),
            value_words(kind, name, _plain(new), year=year),
        )
        for name, old, new in changes
        if name != "plan_start"
    ]


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True, slots=True)
class Versions:
    """What the new version says differently from an old one that some of the regions stand on."""

    number: int
    added: list[Item]
    removed: list[Item]
    changed: list[tuple[str, list[Change]]]
    reordered: bool


def _versions(
    stands: list[Stand],
    target: list[Item],
    template: Template,
    year: int,
    named: Mapping[str, str],
) -> list[Versions]:
    old = {stand.template_number: stand.position.items for stand in stands}
    old.pop(template.number, None)
    new = {item.code: item for item in target}
    found = []
    for number, items in sorted(old.items()):
        have = {item.code: item for item in items}
        changed = []
        for code, item in new.items():
            if code not in have:
                continue
            lines = (*item_changes(have[code], item), *due_changes(have[code], item))
            words = _words(lines, year, "template", named)
            if words:
                changed.append((f"{code} {item.name}", words))
        found.append(
            Versions(
                number,
                [item for item in target if item.code not in have],
                [item for item in items if item.code not in new],
                changed,
                reordered(items, target),
            )
        )
    return found


@blueprint.post("")
@requires(Can.MANAGE_TEMPLATES)
def confirm(number: int) -> Page:
    codes = request.form.getlist("region")
    try:
        with transaction() as writing:
            done = actions.move(
                writing,
                actor=identity(),
                now=clock.now(),
                template_id=number,
                regions=codes,
                seen=request.form.get("digest", ""),
            )
    except Refused as refusal:
        return _choose_page(number, 422, refusal.problems[0].message)
    except Conflict:
        return _preview_page(number, codes, 409, stale=True)
    if done.moved:
        parts = [f"{done.moved}个地区已改用本版"]
        if done.unchanged:
            parts.append(f"{done.unchanged}个地区无需变动")
        if done.blocked:
            parts.append(f"{done.blocked}个地区不能移动，仍用原版")
        flash("，".join(parts) + "。")
    else:
        flash("所选地区没有需要移动的，未作改动。")
    return redirect(url_for("templates.show", number=number))
