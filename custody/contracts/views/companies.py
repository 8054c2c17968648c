"""The province's register of energy service companies."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.contracts.actions import companies
from custody.contracts.forms.orders import CompanyForm
from custody.contracts.queries.companies import companies_of, get_company, may_correct
from custody.contracts.queries.portfolio import held
from custody.contracts.rules import portfolio
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference, whole

blueprint = Blueprint("companies", __name__)
kept.call(
    blueprint,
    "节能服务公司",
    {"edit": "保存"},
)
Page = str | Response | tuple[str, int]


@blueprint.get("/contracts/companies")
@requires(Can.SEE_CONTRACTS)
def index() -> Page:
    words = request.args.get("q", "").strip()[:40]
    return render_template("contracts/companies.html", rows=_rows(words), words=words)


def _rows(words: str) -> list[tuple[object, portfolio.Sums]]:
    """Every company with the sums of its contracts that the person may see."""
    who = identity()
    rows = held(session(), who.place, clock.today())
    return [
        (one, portfolio.sums(one.name, "", [row for row in rows if row.company == one.id]))
        for one in companies_of(session(), who.place.province, words=words)
    ]


@blueprint.get("/contracts/companies/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    who, today = identity(), clock.today()
    words = request.args.get("q", "").strip()[:40]
    rows = _rows(words)
    table = Table(
        "节能服务公司",
        "节能服务公司名录",
        (
            Column("名称", 34),
            Column("统一社会信用代码", 22),
            Column("联系人", 12),
            Column("联系电话", 16),
            Column("合同数", 9, Shape.WHOLE),
            Column("合同总额（元）", 18, Shape.MONEY),
        ),
        [
            (one.name, one.code, one.contact, one.phone, sums.contracts, sums.total)  # type: ignore[attr-defined]
            for one, sums in rows
        ],
        under=f"截至{today.year}年{today.month}月{today.day}日　{who.unit}{who.name}",
        notes=["合同数和总额按本人可见范围内已签订的合同统计。"],
    )
    return table_file(
        table,
        actor=who,
        place=who.place,
        name="节能服务公司名录",
        plain="companies",
        note=f"{len(rows)}家" + ("，筛选后导出" if words else ""),
        action="company.exported",
    )


@blueprint.route("/contracts/companies/<int:number>", methods=["GET", "POST"])
@requires(Can.EDIT_CONTRACT)
def edit(number: int) -> Page:
    who = identity()
    row = get_company(session(), number, place=who.place)
    form = CompanyForm(obj=row)
    rest: list[Problem] = []
    differences: list[Difference] | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                companies.edit(
                    writing,
                    actor=who,
                    now=clock.now(),
                    number=number,
                    version=whole(request.form.get("version")),
                    values=form.values(),
                )
            flash(f"已保存：{form.name.data}。")
            return redirect(url_for("companies.index"), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
        except Conflict:
            status = 409
            row = get_company(session(), number, place=who.place)
            stored = {name: getattr(row, name) for name in ("name", "contact", "phone")}
            differences = form.differences(stored)
            form.version.data = str(row.version)
    page = render_template(
        "contracts/company.html",
        form=form,
        row=row,
        rest=rest,
        differences=differences,
        shared=None if may_correct(session(), row, who=who) else companies.SHARED.message,
    )
    return page, status
