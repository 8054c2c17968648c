"""A programme's facts in several moods, without a database: the 32 regions with invented progress.

The figures come from the milestone rules themselves, so charts, words and briefs are tried on
facts that could be true.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from custody.dashboard.rules import (
    BatchFacts,
    Cell,
    CurvePoint,
    Exception_,
    ProgrammeFacts,
    RegionFacts,
)
from custody.milestones.rules import (
    Light,
    LightPolicy,
    Stage,
    State,
    Status,
    expected_percent,
    progress,
    share,
    signal_of,
    worst,
)

Mood = Literal["normal", "all_late", "none_started", "all_done", "one_late"]
TODAY = date(2026, 11, 22)
DEADLINE = date(2026, 12, 31)

REGIONS = (
    ("320282", "宜兴市", "宜兴市", "320200", "无锡市", 1),
    ("320582", "张家港市", "张家港市", "320500", "苏州市", 1),
    ("320904", "盐城市大丰区", "大丰区", "320900", "盐城市", 1),
    ("320211", "无锡市滨湖区", "滨湖区", "320200", "无锡市", 2),
    ("320322", "沛县", "沛县", "320300", "徐州市", 2),
    ("320412", "常州市武进区", "武进区", "320400", "常州市", 2),
    ("321003", "扬州市邗江区", "邗江区", "321000", "扬州市", 2),
    ("321283", "泰兴市", "泰兴市", "321200", "泰州市", 2),
    ("320104", "南京市秦淮区", "秦淮区", "320100", "南京市", 3),
    ("320205", "无锡市锡山区", "锡山区", "320200", "无锡市", 3),
    ("320206", "无锡市惠山区", "惠山区", "320200", "无锡市", 3),
    ("320281", "江阴市", "江阴市", "320200", "无锡市", 3),
    ("320303", "徐州市云龙区", "云龙区", "320300", "徐州市", 3),
    ("320324", "睢宁县", "睢宁县", "320300", "徐州市", 3),
    ("320404", "常州市钟楼区", "钟楼区", "320400", "常州市", 3),
    ("320413", "常州市金坛区", "金坛区", "320400", "常州市", 3),
    ("320583", "昆山市", "昆山市", "320500", "苏州市", 3),
    ("320505", "苏州高新区", "苏州高新区", "320500", "苏州市", 3),
    ("320623", "如东县", "如东县", "320600", "南通市", 3),
    ("320681", "启东市", "启东市", "320600", "南通市", 3),
    ("320682", "如皋市", "如皋市", "320600", "南通市", 3),
    ("320685", "海安市", "海安市", "320600", "南通市", 3),
    ("320671", "南通经济技术开发区", "南通经济技术开发区", "320600", "南通市", 3),
    ("320722", "东海县", "东海县", "320700", "连云港市", 3),
    ("320871", "淮安经济技术开发区", "淮安经济技术开发区", "320800", "淮安市", 3),
    ("320921", "响水县", "响水县", "320900", "盐城市", 3),
    ("320923", "阜宁县", "阜宁县", "320900", "盐城市", 3),
    ("321084", "高邮市", "高邮市", "321000", "扬州市", 3),
    ("321181", "丹阳市", "丹阳市", "321100", "镇江市", 3),
    ("321202", "泰州市海陵区", "海陵区", "321200", "泰州市", 3),
    ("321204", "泰州市姜堰区", "姜堰区", "321200", "泰州市", 3),
    ("321323", "泗阳县", "泗阳县", "321300", "宿迁市", 3),
)

BATCHES = {
    1: ("第一批试点地区", "全面完成试点工作", "G-A", True),
    2: ("第二批试点地区", "完成节能管控平台建设，有序推进节能技术改造", "G-B", True),
    3: ("2026年启动和推进的地区", "完成招标前各项准备", "G-C", False),
}

MILESTONES: tuple[tuple[str, str, Stage, str | None, str], ...] = (
    ("M01", "成立工作专班、明确牵头单位", Stage.PRE_TENDER, "2026-04-30", "前期评估"),
    ("M02", "公共机构名录核定、摸底调研", Stage.PRE_TENDER, "2026-04-30", "前期评估"),
    ("M03", "户号绑定与近三年账单归集", Stage.PRE_TENDER, "2026-05-31", "前期评估"),
    ("M04", "能源审计、用能诊断", Stage.PRE_TENDER, "2026-07-31", "前期评估"),
    ("M05", "能源基准与费用基准核定确认", Stage.PRE_TENDER, "2026-08-31", "前期评估"),
    ("M06", "实施方案编制与专家论证", Stage.PRE_TENDER, "2026-09-30", "前期评估"),
    ("M07", "政府常务会议、专班审定", Stage.PRE_TENDER, "2026-10-31", "前期评估"),
    ("M08", "财政承诺、预算安排", Stage.PRE_TENDER, "2026-10-31", "组织采购"),
    ("M09", "纳入单位授权委托", Stage.PRE_TENDER, "2026-10-31", "组织采购"),
    ("M10", "采购需求与招标文件定稿", Stage.PRE_TENDER, "2026-11-30", "组织采购"),
    ("M11", "采购意向公开", Stage.PRE_TENDER, "2026-11-30", "组织采购"),
    ("G-C", "招标前准备完成", Stage.PRE_TENDER, "2026-12-31", "组织采购"),
    ("M12", "招标公告、开标评标、中标", Stage.TENDER, None, "组织采购"),
    ("M13", "托管合同签订", Stage.TENDER, None, "合同签订"),
    ("M14", "合同备案、公示", Stage.TENDER, None, "合同签订"),
    ("M15", "现场交接与计量方案", Stage.PLATFORM, "2026-03-31", "组织实施"),
    ("M16", "节能管控平台设计、安装与数据接入", Stage.PLATFORM, "2026-08-31", "组织实施"),
    ("M17", "平台联调、试运行", Stage.PLATFORM, "2026-11-30", "组织实施"),
    ("G-B", "平台验收", Stage.PLATFORM, "2026-12-31", "组织实施"),
    ("M18", "节能技术改造", Stage.PILOT, "2026-05-31", "组织实施"),
    ("M19", "改造竣工验收与资产登记", Stage.PILOT, "2026-06-30", "资产管理"),
    ("M20", "正式托管运行", Stage.PILOT, "2026-07-01", "组织实施"),
    ("M22", "年度节能量核定、效果评估", Stage.PILOT, "2026-11-15", "效果评估"),
    ("M23", "费用结算", Stage.PILOT, "2026-12-10", "费用结算"),
    ("M24", "试点评估与经验总结", Stage.PILOT, "2026-12-15", "效果评估"),
    ("G-A", "试点验收完成", Stage.PILOT, "2026-12-31", "效果评估"),
)
CURRENT = {1: Stage.PILOT, 2: Stage.PLATFORM, 3: Stage.PRE_TENDER}
POLICY = LightPolicy()


def _states(batch: int, mood: Mood, today: date, dice: random.Random, lag: float) -> list[State]:
    current = CURRENT[batch]
    previous: date | None = date(2026, 1, 1)
    states = []
    for order, (code, name, stage, due_text, _phase) in enumerate(MILESTONES):
        due = date.fromisoformat(due_text) if due_text and stage is current else None
        status, percent, actual, forecast = Status.NOT_STARTED, 0, None, None
        if stage.order < current.order or (mood == "all_done" and stage is current):
            status, percent = Status.CONFIRMED, 100
            actual = due or date(2025, 6, 1) + timedelta(days=9 * order)
        elif stage is current and due and mood != "none_started":
            expected_end = due + timedelta(days=round(lag * 30))
            if expected_end <= today and not (mood == "all_late" and due > date(2026, 5, 1)):
                status, percent, actual = Status.CONFIRMED, 100, expected_end
            elif mood == "all_late":
                forecast = DEADLINE + timedelta(days=dice.randint(5, 60))
            elif due - timedelta(days=45) < today:
                status = dice.choice(
                    [Status.IN_PROGRESS] * 4 + [Status.AWAITING_CITY, Status.AWAITING_PROVINCE]
                )
                percent = dice.randint(45, 95)
                forecast = max(today, expected_end) + timedelta(days=dice.randint(0, 5))
            else:
                forecast = due
        states.append(
            State(
                code=code, name=name, stage=stage, gate=code.startswith("G"), required=True,
                weight=1, order=order, status=status, percent=percent,
                plan_start=previous if due else None, planned=due, forecast=forecast,
                actual=actual,
                submitted_on=due if status.awaiting else None, decided_on=actual,
                unit="机关事务管理部门",
            )
        )  # fmt: skip
        if due:
            previous = due
    return states


def _cell(state: State, today: date) -> Cell:
    signal = signal_of(state, today, POLICY)
    return Cell(
        code=state.code,
        name=state.name,
        phase=next(row[4] for row in MILESTONES if row[0] == state.code),
        stage=state.stage,
        weight=state.weight,
        gate=state.gate,
        status=state.status,
        light=signal.light,
        reason=signal.reason,
        percent=state.percent,
        planned=state.planned,
        forecast=state.forecast,
        actual=state.actual,
        confirmed_on=state.decided_on,
        days_late=signal.days_late,
        unit=state.unit,
        plan_start=state.plan_start,
        started=state.plan_start if state.percent else None,
    )


def region_facts(
    row: Sequence[object], seq: int, mood: Mood, today: date, dice: random.Random, lag: float
) -> tuple[RegionFacts, list[State]]:
    code, name, short, city, city_name, batch = row
    assert isinstance(batch, int)
    states = _states(batch, mood, today, dice, lag)
    current = CURRENT[batch]
    own = [state for state in states if state.stage is current]
    found = worst([(s, signal_of(s, today, POLICY)) for s in own if s.planned])
    if found is None:
        light, reason = Light.GREEN, ""
    else:
        light = found[1].light
        reason = f"{found[0].code} {found[0].name}：{found[1].reason}"
    finished = all(state.status.settled for state in own)
    stage = Stage.DONE if finished and batch == 1 else current
    if finished and batch != 1:
        stage = {2: Stage.PILOT, 3: Stage.TENDER}[batch]
    open_ones = [s for s in own if not s.status.settled and s.planned]
    cells = tuple(_cell(state, today) for state in states)
    following = min(open_ones, key=lambda s: (s.planned or date.max, s.order), default=None)
    facts = RegionFacts(
        code=str(code),
        name=str(name),
        short_name=str(short),
        city_code=str(city),
        city_name=str(city_name),
        city_short=str(city_name).removesuffix("市"),
        seq=seq,
        batch=batch,
        stage=stage,
        stage_label=stage.label(pilot=BATCHES[batch][3]),
        light=light,
        light_reason=reason,
        done=sum(state.status.settled for state in own),
        total=len(own),
        percent=share([(s.weight, progress(s)) for s in own]),
        expected_percent=share([(s.weight, expected_percent(s, today)) for s in own]),
        next_cell=next((c for c in cells if following and c.code == following.code), None),
        cells=cells,
        reported=mood != "none_started" and dice.random() > 0.15,
        last_activity=None if mood == "none_started" else today - timedelta(dice.randint(0, 40)),
    )
    return facts, own


def _batch(number: int, regions: Sequence[RegionFacts]) -> BatchFacts:
    name, goal, gate, pilot = BATCHES[number]
    own = [region for region in regions if region.batch == number]
    return BatchFacts(
        number=number,
        name=name,
        goal=goal,
        gate_code=gate,
        deadline=DEADLINE,
        pilot=pilot,
        regions=len(own),
        done=sum(region.stage.order > CURRENT[number].order for region in own),
        percent=share([(1, region.percent) for region in own]),
        expected_percent=share([(1, region.expected_percent) for region in own]),
        lights=dict(Counter(region.light for region in own)),
    )


def _curve(states: Sequence[State], today: date) -> tuple[CurvePoint, ...]:
    points = []
    days = [date(2026, month, 1) for month in range(1, 13)] + [today, DEADLINE]
    total = len(states) or 1
    for day in sorted(set(days)):
        planned = sum(bool(s.planned and s.planned <= day) for s in states)
        actual = sum(bool(s.status.settled and s.actual and s.actual <= day) for s in states)
        expected = sum(
            bool((s.actual if s.status.settled else s.forecast or DEADLINE) or None)
            and ((s.actual if s.status.settled else s.forecast or DEADLINE) or DEADLINE) <= day
            for s in states
        )
        points.append(
            CurvePoint(
                on=day,
                planned=100 * planned / total,
                actual=100 * actual / total if day <= today else None,
                forecast=100 * expected / total if day >= today else None,
            )
        )
    return tuple(points)


def _exceptions(regions: Sequence[RegionFacts]) -> tuple[Exception_, ...]:
    found = [
        Exception_(
            kind="late",
            region_code=region.code,
            region_name=region.name,
            milestone_code=cell.code,
            milestone_name=cell.name,
            light=cell.light,
            words=cell.reason,
            days=cell.days_late,
            owner=f"{region.name}机关事务管理部门",
            due=cell.planned,
            forecast=cell.forecast,
        )
        for region in regions
        for cell in region.cells
        if cell.light in (Light.RED, Light.YELLOW) and cell.days_late
    ]
    return tuple(sorted(found, key=lambda line: (-line.days, line.region_code)))


def programme(
    mood: Mood = "normal",
    *,
    scope: str = "province",
    today: date = TODAY,
    seed: int = 2026,
    demo: bool = False,
) -> ProgrammeFacts:
    """Facts for «province», «city:320200» or «region:320282»."""
    dice = random.Random(seed)
    regions, states = [], []
    late_one = "320921"
    for seq, row in enumerate(REGIONS, 1):
        if mood == "one_late":
            lag = 1.0 if row[0] == late_one else -0.6
        else:
            lag = dice.choice([-0.4, -0.2, -0.1, 0, 0, 0.1, 0.4, 0.8])
        region, own = region_facts(row, seq, mood, today, dice, lag)
        if mood == "one_late" and row[0] != late_one:
            region = replace(region, light=Light.GREEN, light_reason="")
        regions.append(region)
        states.append(own)
    kind, _, code = scope.partition(":")
    picked = [
        pair
        for pair in zip(regions, states, strict=True)
        if kind == "province"
        or (kind == "city" and pair[0].city_code == code)
        or (kind == "region" and pair[0].code == code)
    ]
    chosen = tuple(region for region, _ in picked)
    names = {"province": "江苏省", "city": chosen[0].city_name if chosen else "某市"}
    exceptions = _exceptions(chosen)
    if mood == "one_late":
        exceptions = tuple(line for line in exceptions if line.region_code == late_one)
    return ProgrammeFacts(
        as_of=today,
        scope_kind=kind,
        scope_code=code or "320000",
        scope_name=names.get(kind) or (chosen[0].name if chosen else "某区"),
        province_name="江苏省",
        notice_title="2026年度全省公共机构绿色低碳引领行动目标任务",
        deadline=DEADLINE,
        days_left=(DEADLINE - today).days,
        batches=tuple(
            _batch(number, chosen)
            for number in BATCHES
            if any(region.batch == number for region in chosen)
        ),
        regions=chosen,
        lights=dict(Counter(region.light for region in chosen)),
        curve=_curve([state for _, own in picked for state in own], today),
        exceptions=exceptions,
        silent=tuple(region for region in chosen if not region.reported),
        demo=demo,
    )
