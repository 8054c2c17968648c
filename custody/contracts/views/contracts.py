"""The doors of a contract: opened, filled in page by page, signed, ended."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.contracts import tables
from custody.contracts.actions import companies, contracts
from custody.contracts.forms.groups import GroupForm, data_of, form_class
from custody.contracts.forms.orders import OpenForm, TerminateForm
from custody.contracts.queries.companies import companies_of
from custody.contracts.queries.contracts import get_contract_and_region
from custody.contracts.queries.groups import (
    Line,
    fingerprint,
    items_of,
    lines_of,
    rows_to_fill,
    values_of,
)
from custody.contracts.queries.settlements import of_contract, paid_so_far
from custody.contracts.rules import shown
from custody.contracts.rules.fields import BY_CODE, GROUPS, LOCKED, Group
from custody.contracts.views.pages import (
    Answer,
    Open,
    Typed,
    contract_page,
    open_contract,
    sections_of,
)
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.queries import get_region
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference, whole

blueprint = Blueprint("contracts", __name__)
kept.call(
    blueprint,
    "合同",
    {
        "new": "建立草稿",
        "edit": "保存",
        "sign": "登记为已签订",
        "terminate": "登记解除",
        "discard": "删除草稿",
    },
    "contracts.show",
)
Page = str | Response | Answer


@blueprint.route("/regions/<code>/contracts/new", methods=["GET", "POST"])
@requires(Can.EDIT_CONTRACT)
def new(code: str) -> Page:
    who = identity()
    region = get_region(session(), code, place=who.place)
    form = OpenForm()
    if form.validate_on_submit():
        key = str(form.key.data or "")[:40] or secrets.token_hex(16)
        with transaction() as writing:
            contract = contracts.add(
                writing,
                actor=who,
                now=clock.now(),
                region=code,
                key=key,
                name=form.name.data.strip(),
            )
            number = contract.id
        flash("已建立合同草稿，请逐页填写。")
        return redirect(url_for("contracts.edit", number=number, code=GROUPS[0].code), 303)
    if not form.is_submitted():
        form.key.data = secrets.token_hex(16)
        form.name.data = f"{region.name}公共机构能源费用托管合同"
    page = render_template("contracts/new.html", form=form, region=region)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/contracts/<int:number>")
@requires(Can.SEE_CONTRACTS)
def show(number: int) -> Answer:
    return contract_page(number)


@blueprint.get("/contracts/<int:number>/contract.xlsx")
@requires(Can.EXPORT)
def table(number: int) -> Page:
    """The whole contract as of the day that is shown: a sheet a page. Recorded."""
    found = open_contract(number)
    settled = of_contract(session(), number)
    day = f"{found.day.year}年{found.day.month}月{found.day.day}日"
    whole_contract = tables.Whole(
        contract=found.contract,
        day=found.day,
        terms=found.terms,
        orders=found.orders,
        settlements=settled,
        paid=paid_so_far(session(), [row.id for row in settled], until=found.day),
        title=found.title,
        under=f"{found.region.name}　截至{day}　{found.status.label}",
    )
    return table_file(
        *tables.sheets(whole_contract),
        actor=identity(),
        place=found.region.place,
        name=found.title,
        plain=f"contract-{number}",
        note=f"截至{day}",
    )


@blueprint.route("/contracts/<int:number>/edit/<code>", methods=["GET", "POST"])
@requires(Can.EDIT_CONTRACT)
def edit(number: int, code: str) -> Page:
    """One page of the contract. What somebody else saved on this very page is shown beside it."""
    found = open_contract(number)
    group = BY_CODE.get(code)
    if group is None:
        raise NotFound
    form_of = form_class(group, signed=found.signed, items=items_of(found.contract))
    if request.method == "GET":
        return _page(found, group, _filled(form_of, found, group))
    form = form_of()
    rest: list[Problem] = []
    missing = form.missing_cells() if form.validate() else []
    if form.problems or missing:
        return _page(found, group, form, status=422)
    try:
        with transaction() as writing:
            _save(writing, number, group, form, found)
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _page(open_contract(number), group, form, rest, status=422)
    except Conflict:
        found = open_contract(number)
        stored = values_of(found.contract, group)
        differences = form.unlike(stored, lines_of(found.contract, group))
        differences += _other_company(form, found)
        form.version.data = fingerprint(found.contract, group)
        return _page(found, group, form, differences=differences, status=409)
    flash(f"已保存：{group.label}。")
    goal = _next(group) if request.form.get("act") == "next" else group.code
    if not goal:
        return redirect(url_for("contracts.show", number=number), 303)
    return redirect(url_for("contracts.edit", number=number, code=goal), 303)


def _next(group: Group) -> str:
    at = GROUPS.index(group) + 1
    return GROUPS[at].code if at < len(GROUPS) else ""


def _filled(form_of: type[GroupForm], found: Open, group: Group) -> GroupForm:
    data = data_of(
        group,
        values_of(found.contract, group),
        rows_to_fill(found.contract, group),
    )
    if found.signed and group.lines and group.lines.locked:
        data["lines"] = [row for row in data["lines"] if row]  # type: ignore[attr-defined]
    if group.code == "parties" and found.contract.company:
        data["company"] = found.contract.company.code
    form = form_of(formdata=None, data=data)
    form.version.data = fingerprint(found.contract, group)
    return form


def _save(writing: Session, number: int, group: Group, form: GroupForm, found: Open) -> None:
    who, now = identity(), clock.now()
    values = form.values()
    if group.code == "parties":
        # The contract first: whoever has written into the journal must not wait for a row.
        get_contract_and_region(writing, number, place=who.place, lock=True)
        company = companies.choose(
            writing,
            actor=who,
            now=now,
            typed=form.company.data,
            name=form.company_name.data,
            contact=form.company_contact.data,
            phone=form.company_phone.data,
        )
        values["company_id"] = company.id if company else None
    contracts.save(
        writing,
        actor=who,
        now=now,
        number=number,
        group=group,
        seen=str(form.version.data or ""),
        values=values,
        lines=_lines(form, found, group) if form.table else None,
    )


def _lines(form: GroupForm, found: Open, group: Group) -> list[Line]:
    """The typed lines; of a signed contract the given lines with what may still be typed in them."""
    assert group.lines is not None
    typed = form.typed_lines()
    if not (found.signed and group.lines.locked):
        return typed
    key = group.lines.key
    open_columns = [one.name for one in group.lines.columns if one.name not in group.lines.locked]
    by_key = {line[key]: line for line in typed}
    return [
        {**line, **{name: by_key.get(line[key], {}).get(name) for name in open_columns}}
        for line in lines_of(found.contract, group)
    ]


def _other_company(form: GroupForm, found: Open) -> list[Difference]:
    if "company" not in form:
        return []
    stored = found.contract.company.code if found.contract.company else ""
    if form.company.data == stored:
        return []
    return [Difference("节能服务公司", form.company.data or "—", stored or "—")]


def _page(
    found: Open,
    group: Group,
    form: GroupForm,
    rest: list[Problem] | None = None,
    *,
    differences: list[Difference] | None = None,
    status: int = 200,
) -> Answer:
    sections = sections_of(found)
    own = next(one for one in sections if one.group is group)
    fixed = bool(group.lines and (group.lines.fixed or (found.signed and group.lines.locked)))
    page = render_template(
        "contracts/edit.html",
        c=found.contract,
        found=found,
        sections=sections,
        own=own,
        group=group,
        form=form,
        rest=rest or [],
        differences=differences,
        headings=_headings(found, group, form) if form.table else [],
        fixed=fixed,
        locked=[
            cell
            for cell, one in zip(own.cells, group.fields, strict=True)
            if found.signed and one.name in LOCKED
        ],
        locked_table=own.table if found.signed and group.lines and not form.table else None,
        companies=companies_of(session(), found.region.province_code)
        if group.code == "parties"
        else [],
        kinds={one.name: one.kind.value for one in group.fields},
        last=GROUPS[-1] is group,
    )
    return page, status


def _headings(found: Open, group: Group, form: GroupForm) -> list[str]:
    """What the rows of the table are called, by the keys they carry."""
    table = group.lines
    assert table is not None
    stored: Mapping[str, Mapping[str, Any]] = {
        str(line.get(table.key)): line for line in lines_of(found.contract, group)
    }
    found_words = []
    for number, entry in enumerate(form.rows, 1):
        key = str(entry.form.key.data or "")
        if table.fixed and key:
            known: object = int(key) if key.isdecimal() else key
            try:
                found_words.append(shown.heading_of(table, number, {table.key: known}))
            except ValueError:
                found_words.append(f"第{number}行")
        elif found.signed and table.locked and key in stored:
            line = stored[key]
            parts = [
                shown.cell_words(one, line.get(one.name))
                for one in table.columns
                if one.name in table.locked and line.get(one.name) not in (None, "")
            ]
            found_words.append("　".join(parts))
        else:
            found_words.append(f"第{number}行")
    return found_words


@blueprint.post("/contracts/<int:number>/sign")
@requires(Can.EDIT_CONTRACT)
def sign(number: int) -> Page:
    try:
        with transaction() as writing:
            contracts.sign(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return contract_page(number, Typed(problems=refusal.problems), 422)
    except Conflict:
        return contract_page(number, Typed(problems=[_MEANWHILE]), 409)
    flash("合同已登记为“已签订”。此后涉及金额的内容通过变更单修改。")
    return redirect(url_for("contracts.show", number=number), 303)


_MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，合同内容有了变化，本次操作没有生效；请查看下方最新内容后再操作。",
)


@blueprint.post("/contracts/<int:number>/terminate")
@requires(Can.EDIT_CONTRACT)
def terminate(number: int) -> Page:
    open_contract(number)
    form = TerminateForm()
    if not form.validate_on_submit() or form.terminated_on.data is None:
        return contract_page(number, Typed(terminate=form), 422)
    try:
        with transaction() as writing:
            contracts.terminate(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                day=form.terminated_on.data,
                reason=form.reason.data.strip(),
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return contract_page(number, Typed(problems=rest, terminate=form), 422)
    except Conflict:
        return contract_page(number, Typed(problems=[_MEANWHILE], terminate=form), 409)
    flash("已登记合同解除。")
    return redirect(url_for("contracts.show", number=number), 303)


@blueprint.post("/contracts/<int:number>/discard")
@requires(Can.EDIT_CONTRACT)
def discard(number: int) -> Page:
    try:
        with transaction() as writing:
            contracts.discard(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return contract_page(number, Typed(problems=refusal.problems), 422)
    except Conflict:
        return contract_page(number, Typed(problems=[_MEANWHILE]), 409)
    flash("合同草稿已删除。")
    return redirect(url_for("portfolio.index"), 303)
