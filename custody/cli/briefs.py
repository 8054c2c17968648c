"""Briefs on paper."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from config import Config
from custody import setup
from custody.briefs import evidence, pressrun, printing, queries, word
from custody.briefs import rules as brief_rules
from custody.briefs.actions import drafting, editions
from custody.briefs.pressrun import Entry, PressRun
from custody.briefs.rules import Form
from custody.cli.parameters import Day, scope_of
from custody.infra import clock
from custody.infra.archives import DiskFull
from custody.infra.files import FileStore
from custody.infra.pdf import RenderFailed
from custody.infra.workdays import consulting
from custody.kernel.days import full_day
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.regions import queries as regions
from custody.workdays.queries import overlay_of

SUMS = "sha256sums.txt"


@click.group(help="工作简报")
def brief() -> None: ...


@brief.command(
    "render", help="按某日或某期间的进展生成一份简报 PDF；文件名以 .docx 结尾时为 Word 草稿"
)
@click.option("--scope", default="province", help="province、city:代码 或 region:代码")
@click.option(
    "--form",
    "form_",
    type=click.Choice([one.value for one in Form]),
    default=Form.BRIEF.value,
    help="brief 工作简报，page 领导一页纸",
)
@click.option("--as-of", type=Day(), help="截至日期，默认今天")
@click.option("--period", default="", help="期间，如 2026-11 或 2026-Q4；截至期末或今天")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--issue", type=click.IntRange(1, 9999), help="期号，默认留空")
@click.pass_obj
def brief_render(
    config: Config,
    scope: str,
    form_: str,
    as_of: date | None,
    period: str,
    out: Path,
    issue: int | None,
) -> None:
    database, files = setup.existing_database(config), FileStore(config.files)
    today = clock.today()
    with database.reader() as session:
        place = scope_of(session, scope)
        since = regions.programme_began(session, place.province)
        if period:
            refuse_if(brief_rules.problems_of_edition(period, today=today, since=since))
        day = as_of or (min(brief_rules.period_end(period), today) if period else today)
        refuse_if(brief_rules.problems_of_as_of(day, today=today, since=since))
        wanted = drafting.first_wishes(session, place, as_of=day, today=today)
        if issue is not None:
            wanted = replace(wanted, issue=issue)
        with consulting(overlay_of(session, place.province)):
            content = drafting.compose(
                session, place, wanted, demo=config.demo, form=Form(form_), period=period
            )
        sheet = None if out.suffix == ".docx" else printing.printed(session, files, content)
    if sheet is None:
        _write(out, word.docx(content))
    else:
        with database.transaction() as writing:
            printing.keep(writing, files, sheet, now=clock.now())
        _write(out, sheet.pdf)
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


@brief.command("batch", help="印制一个期间的成套简报：各地 PDF、打包文件和合订本")
@click.option("--period", required=True, help="期间，如 2026-11 或 2026-Q4")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--scope", default="province", help="有多个省份时写 province:代码")
@click.pass_obj
def brief_batch(config: Config, period: str, out: Path, scope: str) -> None:
    database, files = setup.existing_database(config), FileStore(config.files)
    today = clock.today()
    with database.reader() as session:
        place = scope_of(session, scope)
        since = regions.programme_began(session, place.province)
        refuse_if(brief_rules.problems_of_edition(period, today=today, since=since))
        as_of = min(brief_rules.period_end(period), today)
        issuer = regions.get_province(session, place.province).lead
        with consulting(overlay_of(session, place.province)):
            pieces = editions.pieces(
                session, place.province, period=period, as_of=as_of, demo=config.demo
            )
    run = PressRun(database, files, [Entry(piece) for piece in pieces], _tell)
    words = brief_rules.period_words(period)
    run.settle()
    run.print()
    bound = run.bind(period=words, issuer=issuer, as_of=as_of, demo=config.demo)
    changed = _lay_out(run, bound, out, period=period, as_of=as_of)
    for entry in run.failed:
        click.echo(f"{entry.piece.name}：{entry.failure}", err=True)
    if isinstance(bound, RenderFailed):
        click.echo(f"合订本：{bound.message}", err=True)
    kept = "内容没有变化，未重新印制" if not changed else f"更新{changed}个文件"
    click.echo(f"{run.words}（截至{full_day(as_of)}），存于 {out}；{kept}。")
    if run.failed or isinstance(bound, RenderFailed):
        sys.exit(1)


def _tell(words: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{words}", nl=False, err=True)


def _lay_out(
    run: PressRun, bound: str | RenderFailed, out: Path, *, period: str, as_of: date
) -> int:
    """The files under their names, those that are there already left alone. Returns how many changed."""
    out.mkdir(parents=True, exist_ok=True)
    kept, words = printing.store(run.files), brief_rules.period_words(period)
    wanted = {pressrun.name_of(entry, as_of): entry.digest for entry in run.done}
    archive = f"{brief_rules.edition_name(period)}.zip"
    before = _told(out / SUMS)
    changed = 0
    for name, digest in wanted.items():
        changed += _lay(kept.path(digest), digest, out / name)
    if changed or _sum(out / archive) != before.get(archive):
        try:
            run.zip(out / f".{archive}", period=period, as_of=as_of)
        except DiskFull:
            raise Refused(
                [Problem("disk", f"{out} 所在磁盘空间不足，请清理后重试。", "out")]
            ) from None
        os.replace(out / f".{archive}", out / archive)
        changed += 1
        before = {**before, archive: _sum(out / archive)}
    told = {**wanted, archive: before[archive]}
    if isinstance(bound, str) and bound:
        name = f"整区能源费用托管工作简报合订本（{words}）.pdf"
        changed += _lay(kept.path(bound), bound, out / name)
        told[name] = bound
    lines = "".join(f"{digest}  {name}\n" for name, digest in told.items())
    if not (out / SUMS).exists() or (out / SUMS).read_text("utf-8") != lines:
        _write(out / SUMS, lines.encode())
    return changed


def _lay(source: Path, digest: str, target: Path) -> int:
    if _sum(target) == digest:
        return 0
    _write(target, source.read_bytes())
    return 1


def _write(path: Path, content: bytes) -> None:
    """All of it or what was there before."""
    half = path.with_name(f".{path.name}.new")
    try:
        half.write_bytes(content)
        os.replace(half, path)
    except OSError as error:
        error.filename = str(path)
        half.unlink(missing_ok=True)
        raise


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _told(path: Path) -> dict[str, str]:
    """What an earlier run wrote: name → digest."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
