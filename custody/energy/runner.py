"""Does imports in the background. A handler reads everything anew and changes things once, at its end.

Reading happens before the transaction that writes, so that others need not wait for it.
"""

from __future__ import annotations

from custody.energy.actions import imports, rehearsing
from custody.energy.queries.imports import get_import
from custody.energy.rules.states import ImportState
from custody.infra import clock
from custody.jobs.runner import Result, Work
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.queries import get_region

REHEARSAL, ACCEPTANCE = "energy_rehearsal", "energy_accept"


def rehearse(work: Work) -> Result:
    number = int(work.arguments["import"])
    work.progress(0, 3, "正在读取文件、逐格核对")
    looked = _look(work, number)
    if looked.reading is not None:
        work.progress(1, 3, "正在生成批注表")
    looked = rehearsing.annotate(work.files, looked)
    work.progress(2, 3, "正在登记核对结果")
    with work.database.transaction() as session:
        one = imports.settle(
            session, work.files, actor=work.actor, now=clock.now(), number=number, looked=looked
        )
        words = f"核对完成：{one.state.label}"
    return Result(words, url=_page(number))


def _look(work: Work, number: int) -> rehearsing.Looked:
    with work.database.reader() as session:
        one = get_import(session, number, place=work.actor.place)
        region = get_region(session, str(one.region_code), place=work.actor.place)
        return rehearsing.look(session, work.files, one, region, now=clock.now())


def accept(work: Work) -> Result:
    number = int(work.arguments["import"])
    work.progress(0, 2, "正在读取文件、逐格核对")
    try:
        prepared = _prepare(work, number)
        if prepared is None:
            return Result(ImportState.ACCEPTED.label, url=_page(number))
        work.progress(1, 2, f"正在写入{len(prepared.reading.rows)}行，全部写完才生效")
        with work.database.transaction() as session:
            one = imports.accept(
                session,
                work.files,
                actor=work.actor,
                now=clock.now(),
                number=number,
                prepared=prepared,
            )
            counts = one.result["counts"]
    except Conflict:
        _look_again(work, number)
        words = "办理期间数据被他人更新，没有导入；已按最新数据重新核对，请再次确认。"
        raise Refused([Problem("meanwhile", words)]) from None
    except Refused:
        _look_again(work, number)
        raise
    words = f"已导入：新增{counts['new']}，更新{counts['changed']}，未变{counts['same']}"
    return Result(words, url=_page(number))


def _prepare(work: Work, number: int) -> imports.Prepared | None:
    """None where it is in already: a worker died after its work was done."""
    with work.database.reader() as session:
        one = get_import(session, number, place=work.actor.place)
        if one.state is ImportState.ACCEPTED:
            return None
        region = get_region(session, str(one.region_code), place=work.actor.place)
        return imports.prepare(session, work.files, one, region, now=clock.now())


def _look_again(work: Work, number: int) -> None:
    """It was not stored: the page shall say what stands in the way now."""
    looked = rehearsing.annotate(work.files, _look(work, number))
    with work.database.transaction() as session:
        imports.settle(
            session, work.files, actor=work.actor, now=clock.now(), number=number, looked=looked
        )


def _page(number: int) -> str:
    return f"/energy/imports/{number}"
