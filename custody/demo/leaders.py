"""What happens to briefs once they are out: read, instructed upon, corrected; and remarks on a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.accounts.rules import Place
from custody.briefs.actions import instructions, readings, remarks
from custody.briefs.actions.instructions import Given
from custody.briefs.models import Brief, Instruction
from custody.briefs.rules import Form, InstructionState, Status
from custody.demo import people
from custody.demo.courses import YEAR
from custody.demo.story import Act, draft_day
from custody.infra import clock

if TYPE_CHECKING:
    from custody.demo.play import Player

PROVINCE = Place(people.PROVINCE)
WUXI = Place(people.PROVINCE, "320200")
YIXING = Place(people.PROVINCE, "320200", "320282")
PEIXIAN = Place(people.PROVINCE, "320300", "320322")


def acts(until: datetime) -> list[Act]:
    return [*_read(), *_instructed(), *_corrected(), *_remarked(until)]


def _on(month: int, day: int, hour: int, minute: int) -> datetime:
    return clock.at(date(YEAR, month, day), hour, minute)


def _read() -> Iterator[Act]:
    """Who opened which brief on which day; those who are not here have not read it yet."""
    for at, actor, place in (
        (_on(10, 9, 10, 20), "lingdao", PROVINCE),
        (_on(10, 9, 15, 5), people.COORDINATORS[1], PROVINCE),
        (_on(11, 3, 10, 6), "lingdao", PROVINCE),
        (_on(11, 3, 11, 30), "lingdao-wuxi", WUXI),
        (_on(11, 4, 8, 50), people.reviewer_of("320200"), WUXI),
        (_on(11, 3, 14, 40), "lingdao-yixing", YIXING),
    ):
        yield Act(at, actor, "brief_read", values={"place": place})


def _instructed() -> Iterator[Act]:
    def given(at: datetime, actor: str, place: Place, whose: Place, due: date, text: str) -> Act:
        told = {"place": place, "whose": whose, "due": due}
        return Act(at, actor, "brief_instruct", words=text, values=told)

    yield given(
        _on(10, 10, 9, 40),
        "lingdao",
        PROVINCE,
        PROVINCE,
        date(YEAR, 10, 23),
        "第三批地区启动在即，请节能处把招标前准备的要点和范本印发各地，并组织一次培训。",
    )
    yield Act(
        _on(10, 21, 16, 30),
        people.COORDINATORS[0],
        "brief_answer",
        words="已印发招标前准备要点和合同范本，10月20日组织视频培训，第三批24个地区全部参加。",
        values={"place": PROVINCE},
    )
    yield given(
        _on(11, 4, 9, 20),
        "lingdao",
        PROVINCE,
        PEIXIAN,
        date(YEAR, 11, 20),
        "沛县平台建设进度落后，请查明原因，拿出补救措施，年底前务必完成。",
    )
    yield given(
        _on(11, 4, 10, 10),
        "lingdao-wuxi",
        WUXI,
        YIXING,
        date(YEAR, 11, 13),
        "宜兴是第一批试点，请总结好的做法，供其他区县借鉴。",
    )
    yield Act(
        _on(11, 12, 15, 20),
        "yixing",
        "brief_answer",
        words="已形成经验材料初稿，报市机关事务管理局审阅。",
        values={"place": YIXING},
    )
    yield Act(
        _on(11, 16, 9, 5),
        "lingdao-wuxi",
        "brief_reopen",
        words="材料要突出费用结算和用能管理两个方面，请补充数据后再报。",
        values={"place": YIXING},
    )
    yield given(
        _on(11, 5, 9, 0),
        "lingdao",
        PROVINCE,
        PROVINCE,
        date(YEAR, 12, 4),
        "距年底时限不足两个月，请逐个地区倒排工期，每周调度一次。",
    )


def _corrected() -> Iterator[Act]:
    """宜兴市's brief of October is corrected; the correction keeps its number."""
    writer, checker = people.COORDINATORS
    told = {
        "of": f"宜兴{date(YEAR, 10, 31)}",
        "why": "“版记”中的抄送单位有遗漏，正文和数据没有变动。",
    }
    yield Act(_on(11, 5, 14, 10), writer, "brief_correct", words="宜兴更正", values=told)
    yield Act(_on(11, 5, 14, 40), writer, "freeze", words="宜兴更正")
    yield Act(_on(11, 5, 16, 0), checker, "review", words="宜兴更正")
    yield Act(_on(11, 5, 16, 30), writer, "publish", words="宜兴更正")


