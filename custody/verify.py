"""The roof's inspection: is what is stored still what was recorded?

Nothing is repaired; every difference is a sentence that names the thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.attachments import queries as attachments
from custody.baselines import recomputed as bases
from custody.baselines.models import Baseline
from custody.baselines.rules.states import State
from custody.briefs import snapshot
from custody.briefs.models import Brief
from custody.contracts import recomputed
from custody.contracts.queries import settlements
from custody.energy import recomputed as energy
from custody.infra import journal
from custody.infra.files import FileStore
from custody.jobs.queries import results, results_of
from custody.milestones.models import Lifecycle, Milestone
from custody.milestones.queries import consistency
from custody.supervision.models import Matter
from custody.supervision.queries import consistency as supervised


@dataclass(frozen=True, slots=True)
class Part:
    """One thing looked at: what, how many, and what is wrong with it."""

    title: str
    count: int
    wrong: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """Worth knowing and as it should be."""


def inspect(session: Session, files: FileStore) -> Iterator[Part]:
    """Part by part, so that the shell can show how far it is."""
    yield Part(
        "操作日志",
        _count(session, journal.Event),
        tuple(message for _, message in journal.broken_links(session)),
    )
    evidence = list(consistency.evidence(session))
    yield Part("佐证材料", len(evidence), tuple(_damaged(files, evidence)))
    sheets = list(consistency.sheets(session))
    yield Part("填报表", len(sheets), tuple(_damaged(files, sheets)))
    papers = list(attachments.all_files(session))
    yield Part("附件", len(papers), tuple(_damaged(files, papers)))
    briefs = session.scalars(select(Brief).where(Brief.snapshot.is_not(None))).all()
    frozen = [brief for brief in briefs if brief.snapshot]
    printed = [(brief.pdf_digest, f"{brief.file_name}") for brief in frozen if brief.pdf_digest]
    yield Part(
        "工作简报",
        len(frozen),
        (
            *(
                f"{brief.file_name}：定稿数据与校验值不符"
                for brief in frozen
                if brief.snapshot and snapshot.digest(brief.snapshot) != brief.digest
            ),
            *_damaged(files, printed),
        ),
    )
    settled = list(settlements.frozen(session))
    yield Part("结算单", len(settled), tuple(recomputed.differences(settled)))
    adopted = list(
        session.scalars(
            select(Baseline)
            .where(Baseline.state.in_((State.ADOPTED, State.SUPERSEDED)))
            .order_by(Baseline.id)
        )
    )
    yield Part(
        "能源基准",
        len(adopted),
        tuple(words for one in adopted for words in bases.differences(session, one)),
    )
    yield Part(
        "非常规调整", bases.signed_count(session), tuple(bases.adjustment_differences(session))
    )
    yield Part("折算系数", energy.coefficients(session), tuple(energy.changed(session)))
    yield Part(
        "账单导入",
        energy.accepted(session),
        (
            *energy.differences(session),
            *energy.reread(session, files),
            *energy.bills_changed(session),
        ),
    )
    yield Part(
        "地区阶段",
        _count(session, Lifecycle),
        (*consistency.stages(session), *consistency.items(session)),
    )
    yield Part("里程碑", _count(session, Milestone), tuple(consistency.told(session)))
    notices = list(supervised.papers(session))
    yield Part(
        "督办与问题",
        _count(session, Matter),
        (*supervised.told(session), *_damaged(files, notices)),
    )
    made = list(results_of(session))
    kept = results(files)
    there = [(digest, name) for digest, name in made if kept.path(digest).exists()]
    gone = [name for digest, name in made if not kept.path(digest).exists()]
    yield Part(
        "后台任务",
        len(made),
        tuple(_damaged(kept, there)),
        tuple(f"{name}：下载文件已清理，需要时可重新生成" for name in gone),
    )


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _damaged(files: FileStore, wanted: list[tuple[str, str]]) -> Iterator[str]:
    """Files that are gone or are not what they were; the same bytes are read once."""
    intact: dict[str, bool] = {}
    for digest, name in wanted:
        if digest not in intact:
            intact[digest] = files.intact(digest)
        if not intact[digest]:
            yield f"{name}：文件缺失或内容已被改动"
