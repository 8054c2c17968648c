"""节能服务公司: found by code or name, added once, corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.contracts.models.contract import Company
from custody.contracts.queries.companies import by_code, by_name, get_company, may_correct
from custody.infra import journal
from custody.kernel import credit_code
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if


def choose(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    typed: str,
    name: str = "",
    contact: str = "",
    phone: str = "",
) -> Company | None:
    """The company typed by code or by name; a code nobody has used yet adds it, given a name.

    Raises Refused at «company» or «company_name». Nothing typed is None.
    """
    text = typed.strip()
    if not text:
        if any(one.strip() for one in (name, contact, phone)):
            words = "新增名录中没有的公司，请填写统一社会信用代码。"
            raise Refused([Problem("no_code", words, "company")])
        return None
    province = actor.place.province
    known = by_name(session, province, text) or by_code(
        session, province, credit_code.normal(text.split()[0])
    )
    if known is not None:
        return known
    if not any(sign in credit_code.ALPHABET for sign in credit_code.normal(text)):
        words = f"名录中没有“{text}”，请输入其统一社会信用代码和名称新增。"
        raise Refused([Problem("unknown", words, "company")])
    code = credit_code.normal(text)
    refuse_if(credit_code.problems_of(code, "company"))
    if not name.strip():
        words = "名录中还没有这个代码，请填写公司名称后保存，即可新增。"
        raise Refused([Problem("new", words, "company_name")])
    same = by_name(session, province, name.strip())
    if same is not None:
        words = f"“{same.name}”已在名录中，代码为{same.code}，请核对代码。"
        raise Refused([Problem("name_taken", words, "company_name")])
    return _add(
        session, actor=actor, now=now, code=code, name=name.strip(), contact=contact, phone=phone
    )


def _add(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    code: str,
    name: str,
    contact: str,
    phone: str,
) -> Company:
    company = Company(
        province_code=actor.place.province,
        code=code,
        name=name,
        contact=contact.strip(),
        phone=phone.strip(),
    )
    try:
        with session.begin_nested():
            session.add(company)
    except IntegrityError:
        # Somebody added it in this very moment.
        return session.scalars(
            select(Company).where(
                Company.province_code == actor.place.province, Company.code == code
            )
        ).one()
    journal.record(
        session,
        actor=actor,
        now=now,
        action="company.added",
        kind="company",
        subject=company.id,
        label=company.name,
        province=company.province_code,
        changes={name: (None, getattr(company, name)) for name in ("code", *_EDITABLE)},
    )
    return company


_EDITABLE = ("name", "contact", "phone")
SHARED = Problem(
    "shared",
    "该公司的名录信息由全省共用，有其他地区的合同时由省级协调员更正；需要更正的，请联系省级协调员。",
)


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    values: Mapping[str, str],
) -> Company:
    """Correct name, contact or phone; the code is what it is known by and stays."""
    company = get_company(session, number, place=actor.place)
    if not may_correct(session, company, who=actor):
        raise Refused([SHARED])
    if company.version != version:
        raise Conflict
    same = by_name(session, company.province_code, values["name"])
    if same is not None and same.id != company.id:
        words = f"“{same.name}”已在名录中，代码为{same.code}，请核对。"
        raise Refused([Problem("name_taken", words, "name")])
    changes = journal.amend(company, {name: values[name] for name in _EDITABLE})
    if changes:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="company.edited",
            kind="company",
            subject=company.id,
            label=company.name,
            province=company.province_code,
            changes=changes,
        )
    return company
