"""The web server and the worker; what they need is imported only when they start."""

from __future__ import annotations

import click

from config import Config


@click.command(help="启动网站")
@click.pass_obj
def serve(config: Config) -> None:
    from custody.serve import run

    run(config)


@click.command(help="办理后台任务（serve 会自动启动一个；大型部署可另开）")
@click.option("--with-parent", is_flag=True, hidden=True)
@click.pass_obj
def work(config: Config, with_parent: bool) -> None:
    from custody.worker import run

    run(config, with_parent=with_parent)
