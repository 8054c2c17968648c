"""One row of the notice edited, and what a region says about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Place
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions import actions, queries, rules
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
from custody.regions.views.notice import Page, blueprint
from custody.web.database import session, transaction
from custody.web.formkit import Difference


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
