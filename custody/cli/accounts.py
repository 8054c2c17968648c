"""Accounts."""

from __future__ import annotations

import click

from config import Config
from custody import setup
from custody.accounts import actions as accounts
from custody.accounts.rules import Role
from custody.cli.parameters import RoleName
from custody.infra import clock
from custody.infra.journal import Machine
from custody.kernel.problems import Problem, refuse_if
from custody.regions import queries as regions


@click.group(help="账号")
def user() -> None: ...


@user.command("add", help="新增账号，初始密码只显示一次")
@click.argument("username", default="")
@click.option("--name", default="", help="姓名（必填）")
@click.option(
    "--role",
    type=RoleName(),
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
