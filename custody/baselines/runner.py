"""Fits and papers as background work: begun again after a killed worker, they come out the same."""

from __future__ import annotations

import io

from custody.baselines import render
from custody.baselines.actions import drafts
from custody.baselines.queries import get_baseline
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.jobs.queries import results
from custody.jobs.runner import Result, Work
from custody.kernel.problems import Problem, Refused


def fit(work: Work) -> Result:
    number = int(work.arguments["baseline"])
    work.progress(0, 2, "正在读取账单、气温和名录")
    with work.database.transaction() as session:
        drafts.fit(session, actor=work.actor, now=clock.now(), number=number)
    words = "基准已计算完成，请核对各户号的结果；人工选用的方法保留情况见该版页面。"
    return Result(words, url=f"/baselines/{number}")


def print_table(work: Work) -> Result:
    number = int(work.arguments["baseline"])
    work.progress(0, 2, "正在汇总各户号的基准")
    with work.database.reader() as session:
        row, region = get_baseline(session, number, who=work.actor)
        printed = render.paper(
            session, row, region, day=clock.today(), demo=bool(work.arguments.get("demo"))
        )
        name = f"{region.name}能源基准第{row.number}版核定表.pdf"
    work.progress(1, 2, "正在排版")
    try:
        body = render.pdf(printed)
    except RenderFailed as failed:
        raise Refused([Problem("print", failed.message)]) from None
    stored = results(work.files).put(io.BytesIO(body))
    return Result(
        "核定表已生成，请下载打印、签章。",
        digest=stored.digest,
        name=name,
        size=stored.size,
        media_type="application/pdf",
    )
