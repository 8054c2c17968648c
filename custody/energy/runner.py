"""Does imports in the background. A handler reads everything anew and changes things once, at its end."""

from __future__ import annotations

from custody.energy.actions import imports
from custody.energy.rules.states import ImportState
from custody.infra import clock
from custody.jobs.runner import Result, Work

REHEARSAL, ACCEPTANCE = "energy_rehearsal", "energy_accept"


def rehearse(work: Work) -> Result:
    number = int(work.arguments["import"])
    work.progress(0, 1, "正在逐格核对")
    with work.database.transaction() as session:
        one = imports.settle(session, work.files, actor=work.actor, now=clock.now(), number=number)
        words = f"核对完成：{one.state.label}"
    return Result(words, url=f"/energy/imports/{number}")


def accept(work: Work) -> Result:
    number = int(work.arguments["import"])
    work.progress(0, 1, "正在导入")
    with work.database.transaction() as session:
        one = imports.accept(session, work.files, actor=work.actor, now=clock.now(), number=number)
        counts = one.result["counts"]
        done = one.state is ImportState.ACCEPTED
    words = f"已导入：新增{counts['new']}，更新{counts['changed']}，未变{counts['same']}"
    return Result(words if done else one.state.label, url=f"/energy/imports/{number}")
