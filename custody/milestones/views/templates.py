"""The lifecycle template: its versions, the draft of the next one, the thresholds of the lights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.milestones import tables
from custody.milestones.actions import templates as actions
from custody.milestones.models import Template
from custody.milestones.queries import lifecycles as queries
from custody.milestones.rules import Item, problems_of_template
from custody.milestones.template_forms import ActForm, ItemForm, PublishForm, item_form, stored
from custody.regions.models import Batch
from custody.regions.queries import batches_of
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference

blueprint = Blueprint("templates", __name__, url_prefix="/admin")
kept.call(
    blueprint,
    "里程碑模板",
    {
        "draft": "新建下一版草稿",
        "new_item": "新增里程碑",
        "item": "保存",
        "remove": "移除",
        "shift": "调整顺序",
        "publish": "发布",
        "discard": "删除草稿",
        "policy": "保存预警规则",
    },
    "templates.show",
)
Page = str | Response | tuple[str, int]
Act = Callable[[Session, int], object]
"""What a button does: with a session and the version the person had before them."""


@blueprint.get("/templates")
@requires(Can.MANAGE_TEMPLATES)
def index() -> Page:
    versions = queries.versions(session(), identity().place.province)
    return render_template(
        "templates/index.html",
        versions=versions,
        newest=next((t for t, _ in versions if t.published_at), None),
        draft=next((t for t, _ in versions if not t.published_at), None),
    )


@blueprint.get("/templates.xlsx")
@requires(Can.MANAGE_TEMPLATES)
def versions_table() -> Page:
    who = identity()
    rows = queries.versions(session(), who.place.province)
    return table_file(
        tables.versions(rows, under=f"{clock.today():%Y-%m-%d}"),
        actor=who,
        place=who.place,
        name="里程碑模板版本",
        plain="template-versions",
        note=f"{len(rows)}个版本",
    )


def _template(number: int) -> Template:
    return queries.get_template(session(), number, province=identity().place.province)


def _batches() -> Sequence[Batch]:
    return batches_of(session(), identity().place.province)


@blueprint.get("/templates/<int:number>")
@requires(Can.MANAGE_TEMPLATES)
def show(number: int) -> Page:
    return _show_page(_template(number))


@blueprint.get("/templates/<int:number>/items.xlsx")
@requires(Can.MANAGE_TEMPLATES)
def table(number: int) -> Page:
    who, found = identity(), _template(number)
    items = [row.as_rule() for row in found.items]
    state = f"{full_day(found.published_at)}发布" if found.published_at else "草稿"
    return table_file(
        tables.template(
            items,
            _batches(),
            title=f"里程碑模板第{found.number}版",
            under=f"{state}，共{len(items)}项",
        ),
        actor=who,
        place=who.place,
        name=f"里程碑模板第{found.number}版",
        plain=f"template-{found.number}",
        note=f"{len(items)}项",
    )


def _show_page(
    template: Template,
    status: int = 200,
    *,
    form: PublishForm | None = None,
    rest: list[Problem] | None = None,
    stale: bool = False,
) -> tuple[str, int]:
    items = [row.as_rule() for row in template.items]
    draft = template.published_at is None
    form = form or PublishForm(note=template.note)
    form.version.data = str(template.version)
    page = render_template(
        "templates/show.html",
        template=template,
        groups=_by_stage(items),
        total=len(items),
        weight=sum(item.weight for item in items),
        batches=_batches(),
        draft=draft,
        problems=actions.problems_of(session(), template) if draft else [],
        standing=_standing(template.id),
        form=form,
        rest=rest or [],
        stale=stale,
    )
    return page, status


def _standing(template_id: int) -> int:
    rows = queries.versions(session(), identity().place.province)
    return next((number for template, number in rows if template.id == template_id), 0)


def _by_stage(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """Runs of items of the same stage, in the order of the template."""
    return [(stage.label(), list(run)) for stage, run in groupby(items, key=lambda i: i.stage)]


@blueprint.post("/templates/draft")
@requires(Can.MANAGE_TEMPLATES)
def draft() -> Page:
    with transaction() as writing:
        number = actions.draft(writing, actor=identity(), now=clock.now()).id
    return redirect(url_for("templates.show", number=number))


@blueprint.post("/templates/<int:number>/publish")
@requires(Can.MANAGE_TEMPLATES)
def publish(number: int) -> Page:
    form = PublishForm()
    if not form.validate_on_submit():
        return _show_page(_template(number), 422, form=form)
    try:
        with transaction() as writing:
            template = actions.publish(
                writing,
                actor=identity(),
                now=clock.now(),
                template_id=number,
                version=form.seen,
                note=form.note.data,
            )
            flash(
                f"第{template.number}版已发布。新增地区从此按本版开展；现有地区移动后才改用本版。"
            )
    except Refused as refusal:
        return _show_page(_template(number), 422, form=form, rest=form.take(refusal.problems))
    except Conflict:
        return _show_page(_template(number), 409, form=form, stale=True)
    return redirect(url_for("templates.show", number=number))


@blueprint.post("/templates/<int:number>/discard")
@requires(Can.MANAGE_TEMPLATES)
def discard(number: int) -> Page:
    return _act(
        number,
        "草稿已删除。",
        lambda s, seen: actions.discard(
            s, actor=identity(), now=clock.now(), template_id=number, version=seen
        ),
        url_for("templates.index"),
    )


@blueprint.post("/templates/<int:number>/items/<code>/shift")
@requires(Can.MANAGE_TEMPLATES)
def shift(number: int, code: str) -> Page:
    by = -1 if request.form.get("by") == "up" else 1
    return _act(
        number,
        "",
        lambda s, seen: actions.shift_item(
            s,
            actor=identity(),
            now=clock.now(),
            template_id=number,
            version=seen,
            code=code,
            by=by,
        ),
        url_for("templates.show", number=number, _anchor=f"item-{code}"),
    )


@blueprint.post("/templates/<int:number>/items/<code>/remove")
@requires(Can.MANAGE_TEMPLATES)
def remove(number: int, code: str) -> Page:
    return _act(
        number,
        f"已从草稿中移除 {code}。",
        lambda s, seen: actions.remove_item(
            s,
            actor=identity(),
            now=clock.now(),
            template_id=number,
            version=seen,
            code=code,
        ),
        url_for("templates.show", number=number),
    )


def _act(number: int, done: str, act: Act, back: str) -> Page:
    """A button on the draft: do it, or show the page again with the reason why not."""
    form = ActForm()
    if not form.validate_on_submit():
        return _show_page(_template(number), 422)
    try:
        with transaction() as writing:
            act(writing, form.seen)
    except Refused as refusal:
        return _show_page(_template(number), 422, rest=list(refusal.problems))
    except Conflict:
        return _show_page(_template(number), 409, stale=True)
    if done:
        flash(done)
    return redirect(back)


# --- one item of the draft ------------------------------------------------------------------------


@blueprint.route("/templates/<int:number>/items/new", methods=["GET", "POST"])
@requires(Can.MANAGE_TEMPLATES)
def new_item(number: int) -> Page:
    template, batches = _template(number), _batches()
    items = [row.as_rule() for row in template.items]
    form = item_form(batches)(
        data={
            "version": str(template.version),
            "weight": 1,
            "required": True,
            "behind": items[-1].code if items else "",
        }
    )
    return _item_page(template, form, items, batches, code="")


@blueprint.route("/templates/<int:number>/items/<code>", methods=["GET", "POST"])
@requires(Can.MANAGE_TEMPLATES)
def item(number: int, code: str) -> Page:
    template, batches = _template(number), _batches()
    items = [row.as_rule() for row in template.items]
    values = _stored(items, batches, code)
    form = item_form(batches)(data={**values, "version": str(template.version), "code": code})
    del form.code
    return _item_page(template, form, items, batches, code=code)


def _stored(items: Sequence[Item], batches: Sequence[Batch], code: str) -> dict[str, object]:
    codes = [each.code for each in items]
    if code not in codes:
        raise NotFound
    place = codes.index(code)
    return dict(stored(items[place], batches, codes[place - 1] if place else ""))


def _item_page(
    template: Template,
    form: ItemForm,
    items: Sequence[Item],
    batches: Sequence[Batch],
    *,
    code: str,
) -> Page:
    """The form of a new item (no code yet) or of one that is there; saved when it was sent."""
    form.offer(items, code)
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    number = template.id
    if form.validate_on_submit():
        own = code or form.code.data.strip().upper()
        try:
            with transaction() as writing:
                actions.save_item(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    template_id=number,
                    version=form.seen,
                    item=form.item(own, [*(i.code for i in items), own], batches, len(items) + 1),
                    behind=form.behind.data,
                    new=not code,
                )
            flash(f"已保存 {own} {form.name.data.strip()}。")
            for said in _open_ends(_template(number), own):
                flash(said)
            return redirect(url_for("templates.show", number=number, _anchor=f"item-{own}"))
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
        template = _template(number)
        if status == 409:
            now_there = [row.as_rule() for row in template.items]
            differences = form.differences(_stored(now_there, batches, code)) if code else []
            form.version.data = str(template.version)
    page = render_template(
        "templates/item.html",
        template=template,
        form=form,
        rest=rest,
        differences=differences,
        batches=batches,
        code=code,
    )
    return page, status


def _open_ends(template: Template, code: str) -> list[str]:
    """What an item just saved still lacks among its predecessors: the draft may name one yet to be added."""
    found = problems_of_template([row.as_rule() for row in template.items])
    return [
        f"{one.message}发布前须处理。"
        for one in found
        if one.code == "circle" or (one.code == "unknown_predecessor" and one.where == code)
    ]
