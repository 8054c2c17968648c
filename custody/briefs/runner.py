"""Prints an edition in the background."""

from __future__ import annotations

from sqlalchemy.orm import Session

from custody.briefs import printing, queries, rules
from custody.briefs.actions import editions
from custody.briefs.pressrun import Entry, PressRun
from custody.infra import clock
from custody.infra.archives import DiskFull
from custody.infra.pdf import RenderFailed
from custody.jobs.runner import Cancelled, Result, Work
from custody.kernel.problems import Problem, Refused
from custody.regions.queries import get_province


def make(work: Work) -> Result:
    """The handler. Parts stay when it is stopped; the next run takes up what is missing."""
    number, demo = int(work.arguments["edition"]), bool(work.arguments.get("demo"))
    with work.database.reader() as session:
        edition = queries.get_edition(session, number, work.actor)
        period, as_of = edition.period, edition.as_of
        issuer = get_province(session, edition.province_code).lead
        found = editions.pieces(
            session, edition.province_code, period=period, as_of=as_of, demo=demo
        )

    def noted(session: Session, entry: Entry) -> None:
        editions.note(
            session,
            number,
            entry.piece.ordinal,
            status=entry.piece.status,
            address=entry.address if entry.digest else "",
            failure=entry.failure,
        )

    def tell(words: str) -> None:
        # The booklet is the last step: the bar is not full before it.
        work.progress(len(run.done) + len(run.failed), len(run.entries) + 1, words)

    run = PressRun(work.database, work.files, [Entry(piece) for piece in found], tell, noted)
    try:
        run.settle()
        run.print()
        bound = run.bind(period=rules.period_words(period), issuer=issuer, as_of=as_of, demo=demo)
    except Cancelled:
        words = f"已取消；已印好的{len(run.done)}份保留，在该期页面点击“继续印制”即可接着办理。"
        raise Cancelled(words) from None
    kept = printing.store(work.files)
    path = kept.folder / f".edition-{number}"
    try:
        run.zip(path, period=period, as_of=as_of)
    except DiskFull:
        problem = "服务器存储空间不足，打包文件没有生成；请联系系统管理员清理空间后点击“继续印制”。"
        raise Refused([Problem("disk", problem, "")]) from None
    with work.database.transaction() as session:
        editions.finish(
            session,
            actor=work.actor,
            now=clock.now(),
            number=number,
            archive=kept.adopt(path).digest if run.done else "",
            booklet=bound if isinstance(bound, str) else "",
        )
    return Result(_words(run, bound), url=f"/briefs/editions/{number}")


def _words(run: PressRun, bound: str | RenderFailed) -> str:
    words = run.words
    if run.failed:
        words += "；未生成的原因见该期页面，可点击“继续印制”重试"
    if isinstance(bound, RenderFailed):
        words += f"；合订本没有生成：{bound.message.rstrip('。')}"
    return f"{words}。"
