"""The fit as background work: begun again after a killed worker, it comes out the same."""

from __future__ import annotations

from custody.baselines.actions import drafts
from custody.infra import clock
from custody.jobs.runner import Result, Work


def fit(work: Work) -> Result:
    number = int(work.arguments["baseline"])
    work.progress(0, 2, "正在读取账单、气温和名录")
    with work.database.transaction() as session:
        drafts.fit(session, actor=work.actor, now=clock.now(), number=number)
    return Result("基准已计算完成，请核对各户号的结果。", url=f"/baselines/{number}")
