"""Founding a database, loading a notice, checking what is stored."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from custody import setup, verify
from custody.accounts.models import Account
from custody.cli.printing import print_table
from custody.demo import people as demo
from custody.infra import clock
from custody.infra.files import FileStore
from custody.infra.journal import Machine


@click.command(help="建立数据库并载入通知数据")
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


def accounts_exist(session: Session) -> bool:
    return session.scalar(select(Account.id).limit(1)) is not None


@click.command("load", help="载入一个通知文件夹（省份、批次、地区、任务、里程碑）")
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


@click.command("verify", help="核对操作日志、文件和推算结果；有不符时退出码为1")
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
