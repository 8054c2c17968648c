"""One of every kind of thing an address can name, in the lived-in province: theirs and not theirs."""

from __future__ import annotations

from sqlalchemy import func, select

from custody.accounts.models import Account
from custody.accounts.queries import by_username
from custody.attachments.models import Attachment
from custody.briefs.models import Brief, Instruction, Remark
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement
from custody.energy.models.bills import Import
from custody.energy.models.tables import Coefficient
from custody.infra.db import Database
from custody.jobs.models import Job
from custody.milestones.models import BulkSheet, Evidence, Milestone, Template
from custody.regions.models import Target
from custody.targets.models import Entry, Project
from tests.factories import (
    adjustments,
    baselines,
    contracts,
    editions,
    inbox,
    people,
    province,
    savings,
    supervision,
)

Args = dict[str, object]
Things = dict[str, tuple[Args, Args]]


def things(database: Database, who: people.Person) -> Things:
    """(theirs, not theirs) of every kind of thing, as arguments of addresses.

    Theirs is of 宜兴市; not theirs of 张家港市 or, for those of the whole province, of 云山省.
    """
    of_province = who.place == people.JIANGSU
    other_region = province.region_code(1) if of_province else people.ZHANGJIAGANG
    other_city = province.city_code(1) if of_province else people.SUZHOU
    own_city = people.WUXI
    with database.reader() as s:

        def evidence(region: str, code: str) -> Args:
            number = s.scalars(
                select(Evidence.id)
                .join(Milestone)
                .where(Milestone.region_code == region, Milestone.code == code)
            ).first()
            return {"region": region, "code": code, "number": number}

        def brief(place: str) -> Args:
            return {
                "brief_id": s.scalars(
                    select(Brief.id).where(
                        Brief.published_at.is_not(None),
                        func.coalesce(Brief.region_code, Brief.city_code, Brief.province_code)
                        == place,
                    )
                ).one()
            }

        def remark(place: str) -> Args:
            found = brief(place)
            query = select(Remark.id).where(Remark.brief_id == found["brief_id"])
            return {**found, "number": s.scalars(query).one()}

        def instruction(place: str) -> Args:
            query = select(Instruction.id).where(Instruction.brief_id == brief(place)["brief_id"])
            return {"number": s.scalars(query).one()}

        def template(place: str) -> Args:
            return {"number": s.scalars(select(Template.id).filter_by(province_code=place)).first()}

        def coefficient(place: str) -> Args:
            found = select(Coefficient.id).filter_by(province_code=place).order_by(Coefficient.id)
            return {"number": s.scalars(found).first()}

        def account(username: str) -> Args:
            found = by_username(s, username)
            assert found is not None
            return {"number": found.id}

        def job(username: str) -> Args:
            return {
                "number": s.scalars(
                    select(Job.id)
                    .join(Account, Account.id == Job.owner_id)
                    .where(Account.username == username)
                ).first()
            }

        def reported(
            model: type[Entry] | type[Project], place: str, file: bool = False, **fixed: int
        ) -> Args:
            """The newest row of an office, with its file where asked for."""
            office = func.coalesce(model.region_code, model.city_code, model.province_code)
            query = select(model.id).where(office == place).order_by(model.id.desc())
            if model is Entry and file:
                query = query.where(Entry.target_id.is_not(None))
            row = s.scalars(query).first()
            name = "entry" if model is Entry else "number"
            found: Args = {**fixed, name: row or 999_999}
            if file:
                kind = "target" if model is Entry else "project"
                files = select(Attachment.id).where(
                    Attachment.kind == kind, Attachment.subject == row
                )
                found["file"] = s.scalars(files).first() or 999_999
            return found

        next_task = 1 if of_province else 8
        other = contracts.things(s, other_region)
        own = contracts.things(s, people.YIXING)
        for part in (savings, baselines, adjustments):
            own |= part.things(s, people.YIXING)
            other |= part.things(s, other_region)

        def sheet(username: str) -> Args:
            """Of whoever fills in sheets; other people have none."""
            found = s.scalars(
                select(BulkSheet.id)
                .join(Account, Account.id == BulkSheet.account_id)
                .where(Account.username == username)
            ).first()
            return {"number": found or 999}

        def import_of(region: str) -> Args:
            return {"number": s.scalars(select(Import.id).filter_by(region_code=region)).first()}

        def matter(region: str, title: str) -> Args:
            return {"number": supervision.titled(s, region, title).id}

        def file_of(region: str) -> Args:
            number = matter(region, supervision.OPEN)
            files = select(Attachment.id).filter_by(kind="supervision", subject=number["number"])
            return {**number, "file": s.scalars(files).first()}

        def settlement(region: str) -> Args:
            found = s.execute(
                select(Settlement.id, Settlement.contract_id)
                .join(Contract, Contract.id == Settlement.contract_id)
                .where(Contract.region_code == region, Settlement.status == "draft")
            ).first()
            assert found is not None
            file = s.scalars(
                select(Attachment.id).filter_by(kind="settlement", subject=found.id)
            ).first()
            return {"number": found.id, "contract": found.contract_id, "file": file}

        settled, other_settled = settlement(people.YIXING), settlement(other_region)
        own_template, other_template = template(people.JIANGSU), template(province.CODE)
        return {
            "": ({}, {}),
            "static": ({"filename": "css/frame.css"}, {"filename": "css/none.css"}),
            "region": ({"code": people.YIXING}, {"code": other_region}),
            "city": ({"code": own_city}, {"code": other_city}),
            "picture": ({"kind": "svg"}, {"kind": "exe"}),
            "city file": (
                {"code": own_city, "kind": "svg"},
                {"code": other_city, "kind": "svg"},
            ),
            "region file": (
                {"code": people.YIXING, "kind": "xlsx"},
                {"code": other_region, "kind": "xlsx"},
            ),
            "region month": (
                {"code": people.YIXING, "month": 202510},
                {"code": other_region, "month": 202510},
            ),
            "coefficient": (coefficient(people.JIANGSU), coefficient(province.CODE)),
            "milestone": (
                {"region": people.YIXING, "code": "M19"},
                {"region": other_region, "code": "M19"},
            ),
            "submission": (
                {"region": people.YIXING, "code": "M18"},
                {"region": other_region, "code": "M18"},
            ),
            "evidence": (evidence(people.YIXING, "M18"), evidence(other_region, "M18")),
            "brief": (brief(people.YIXING), brief(province.CODE if of_province else people.SUZHOU)),
            "remark": (
                remark(people.YIXING),
                remark(province.CODE if of_province else people.SUZHOU),
            ),
            "instruction": (
                instruction(people.YIXING),
                instruction(province.CODE if of_province else people.SUZHOU),
            ),
            "checked code": ({"code": "0123456789abcdef"}, {"code": "fedcba9876543210"}),
            "edition": (
                {"number": editions.edition_of(s, people.JIANGSU)},
                {"number": editions.edition_of(s, province.CODE)},
            ),
            "edition part": (
                {"number": editions.edition_of(s, people.JIANGSU), "ordinal": 1},
                {"number": editions.edition_of(s, province.CODE), "ordinal": 1},
            ),
            "job": (job(who.username), job("xishan")),
            "kind": ({"kind": "bills"}, {"kind": "none"}),
            "import": (import_of(people.YIXING), import_of(other_region)),
            "sheet": (sheet(who.username), sheet("xishan")),
            **inbox.things(s, who),
            "order": (
                matter(people.YIXING, supervision.OPEN),
                matter(other_region, supervision.OPEN),
            ),
            "order file": (file_of(people.YIXING), file_of(other_region)),
            "problem": (matter(people.YIXING, "采集点断传"), matter(other_region, "采集点断传")),
            "settled contract": (
                {"number": settled["contract"]},
                {"number": other_settled["contract"]},
            ),
            "settlement": ({"number": settled["number"]}, {"number": other_settled["number"]}),
            "settlement file": (
                {"number": settled["number"], "file": settled["file"]},
                {"number": other_settled["number"], "file": other_settled["file"]},
            ),
            **{name: (own[name], other[name]) for name in own},
            "company": (contracts.company(s, people.JIANGSU), contracts.company(s, province.CODE)),
            "batch": ({"number": 1}, {"number": 9}),
            "task": ({"number": 1}, {"number": 99}),
            "target": (
                {"number": s.scalars(select(Target.id)).first()},
                {"number": 999_999},
            ),
            "annual task": ({"number": 8}, {"number": 99}),
            "quantity": ({"number": 8, "key": "area"}, {"number": 8, "key": "nothing"}),
            "entry": (
                reported(Entry, people.YIXING, number=8),
                reported(
                    Entry, other_region if not of_province else province.CODE, number=next_task
                ),
            ),
            "own entry": (
                reported(Entry, who.place, number=8),
                reported(Entry, people.ZHANGJIAGANG, number=8),
            ),
            "entry file": (
                reported(Entry, people.YIXING, file=True, number=8),
                reported(Entry, people.ZHANGJIAGANG, file=True, number=8)
                if not of_province
                else {"number": 8, "entry": 999_999, "file": 1},
            ),
            "project": (
                reported(Project, people.YIXING),
                reported(Project, province.CODE if of_province else people.ZHANGJIAGANG),
            ),
            "project file": (
                reported(Project, people.YIXING, file=True),
                reported(Project, province.CODE if of_province else people.ZHANGJIAGANG, file=True),
            ),
            "template": (own_template, other_template),
            "template item": ({**own_template, "code": "M05"}, {**other_template, "code": "M05"}),
            "account": (account("xishan"), account(f"coordinator-{province.CODE}")),
        }
