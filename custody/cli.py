"""The console command `custody`: everything that is done from the shell."""

from __future__ import annotations

import getpass
import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config, ConfigError, load
from custody import setup, verify
from custody.accounts import actions as accounts
from custody.accounts.models import Account
from custody.accounts.rules import Place, Role
from custody.briefs import actions as briefs
from custody.briefs import render
from custody.briefs import rules as brief_rules
from custody.dashboard.queries import outlook_of, programme_facts
from custody.demo import people as demo
from custody.forecast.rules import UNKNOWN
from custody.forecast.wording import batch_words, odds_words
from custody.infra import clock
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import NotFound, Problem, Refused, refuse_if
from custody.regions import queries as regions


def main() -> None:
    """Entry point: a refusal is a Chinese sentence on stderr and exit code 2, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        context = (
            error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        )
        click.echo(f"命令写法有误，请用 {context or 'custody'} --help 查看用法。", err=True)
        click.echo(f"（{error.format_message()}）", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        click.echo(
            f"无法读写文件{where}，请检查路径、权限和磁盘空间。（{error.strerror}）", err=True
        )
        sys.exit(2)
    except (Refused, ConfigError) as error:
        problems = [p.message for p in error.problems] if isinstance(error, Refused) else [error]
        for problem in problems:
            click.echo(problem, err=True)
        sys.exit(2)
    except RenderFailed as failure:
        click.echo(failure.message, err=True)
        sys.exit(2)
    except NotFound:
        click.echo("没有找到：请检查代码是否正确，或先执行 custody init 载入数据。", err=True)
        sys.exit(2)


class _Day(click.ParamType[date]):
    name = "日期"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期，请写成 2026-11-22 的样式。", param, context)


class _RoleName(click.ParamType[Role]):
    """A role by its code or by its Chinese name."""

    name = "角色"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> Role:
        for role in Role:
            if value.strip() in (role.value, role.label):
                return role
        known = "、".join(f"{role.value}（{role.label}）" for role in Role)
        raise Refused([Problem("role", f"没有角色“{value}”。角色只能是：{known}。", "role")])


@click.group(help="整区能源费用托管管理系统")
@click.pass_context
def cli(context: click.Context) -> None:
    config = load()
    clock.freeze_day(config.today)
    context.obj = config


@cli.command(help="建立数据库并载入通知数据")
@click.option("--demo", is_flag=True, help="演示模式：另建演示账号和演示进展")
@click.option("--username", default="admin", help="首个系统管理员的用户名")
@click.pass_obj
def init(config: Config, demo: bool, username: str) -> None:
    database = setup.open_database(config)
    if demo:
        made = setup.demonstrate(config, database, click.echo)
        if made or config.demo:
            print_demo_accounts()
        else:
            click.echo(
                "数据文件夹中已有正式数据，未作改动，也未转为演示模式；"
                "如需演示，请将 CUSTODY_DATA 指向一个新文件夹。"
            )
        return
    with database.reader() as session:
        if accounts_exist(session):
            click.echo("数据库已经建立，未作改动。")
            return
    password = None
    if sys.stdin.isatty():
        password = getpass.getpass("系统管理员的初始密码（直接回车则自动生成）：") or None
    with database.transaction() as session:
        loaded, first = setup.found(session, username=username, password=password, now=clock.now())
    click.echo(loaded)
    shown = "您刚才输入的密码" if password else first
    click.echo(f"系统管理员：{username}　初始密码：{shown}（首次登录后须更改，此处只显示一次）")


def print_demo_accounts() -> None:
    """The demonstration accounts as a table; a Chinese character is two columns wide."""
    titles = {"username": "用户名", "role": "角色", "name": "姓名", "place": "所属"}
    click.echo(f"演示账号（密码均为 {demo.PASSWORD}）：")
    rows = [tuple(row[key] for key in titles) for row in demo.listed()]
    print_table(tuple(titles.values()), rows)


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(_columns, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        click.echo(("  " + "  ".join(cells)).rstrip())


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def accounts_exist(session: Session) -> bool:
    return session.scalar(select(Account.id).limit(1)) is not None


@cli.command("load", help="载入一个通知文件夹（省份、批次、地区、任务、里程碑）")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def load_command(config: Config, folder: Path) -> None:
    database = setup.open_database(config)
    with database.transaction() as session:
        result = setup.load_folder(session, folder, actor=Machine(), now=clock.now())
    click.echo(
        f"已载入：新增{result.rows.added}项，更新{result.rows.changed}项，未变{result.rows.same}项；"
        f"{result.started}个地区开始使用里程碑模板第{result.template_number}版"
    )


@cli.command("regions", help="列出各地区的阶段和灯色")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--province", help="省份代码，默认全部")
@click.option("--as-of", type=_Day(), help="截至日期，默认今天")
@click.pass_obj
def regions_command(
    config: Config, as_json: bool, province: str | None, as_of: date | None
) -> None:
    day = as_of or clock.today()
    database = setup.existing_database(config)
    with database.reader() as session:
        known = [found.code for found in regions.provinces(session)]
        if not known or (province and province not in known):
            raise NotFound
        facts = [
            programme_facts(session, Place(code), day, demo=config.demo)
            for code in ([province] if province else known)
        ]
    found = [region for one in facts for region in one.regions]
    if as_json:
        print_json(
            [
                {
                    "code": region.code,
                    "name": region.name,
                    "city": region.city_name,
                    "batch": region.batch,
                    "stage": region.stage_label,
                    "light": region.light.value,
                    "light_reason": region.light_reason,
                    "stage_code": region.stage.value,
                }
                for region in found
            ]
        )
        return
    rows = [
        (
            *(region.code, region.name, region.city_short, str(region.batch)),
            *(region.stage_label, region.light.label, region.light_reason or "—"),
        )
        for region in found
    ]
    print_table(("代码", "地区", "设区市", "批次", "阶段", "灯", "说明"), rows)


@cli.command("forecast", help="预测各地区年度关口的完成日期和按期可能性")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--province", help="省份代码，默认全部")
@click.option("--as-of", type=_Day(), help="按某日的情况预测，默认今天")
@click.pass_obj
def forecast_command(
    config: Config, as_json: bool, province: str | None, as_of: date | None
) -> None:
    today = clock.today()
    day = as_of or today
    refuse_if([Problem("as_of", "截至日期不能晚于今天，请改正。")] if day > today else [])
    with setup.existing_database(config).reader() as session:
        known = [found.code for found in regions.provinces(session)]
        if not known or (province and province not in known):
            raise NotFound
        wanted = [province] if province else known
        found = [outlook_of(session, Place(code), day) for code in wanted]
    coming = [region for one in found for region in one.regions.values()]
    batches = [batch for one in found for batch in one.batches]
    if as_json:
        print_json(
            {
                "regions": [
                    {
                        "code": region.code,
                        "gate": region.gate,
                        "probability": region.probability,
                        "p50": region.p50.isoformat() if region.p50 else None,
                        "p80": region.p80.isoformat() if region.p80 else None,
                    }
                    for region in coming
                ],
                "batches": [
                    {
                        "batch": batch.number,
                        "due": batch.due.isoformat(),
                        "expected": round(batch.expected, 4),
                        "distribution": batch.distribution,
                    }
                    for batch in batches
                ],
            }
        )
        return
    print_table(
        ("代码", "地区", "关口", "期限", "按期可能性", "一半可能不晚于", "八成把握不晚于"),
        [
            (
                *(region.code, region.name, region.gate, region.due.isoformat()),
                odds_words(region),
                *(day.isoformat() if day else "—" for day in (region.p50, region.p80)),
            )
            for region in coming
        ],
    )
    for batch in batches:
        said = batch_words(batch) if batch.known else UNKNOWN
        click.echo(f"{batch.name}：{batch.regions}个地区，{said}。")


@cli.group(help="账号")
def user() -> None: ...


@user.command("add", help="新增账号，初始密码只显示一次")
@click.argument("username", default="")
@click.option("--name", default="", help="姓名（必填）")
@click.option(
    "--role",
    type=_RoleName(),
    help="角色（必填）：" + "、".join(f"{role.value} {role.label}" for role in Role),
)
@click.option("--place", "code", default="", help="省、设区市或县（市、区）代码（必填）")
@click.option("--unit", default="", help="单位")
@click.option("--phone", default="", help="联系电话")
@click.pass_obj
def user_add(
    config: Config, username: str, name: str, role: Role, code: str, unit: str, phone: str
) -> None:
    needed = {
        "缺少用户名，请写在 add 之后。": username,
        "缺少姓名，请加上 --name。": name,
        "缺少角色，请加上 --role。": role,
        "缺少所属地区代码，请加上 --place。": code,
    }
    refuse_if([Problem("needed", words) for words, value in needed.items() if not value])
    database = setup.existing_database(config)
    with database.transaction() as session:
        account, first = accounts.add(
            session,
            actor=Machine(),
            now=clock.now(),
            username=username,
            name=name,
            unit=unit,
            phone=phone,
            role=role,
            place=regions.place_of_code(session, code),
        )
        click.echo(
            f"已新增{account.role.label} {account.username}，初始密码：{first}（首次登录后须更改）"
        )


@cli.group(help="工作简报")
def brief() -> None: ...


@brief.command("render", help="按某日的进展生成简报 PDF")
@click.option("--scope", default="province", help="province、city:代码 或 region:代码")
@click.option("--as-of", type=_Day(), help="截至日期，默认今天")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--issue", type=int, help="期号，默认取下一期")
@click.pass_obj
def brief_render(
    config: Config, scope: str, as_of: date | None, out: Path, issue: int | None
) -> None:
    database = setup.existing_database(config)
    today = clock.today()
    with database.reader() as session:
        place = scope_of(session, scope)
        day = as_of or today
        since = regions.programme_began(session, place.province)
        refuse_if(brief_rules.problems_of_as_of(day, today=today, since=since))
        wanted = briefs.first_wishes(session, place, as_of=day, today=today)
        if issue is not None:
            wanted = replace(wanted, issue=issue)
        content = briefs.compose(session, place, wanted, demo=config.demo)
    out.write_bytes(render.pdf(content))
    click.echo(f"已生成 {out}（{content['title']}，截至{content['as_of_words']}）")


def scope_of(session: Session, text: str) -> Place:
    """«province», «city:320200» or «region:320282»; refuses what is not there."""
    kind, _, code = text.partition(":")
    if kind == "province":
        found = regions.provinces(session)
        wanted = [p for p in found if not code or p.code == code]
        if len(wanted) == 1:
            return Place(wanted[0].code)
        raise Refused([Problem("scope", "有多个省份，请用 province:代码 指明。", "scope")])
    place = regions.place_of_code(session, code)
    if place.level.value != kind:
        raise Refused(
            [Problem("scope", "范围应写成 province、city:代码 或 region:代码，请改正。", "scope")]
        )
    return place


@cli.command("verify", help="核对操作日志、文件和推算结果；有不符时退出码为1")
@click.pass_obj
def verify_command(config: Config) -> None:
    wrong = 0
    with setup.existing_database(config).reader() as session:
        for part in verify.inspect(session, FileStore(config.files)):
            state = f"发现{len(part.wrong)}处不符" if part.wrong else "相符"
            click.echo(f"{part.title}：核对{part.count}项，{state}")
            for message in part.notes:
                click.echo(f"  说明：{message}")
            for message in part.wrong:
                click.echo(f"  {message}")
            wrong += len(part.wrong)
    if wrong:
        click.echo(f"共{wrong}处不符，请保留现场，核查数据库和文件是否被绕过系统改动。", err=True)
        sys.exit(1)
    click.echo("全部相符。")


@cli.command(help="启动网站")
@click.pass_obj
def serve(config: Config) -> None:
    from custody.serve import run

    run(config)


@cli.command(help="办理后台任务（serve 会自动启动一个；大型部署可另开）")
@click.option("--with-parent", is_flag=True, hidden=True)
@click.pass_obj
def work(config: Config, with_parent: bool) -> None:
    from custody.worker import run

    run(config, with_parent=with_parent)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
