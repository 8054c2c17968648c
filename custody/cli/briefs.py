"""Briefs on paper."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from config import Config
from custody import setup
from custody.briefs import evidence, queries, render, word
from custody.briefs import rules as brief_rules
from custody.briefs.actions import drafting
from custody.cli.parameters import Day, scope_of
from custody.infra import clock
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.regions import queries as regions


@click.group(help="工作简报")
def brief() -> None: ...


@brief.command("render", help="按某日的进展生成简报 PDF；输出文件名以 .docx 结尾时生成 Word 草稿")
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
    out.write_bytes(word.docx(content) if out.suffix == ".docx" else render.pdf(content))
    click.echo(f"已生成 {out}（{content['title']}，截至{content['as_of_words']}）")


@brief.command("verify", help="核验一份简报 PDF：0 与存档一致，1 不一致或已被替代，2 读不了")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def brief_verify(config: Config, file: Path, as_json: bool) -> None:
    database = setup.existing_database(config)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Refused([Problem("file", f"读不了 {file}：{error.strerror}，请检查路径。")]) from None
    if not data.startswith(b"%PDF-"):
        raise Refused([Problem("file", f"{file} 不是 PDF，请指定简报的 PDF 原件。")])
    with database.reader() as session:
        verdict, found = queries.verdict_of(session, data)
        brief = found[0] if found else None
        told = {
            "verdict": verdict.value,
            "message": verdict.label,
            "brief": brief and f"{brief.scope_name}〔{brief.year}〕第{brief.issue}期",
            "as_of": brief and brief.as_of.isoformat(),
            "code": brief and evidence.code_of(brief.digest),
        }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        about = f"（{told['brief']}，截至{told['as_of']}，校验码 {told['code']}）" if brief else ""
        click.echo(f"{verdict.label}{about}")
    if verdict is not brief_rules.Verdict.GENUINE:
        raise SystemExit(1)