def _remarked(until: datetime) -> Iterator[Act]:
    """On the draft that story.py leaves for the day before the end."""
    day = draft_day(until.date())
    if day is None:
        return
    for minute, paragraph, words in (
        (5, "overall.2", "请补一句与上月相比的变化。"),
        (12, "", "“报送发”请按办公室新的分送名单核对。"),
    ):
        yield Act(
            clock.at(day, 17, minute),
            people.COORDINATORS[0],
            "brief_remark",
            words=words,
            values={"paragraph": paragraph},
        )


# --- played ----------------------------------------------------------------------------------


def _newest(player: Player, place: object, *, status: Status = Status.PUBLISHED) -> Brief | None:
    assert isinstance(place, Place)
    player.session.flush()
    return player.session.scalars(
        select(Brief)
        .where(
            Brief.status == status,
            Brief.form == Form.BRIEF,
            Brief.province_code == place.province,
            Brief.city_code == place.city if place.city else Brief.city_code.is_(None),
            Brief.region_code == place.region if place.region else Brief.region_code.is_(None),
        )
        .order_by(Brief.id.desc())
    ).first()


def _open_it(player: Player, act: Act) -> None:
    brief = _newest(player, act.values["place"])
    if brief is not None:
        actor = player.actors[act.actor]
        readings.opened(player.session, actor=actor, now=act.at, brief=brief)
        readings.downloaded(player.session, actor=actor, now=act.at, brief=brief)


def _instruct(player: Player, act: Act) -> None:
    brief = _newest(player, act.values["place"])
    whose, due, actor = act.values["whose"], act.values["due"], player.actors[act.actor]
    assert isinstance(whose, Place)
    assert isinstance(due, date)
    if brief is None:
        return
    instructions.instruct(
        player.session,
        actor=actor,
        now=act.at,
        brief_id=brief.id,
        given=Given(actor.name, act.at.date(), act.words, whose, due),
    )


def _instruction(player: Player, place: object, state: InstructionState) -> Instruction | None:
    """The newest of a place that is in this state."""
    assert isinstance(place, Place)
    player.session.flush()
    rows = player.session.scalars(
        select(Instruction).where(Instruction.state == state).order_by(Instruction.id.desc())
    )
    return next((row for row in rows if row.place == place), None)


def _answer(player: Player, act: Act) -> None:
    found = _instruction(player, act.values["place"], InstructionState.OPEN)
    if found is not None:
        instructions.finish(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            number=found.id,
            version=found.version,
            answer=act.words,
        )


def _reopen(player: Player, act: Act) -> None:
    found = _instruction(player, act.values["place"], InstructionState.DONE)
    if found is not None:
        instructions.reopen(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            number=found.id,
            version=found.version,
            reason=act.words,
        )


def _correct(player: Player, act: Act) -> None:
    player.bulletins.correct(act, player.actors[act.actor])


def _remark(player: Player, act: Act) -> None:
    brief = _newest(player, PROVINCE, status=Status.DRAFT)
    if brief is not None:
        remarks.remark(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            brief_id=brief.id,
            paragraph=str(act.values["paragraph"]),
            text=act.words,
        )


VERBS: Mapping[str, Callable[[Player, Act], None]] = {
    "brief_read": _open_it,
    "brief_instruct": _instruct,
    "brief_answer": _answer,
    "brief_reopen": _reopen,
    "brief_correct": _correct,
    "brief_remark": _remark,
}
