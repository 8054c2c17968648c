"""The notice as data, and what a region says about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Place
from custody.audit.rules import STAGES
from custody.infra import clock
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions import actions, queries, rules, tables
from custody.regions.actions import Editable
from custody.regions.forms import (
    BatchForm,
    CityForm,
    NoticeForm,
    ProfileForm,
    ProvinceForm,
    RegionForm,
    RowForm,
    TargetForm,
    TaskForm,
)
from custody.regions.models import City, Region
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference
from custody.web.paging import page_of

blueprint = Blueprint("regions", __name__)
kept.call(
    blueprint,
    "通知数据",
    dict.fromkeys(("text", "province", "batch", "task", "target", "city", "region"), "保存")
    | {"profile": "保存基本情况"},
)
Page = str | Response | tuple[str, int]


# --- the notice ----------------------------------------------------------------------------------


@blueprint.get("/admin/notice")
@requires(Can.MANAGE_NOTICE)
def notice() -> Page:
    province = identity().place.province
    notice = queries.notice_of(session(), province)
    return render_template(
        "regions/notice.html",
        province=queries.get_province(session(), province),
        notice=notice,
        batches=queries.batches_of(session(), province),
        per_batch=queries.regions_per_batch(session(), province),
        tasks=queries.tasks_of(session(), province),
        targets=queries.targets_of(session(), province, notice.year),
        stages=STAGES,
    )


@blueprint.get("/admin/notice.xlsx")
@requires(Can.MANAGE_NOTICE)
def notice_table() -> Page:
    """Batches, tasks and quantities, a sheet each."""
    who = identity()
    province, notice = who.place.province, queries.notice_of(session(), who.place.province)
    under = f"《{notice.title}》　{clock.today():%Y-%m-%d}"
    return table_file(
        tables.batches(
            queries.batches_of(session(), province),
            queries.regions_per_batch(session(), province),
            STAGES,
            under=under,
        ),
        tables.tasks(queries.tasks_of(session(), province), under=under),
        tables.targets(queries.targets_of(session(), province, notice.year), under=under),
        actor=who,
        place=who.place,
        name="通知数据",
        plain="notice",
    )


@blueprint.get("/admin/notice/cities")
@requires(Can.MANAGE_NOTICE)
def cities() -> Page:
    place = identity().place
    rows = queries.cities_of(session(), place)
    return render_template(
        "regions/cities.html",
        rows=rows,
        per_city=queries.regions_per_city(session(), place.province),
        columns=max((city.column for city in rows), default=0) + 1,
        lines=max((city.row for city in rows), default=0) + 1,
    )


@blueprint.get("/admin/notice/regions")
@requires(Can.MANAGE_NOTICE)
def listing() -> Page:
    place = identity().place
    city, batch, words = _listed()
    page = page_of(queries.count_regions(session(), place, city=city, batch=batch, words=words))
    return render_template(
        "regions/listing.html",
        rows=queries.list_regions(
            session(),
            place,
            city=city,
            batch=batch,
            words=words,
            limit=page.size,
            offset=page.offset,
        ),
        page=page,
        cities={row.code: row for row in queries.cities_of(session(), place)},
        batches={row.number: row for row in queries.batches_of(session(), place.province)},
        city=city,
        batch=batch,
        words=words,
    )


def _listed() -> tuple[str, int | None, str]:
    """The filter of the list: city, batch, words."""
    text = request.args.get("batch", "")
    batch = int(text) if text.isdecimal() and len(text) < 4 else None
    return request.args.get("city", "")[:12], batch, request.args.get("q", "").strip()[:40]


@blueprint.get("/admin/notice/cities.xlsx")
@requires(Can.MANAGE_NOTICE)
def cities_table() -> Page:
    who = identity()
    rows = queries.cities_of(session(), who.place)
    per_city = queries.regions_per_city(session(), who.place.province)
    return table_file(
        tables.cities(rows, per_city, under=f"截至{full_day(clock.today())}"),
        actor=who,
        place=who.place,
        name="设区市名单",
        plain="cities",
        note=f"{len(rows)}个设区市",
    )


@blueprint.get("/admin/notice/regions.xlsx")
@requires(Can.MANAGE_NOTICE)
def listing_table() -> Page:
    """All regions that pass the filter."""
    who = identity()
    city, batch, words = _listed()
    rows = queries.list_regions(
        session(), who.place, city=city, batch=batch, words=words, limit=MOST_LISTED
    )
    return table_file(
        tables.regions(
            rows,
            {row.code: row for row in queries.cities_of(session(), who.place)},
            {row.number: row for row in queries.batches_of(session(), who.place.province)},
            under=f"截至{full_day(clock.today())}　共{len(rows)}个地区",
        ),
        actor=who,
        place=who.place,
        name="地区名单",
        plain="regions",
        note=f"{len(rows)}个地区",
    )


MOST_LISTED = 20_000


# --- editing one row -----------------------------------------------------------------------------


def _edit(
    form: RowForm,
    row: Editable,
    again: Callable[[Session], Editable],
    *,
    kind: str,
    subject: str,
    title: str,
    back: str,
    crumbs: Sequence[tuple[str, str]],
    check: Callable[[], list[Problem]] = list,
) -> Page:
    """Show the form, or change the row and go back. `again` finds the row in another session."""
    found: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            refuse_if(check())
            with transaction() as writing:
                actions.edit(
                    writing,
                    again(writing),
                    form.values(),
                    kind=kind,
                    subject=subject,
                    version=form.seen,
                    actor=identity(),
                    now=clock.now(),
                )
            flash(f"已保存：{title}。")
            return redirect(back)
        except Refused as refusal:
            found = form.take(refusal.problems)
        except Conflict:
            status = 409
            row = again(session())
            differences = form.differences(
                {field.name: getattr(row, field.name) for field in form.columns}
            )
            form.version.data = str(row.version)
    page = render_template(
        "regions/edit.html",
        form=form,
        rest=found,
        differences=differences,
        title=title,
        back=back,
        crumbs=crumbs,
        kind=kind,
    )
    return page, status


_NOTICE = "通知数据"


def _crumbs(title: str, tab: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    steps = [(_NOTICE, url_for("regions.notice"))]
    if tab:
        steps.append((tab[0], url_for(tab[1])))
    return [*steps, (title, "")]


@blueprint.route("/admin/notice/province", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def province() -> Page:
    code = identity().place.province
    row = queries.get_province(session(), code)
    return _edit(
        ProvinceForm(obj=row),
        row,
        lambda s: queries.get_province(s, code),
        kind="province",
        subject=code,
        title=row.name,
        back=url_for("regions.notice"),
        crumbs=_crumbs(row.name),
    )


@blueprint.route("/admin/notice/text", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def text() -> Page:
    code = identity().place.province
    row = queries.notice_of(session(), code)
    return _edit(
        NoticeForm(obj=row),
        row,
        lambda s: queries.notice_of(s, code),
        kind="notice",
        subject=f"{code}-{row.year}",
        title=f"{row.year}年度通知",
        back=url_for("regions.notice"),
        crumbs=_crumbs(f"{row.year}年度通知"),
    )


@blueprint.route("/admin/notice/batches/<int:number>", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def batch(number: int) -> Page:
    code = identity().place.province
    row = queries.get_batch(session(), code, number)
    return _edit(
        BatchForm(obj=row),
        row,
        lambda s: queries.get_batch(s, code, number),
        kind="batch",
        subject=f"{code}-{number}",
        title=row.name,
        back=url_for("regions.notice"),
        crumbs=_crumbs(row.name),
    )


@blueprint.route("/admin/notice/tasks/<int:number>", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def task(number: int) -> Page:
    place = identity().place
    row = queries.get_task(session(), number, place=place)
    title = f"任务{row.number}"
    form = TaskForm(obj=row)

    def check() -> list[Problem]:
        codes = {one.code for one in queries.cities_of(session(), place)}
        codes |= {one.code for one in queries.regions_of(session(), place)}
        return rules.problems_of_reporters(form.reporters.data or "", frozenset(codes))

    return _edit(
        form,
        row,
        lambda s: queries.get_task(s, number, place=place),
        kind="task",
        subject=f"{place.province}-{row.year}-{row.number}",
        title=title,
        back=url_for("regions.notice", _anchor="tasks"),
        crumbs=_crumbs(title),
        check=check,
    )


@blueprint.route("/admin/notice/targets/<int:number>", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def target(number: int) -> Page:
    place = identity().place
    row = queries.get_target(session(), number, place=place)
    form = TargetForm(obj=row)
    form.batch_number.choices = {"": "不分批次"} | {
        str(b.number): b.name for b in queries.batches_of(session(), place.province)
    }
    title = f"任务{row.task_number}的目标"
    return _edit(
        form,
        row,
        lambda s: queries.get_target(s, number, place=place),
        kind="quantity",
        subject=f"{place.province}-{row.year}-{row.task_number}-{row.key}",
        title=title,
        back=url_for("regions.notice", _anchor="targets"),
        crumbs=_crumbs(title),
        check=lambda: rules.problems_of_target(form.counting.data, form.batch_number.data),
    )


@blueprint.route("/admin/notice/cities/<code>", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def city(code: str) -> Page:
    place = identity().place
    row = queries.get_city(session(), code, place=place)
    form = CityForm(obj=row)

    def check() -> list[Problem]:
        others = {
            (other.column, other.row): (other.code, other.name)
            for other in queries.cities_of(session(), place)
        }
        return rules.problems_of_tile(code, (form.column.data, form.row.data), others)

    def again(s: Session) -> City:
        return queries.get_city(s, code, place=place)

    return _edit(
        form,
        row,
        again,
        kind="city",
        subject=code,
        title=row.name,
        back=url_for("regions.cities"),
        crumbs=_crumbs(row.name, ("设区市", "regions.cities")),
        check=check,
    )


@blueprint.route("/admin/notice/regions/<code>", methods=["GET", "POST"])
@requires(Can.MANAGE_NOTICE)
def region(code: str) -> Page:
    place = identity().place
    row = queries.get_region(session(), code, place=place)
    form = RegionForm(obj=row)
    form.city_code.choices = {c.code: c.name for c in queries.cities_of(session(), place)}
    form.batch_number.choices = {
        str(b.number): b.name for b in queries.batches_of(session(), place.province)
    }
    old = row.batch_number

    def check() -> list[Problem]:
        return rules.problems_of_batch_change(
            old, form.batch_number.data, understood=form.understood.data
        )

    return _edit(
        form,
        row,
        lambda s: queries.get_region(s, code, place=place),
        kind="region",
        subject=code,
        title=row.name,
        back=url_for("regions.listing"),
        crumbs=_crumbs(row.name, ("地区", "regions.listing")),
        check=check,
    )


# --- what a region says about itself -------------------------------------------------------------


@blueprint.route("/regions/<code>/profile", methods=["GET", "POST"])
@requires(Can.EDIT_PROFILE)
def profile(code: str) -> Page:
    place: Place = identity().place
    row: Region = queries.get_region(session(), code, place=place)
    back = url_for("dashboard.region", code=code)
    return _edit(
        ProfileForm(obj=row),
        row,
        lambda s: queries.get_region(s, code, place=place),
        kind="region",
        subject=code,
        title=f"{row.name}概况",
        back=back,
        crumbs=[(row.name, back), ("概况", "")],
    )
