"""The group of all commands, and how a refusal is said in a shell."""

from __future__ import annotations

import sys

import click

from config import ConfigError, load
from custody.cli import accounts, baselines, briefs, database, energy, forecast, regions, running
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import NotFound, Refused


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


@click.group(help="整区能源费用托管管理系统")
@click.pass_context
def cli(context: click.Context) -> None:
    config = load()
    clock.freeze_day(config.today)
    context.obj = config


for command in (
    *(database.init, database.load_command, database.verify_command),
    *(regions.regions_command, forecast.forecast_command),
    *(accounts.user, briefs.brief),
    *(baselines.baseline, baselines.savings_command),
    energy.energy,
    *(running.serve, running.work),
):
    cli.add_command(command)
