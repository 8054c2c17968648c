"""Templates and imports of energy data without the pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config, ConfigError
from custody import setup
from custody.accounts.models import Account
from custody.accounts.rules import Identity, Role
from custody.cli.printing import print_json
from custody.energy import render
from custody.energy.actions import imports, rehearsing
from custody.energy.actions.imports import Prepared
from custody.energy.actions.rehearsing import Looked, Rehearsal
from custody.energy.queries.files import open_file
from custody.energy.queries.imports import meter_lines, roster_lines
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.told import Told, grouped, weighed
from custody.infra import clock, journal
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
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
    told = Kind(kind) if kind else None
    try:
        rehearsal = _rehearsed_and_stored(config, file, code, told, store=not rehearse)
    except (Refused, NotFound, Conflict, ConfigError, OSError, OperationalError) as error:
        _refused(error, told, as_json)
    _told(rehearsal, as_json, stored=rehearsal.clean and not rehearse)
    if not rehearsal.clean:
        sys.exit(2)


def _rehearsed_and_stored(
    config: Config, file: Path, code: str, kind: Kind | None, *, store: bool
) -> Rehearsal:
    """A clean one is stored, what is not clean changes nothing."""
    database, now = setup.existing_database(config), clock.now()
    with database.reader() as session:
        region = _region(session, code)
        edition = journal.edition(session)
        layout = open_file(file.read_bytes(), file.name, kind)
        rehearsal = rehearsing.rehearse(session, layout, region, now=now)
    if not (store and rehearsal.clean):
        return rehearsal
    files = FileStore(config.files)
    with file.open("rb") as stream:
        stored = files.put(stream)
    looked = Looked(ImportState.REHEARSED, rehearsal.packed())
    with database.transaction() as session:
        region = _region(session, code)
        actor = _somebody(session, region)
        unmoved = journal.edition(session) == edition
        number = imports.upload(
            session,
            actor=actor,
            now=now,
            region=region,
            key=f"cli-{now:%Y%m%d%H%M%S%f}-{code}",
            kind=layout.kind,
            stored=stored,
            name=file.name[-200:],
        ).id
        imports.settle(session, files, actor=actor, now=now, number=number, looked=looked)
        reading = rehearsal.reading
        prepared = Prepared(layout, reading, journal.edition(session) if unmoved else "")
        imports.accept(session, files, actor=actor, now=now, number=number, prepared=prepared)
    return rehearsal


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


def _refused(error: Exception, kind: Kind | None, as_json: bool) -> NoReturn:
    """Why not, in words or as JSON; never a traceback."""
    problems = _problems_of(error)
    if not as_json:
        raise Refused(problems) from None
    print_json(
        {
            "kind": kind.value if kind else None,
            **{"new": 0, "changed": 0, "same": 0},
            "problems": [
                {"sheet": "", "cell": "", "code": one.code, "message": one.message}
                for one in problems
            ],
            "warnings": [],
        }
    )
    sys.exit(2)


def _problems_of(error: Exception) -> tuple[Problem, ...]:
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, ConfigError):
        return (Problem("settings", str(error)),)
    if isinstance(error, NotFound):
        return (Problem("region", "没有这个地区代码，请用 custody regions 查看后重试。"),)
    if isinstance(error, OperationalError):
        return (Problem("busy", "数据库正忙或磁盘已满，没有导入；请稍等片刻后重试。"),)
    if isinstance(error, OSError):
        words = f"无法读写文件（{error.strerror}），没有导入；请检查路径、权限和磁盘空间。"
        return (Problem("file", words),)
    return (Problem("meanwhile", "办理期间数据被他人更新，没有导入；请重试。"),)


def _told(rehearsal: Rehearsal, as_json: bool, *, stored: bool) -> None:
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
