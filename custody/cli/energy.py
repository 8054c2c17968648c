"""Templates and imports of energy data without the pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from custody import setup
from custody.accounts.models import Account
from custody.accounts.rules import Identity, Role
from custody.cli.printing import print_json
from custody.energy import render
from custody.energy.actions import imports
from custody.energy.queries.imports import meter_lines, roster_lines
from custody.energy.rules.states import Kind
from custody.energy.workbook.told import Told, grouped, weighed
from custody.infra import clock
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from custody.kernel.problems import NotFound, Problem, Refused
from custody.regions.models import Region

KINDS = click.Choice([Kind.ROSTER.value, Kind.BILLS.value])


@click.group(help="能源数据：模板、导入")
def energy() -> None:
    pass


@energy.command(help="生成一个地区的填报模板")
@click.option("--region", "code", required=True, help="地区代码")
@click.option(
    "--kind", type=KINDS, default=Kind.BILLS.value, help="roster 单位名录，bills 能源账单"
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写入的文件")
@click.pass_obj
def template(config: Config, code: str, kind: str, out: Path) -> None:
    now = clock.now()
    with setup.existing_database(config).reader() as session:
        region = _region(session, code)
        who = Machine().role_label
        if kind == Kind.ROSTER.value:
            lines = roster_lines(session, code)
            body = render.roster_template(lines, scope=region.name, who=who, now=now)
            count = len(lines)
        else:
            meters = meter_lines(session, code, now.date())
            body = render.bills_template(meters, scope=region.name, who=who, now=now)
            count = len(meters)
    out.write_bytes(body)
    click.echo(f"已生成 {out}（{region.name}，已预填{count}行）")


@energy.command("import", help="导入单位名录或能源账单；有错误时退出码为2，什么都不导入")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", "code", required=True, help="地区代码")
@click.option("--kind", type=KINDS, default=None, help="默认从文件判断")
@click.option("--rehearse", is_flag=True, help="只核对，不导入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def import_command(
    config: Config, file: Path, code: str, kind: str | None, rehearse: bool, as_json: bool
) -> None:
    database, now = setup.existing_database(config), clock.now()
    told = Kind(kind) if kind else None
    try:
        layout = imports.open_file(file.read_bytes(), file.name, told)
        with database.reader() as session:
            rehearsal = imports.rehearse(session, layout, _region(session, code), now=now)
        if rehearsal.clean and not rehearse:
            with file.open("rb") as stream:
                stored = FileStore(config.files).put(stream)
            with database.transaction() as session:
                region = _region(session, code)
                actor = _somebody(session, region)
                one = imports.upload(
                    session,
                    actor=actor,
                    now=now,
                    region=region,
                    key=f"cli-{now:%Y%m%d%H%M%S%f}-{code}",
                    kind=layout.kind,
                    stored=stored,
                    name=file.name,
                )
                imports.accept_read(
                    session, one, actor=actor, now=now, region=region, layout=layout
                )
    except Refused as refusal:
        _refused(refusal, told, as_json)
    _told(rehearsal, as_json, stored=rehearsal.clean and not rehearse)
    if not rehearsal.clean:
        sys.exit(2)


def _region(session: Session, code: str) -> Region:
    region = session.get(Region, code)
    if region is None:
        raise NotFound
    return region


def _somebody(session: Session, region: Region) -> Identity:
    """On whose behalf: the region's officer, else the province's coordinator."""
    for role, column, place in (
        (Role.OFFICER, Account.region_code, region.code),
        (Role.COORDINATOR, Account.province_code, region.province_code),
    ):
        found = session.scalars(
            select(Account)
            .where(Account.role == role, column == place, Account.active)
            .order_by(Account.id)
            .limit(1)
        ).first()
        if found is not None:
            return found.identity()
    message = f"{region.name}没有填报员，省里也没有协调员，无人可记为导入人；请先建立账号。"
    raise Refused([Problem("nobody", message, "")])


def _refused(refusal: Refused, kind: Kind | None, as_json: bool) -> None:
    if not as_json:
        raise refusal
    print_json(
        {
            "kind": kind.value if kind else None,
            **{"new": 0, "changed": 0, "same": 0},
            "problems": [
                {"sheet": "", "cell": "", "code": one.code, "message": one.message}
                for one in refusal.problems
            ],
            "warnings": [],
        }
    )
    sys.exit(2)


def _told(rehearsal: imports.Rehearsal, as_json: bool, *, stored: bool) -> None:
    reading, counts, sheet = rehearsal.reading, rehearsal.counts, rehearsal.layout.sheet.name
    if as_json:
        whole: list[dict[str, Any]] = [
            {"sheet": sheet, "cell": "", "code": one.code, "message": one.message}
            for one in rehearsal.problems
        ]
        print_json(
            {
                "kind": rehearsal.layout.kind.value,
                **{name: counts[name] for name in ("new", "changed", "same")},
                "problems": whole
                + [
                    {"sheet": sheet, "cell": one.cell, "code": one.code, "message": one.message}
                    for one in reading.problems
                ],
                "warnings": [
                    {"sheet": sheet, "cell": one.cell, "code": one.code, "message": one.message}
                    for one in sorted(reading.warnings, key=lambda slip: -slip.weight)
                ],
            }
        )
        return
    done = "已导入" if stored else "核对完成，没有导入"
    click.echo(
        f"{done}：新增{counts['new']}，更新{counts['changed']}，未变{counts['same']}，"
        f"有错误{counts['wrong']}行"
    )
    for problem in rehearsal.problems:
        click.echo(f"  错误：{problem.message}")
    _lines("错误", grouped(reading.problems))
    _lines("提示", weighed(reading.warnings))


def _lines(what: str, told: list[Told]) -> None:
    for one in told:
        click.echo(f"  {what} {one.where}：{one.message}")
