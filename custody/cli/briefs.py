"""Briefs on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from config import Config
from custody import setup
from custody.briefs import render
from custody.briefs import rules as brief_rules
from custody.briefs.actions import drafting
from custody.cli.parameters import Day, scope_of
from custody.infra import clock
from custody.kernel.problems import refuse_if
from custody.regions import queries as regions


@click.group(help="工作简报")
def brief() -> None: ...


@brief.command("render", help="按某日的进展生成简报 PDF")
@click.option("--scope", default="province", help="province、city:代码 或 region:代码")
@click.option("--as-of", type=Day(), help="截至日期，默认今天")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--issue", type=int, help="期号，默认留空")
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
        wanted = drafting.first_wishes(session, place, as_of=day, today=today)
        if issue is not None:
            wanted = replace(wanted, issue=issue)
        content = drafting.compose(session, place, wanted, demo=config.demo)
    out.write_bytes(render.pdf(content))
    click.echo(f"已生成 {out}（{content['title']}，截至{content['as_of_words']}）")
