"""The demonstration's tasks of the year: what province, cities and districts report on the nine.

Units are as general as 「市属三级医院」 or called 演示; nothing here is any real office's figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.demo import people
from custody.demo.courses import YEAR
from custody.demo.story import Act, later, working_day
from custody.infra import clock
from custody.regions.queries import place_of_code, targets_of
from custody.targets.actions import entries, projects
from custody.targets.models import Entry, Project
from custody.targets.queries.entries import get_task
from custody.targets.queries.measures import completed
from custody.targets.rules.entries import Told
from custody.targets.rules.projects import Facts, Institution, Progress, ProjectKind
from custody.targets.rules.retrofits import Category
from custody.targets.rules.review import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custody.demo.chapters import Verb
    from custody.demo.play import Player

OFFICE = people.COORDINATORS[0]

_WORDS = """
1 3-20 P 20 完成规划前期研究和“十四五”评估，形成规划初稿。
1 5-14 P 70 规划征求意见稿已送省发展改革委和各设区市征求意见，收到反馈意见46条。
1 6-24 P 100 《江苏省公共机构节约能源资源“十五五”规划》会同省发展改革委印发。 =plan:1 规划印发文件
2 5-21 P 30 完成各设区市基期数据核对，形成指标分解测算方案。
2 8-13 P 65 分解方案经专家论证，征求各设区市意见。
2 9-10 P 80 向首批9个设区市下达碳排放控制指标。 =cities:9 指标下达文件（首批）
2 9-24 P 100 向其余4个设区市下达碳排放控制指标，配套评估细则同步印发。 =cities:4 指标下达文件（第二批）
3 4-28 P 20 制定减碳项目接入年度计划，明确分布式光伏、节能改造、林业碳汇三类项目的接入要求。
3 6-18 wuxi 0 全市公共机构分布式光伏新增并网12处，装机6.8兆瓦，已提交接入申请。 ~光伏项目接入清单
3 7-16 P 45 举办核查机构培训班2期，培训核查人员118人；首批23个项目完成减碳量核查。
3 9-16 suzhou 0 节能改造类减碳项目9个完成核查，核证减碳量1,860吨。 ~减碳量核查报告
3 10-21 P 84 累计接入减碳项目61个，完成减碳量核查54个。
3 11-17 changzhou 0 新增接入分布式光伏项目5个，林业碳汇项目1个，正在核查。
4 5-8 P 20 制定2026年江苏城市足球联赛碳中和实施方案，明确排放核算边界。
4 8-20 P 55 完成联赛前半程排放核算，注销公共机构减碳量2,140吨。
4 10-16 nanjing 0 南京赛区4场比赛完成碳中和，主场馆绿电使用比例达到62%。 ~赛事碳中和证书
4 11-6 P 81 联赛整体碳中和方案通过评审，减碳量交易规则征求意见。
5 3-31 P 12 召开整区能源费用托管工作推进会，24个地区全部成立工作专班。
5 6-30 P 40 各地区完成公共机构名录核定，账单归集和能源审计有序推进。
5 9-29 P 66 第一批试点地区进入效果评估，第二批试点地区平台建设过半，24个地区能源基准核定基本完成。
5 11-13 P 83 印发工作提醒，对进度滞后地区逐一约谈；招标前准备进入集中收尾阶段。
6 4-15 P 20 会同省教育厅、省卫生健康委、省体育局印发项目推进清单。
6 8-12 P 55 组织合同能源管理供需对接会，32家用能单位与节能服务公司对接。
6 11-12 P 80 已签约项目达到4个，其余项目正在履行合同审签程序。
7 4-22 P 15 确定驻宁省级机关和南京市级机关集中办公区为试点，制定监测方案。
7 7-9 P 45 驻宁省级机关集中办公区完成电、水计量点位核查，夜间监测功能上线试运行。 =sites:1 监测功能上线报告
7 9-18 nanjing 0 市级机关集中办公区完成夜间用电、用水基线测算，发现并处置异常7处。 ~异常处置台账
7 11-10 P 76 形成夜间异常数据预警规则初稿，累计推送预警143条，处置完成131条。
8 4-20 P 0 会同省发展改革委梳理“两新”政策支持项目，下达年度改造任务。
8 10-15 P 0 已申报设备更新支持资金项目87个，改造面积填报情况总体符合序时进度。
9 6-5 P 30 转发国管局通知，组织绿色低碳技术征集，收到申报材料38份。
9 8-25 P 52 完成绿色低碳转型课题申报11项，推荐国家绿色算力设施2处。
9 9-22 yangzhou 0 推荐公共机构水效领跑者候选单位6家。 ~水效领跑者推荐表
9 11-11 P 68 水效领跑者初审结束，拟推荐名单公示准备中。
"""
"""Task, day, who (P: the province), percent, words; =key:n and papers of a quantity, ~ only papers."""

_AREAS = """
nanjing 3-30 市级机关集中办公区东区 36800 cooling
nanjing 5-18 市属三级医院门诊楼和住院楼 47200 cooling
nanjing 8-31 市属高职院校教学楼群 54400 lighting
nanjing 10-26 市体育中心主场馆 33600 whole
wuxi 4-16 市民中心1号楼至4号楼 42000 cooling
wuxi 6-26 市属三级医院综合楼 29200 heating
wuxi 9-11 宜兴市行政中心主楼 18400 cooling
wuxi 10-20 市图书馆和文化馆 12600 lighting
xuzhou 5-22 市行政中心 35200 cooling
xuzhou 9-4 市属中学校舍（12所） 30400 lighting
changzhou 6-11 市行政中心裙楼 16800 envelope
changzhou 9-24 市属三级医院急诊楼 15800 cooling
suzhou 4-23 市级机关集中办公区 38800 cooling
suzhou 7-8 市属高职院校实训楼和宿舍配套 44800 whole
suzhou 10-14 市奥体场馆照明 27200 lighting
nantong 5-27 市行政中心 32400 cooling
nantong 9-15 市属三级医院新院区 37600 metering
huaian 7-21 市级机关办公楼群 18800 envelope
yancheng 6-17 市行政中心 26400 cooling
yancheng 10-10 市属中等职业学校 20800 solar
yangzhou 7-2 市级机关办公楼 17800 cooling
yangzhou 10-29 市属三级医院 22800 heating
zhenjiang 8-6 市级机关集中办公区 19600 lighting
taizhou 7-28 市行政中心 21200 cooling
taizhou 11-4 市属中学校舍（8所） 15200 lighting
jiangyin 9-8 市级机关办公楼和市民服务中心 16400 cooling
kunshan 8-19 市行政中心和附属楼 23200 cooling
yixing 9-16 宜兴市行政中心主楼 18400 cooling
zhangjiagang 4-22 公共机构公共区域照明 131000 lighting
jiangyin 11-12 市属医院门诊楼 14400 heating
wuxi 11-16 市属高校图书馆 11000 lighting
xuzhou 11-18 市体育馆 13200 lighting
"""
_RETURNED = ("taizhou", "市属中学校舍（8所）")
_WAITING = {("jiangyin", "市属医院门诊楼"), ("wuxi", "市属高校图书馆"), ("xuzhou", "市体育馆")}
_SLOW = "竣工验收单缺少施工单位盖章页，且面积与申报表不一致，请补正后重报。"
_LINKED = {
    ("yixing", "宜兴市行政中心主楼"): "demo-areas-006",
    ("zhangjiagang", "公共机构公共区域照明"): "照明",
}
"""To an entry by its ticket, or to a measure of the district's contract by its name."""
_CORRECTED = ("suzhou", "市奥体场馆照明", 24600)

_PROJECTS = """
3-24 nanjing 320100 演示大学江宁校区 高校 保证 finished 3-12 2460 9.6 1180 吨标准煤 校区综合节能改造
5-20 suzhou 320500 演示医科大学附属医院 医院 托管 under_way 5-11 3120 12.4 1560 吨标准煤 医院能源费用托管
6-30 wuxi 320200 无锡演示体育中心 场馆 分享 under_way 6-18 860 6.8 320 吨标准煤 场馆空调和照明改造
9-9 nantong 320600 南通演示职业学院 高校 节水 under_way 8-28 540 15.2 21.5 万立方米（水） 校园供水管网合同节水
11-11 changzhou 320400 常州演示中医院 医院 保证 signed 11-5 1280 7.1 560 吨标准煤 医院冷热源系统改造
10-22 xuzhou 320300 徐州演示师范学院 高校 节水 talks - 420 18.6 16 万立方米（水） 学生宿舍节水改造
10-27 taizhou 321200 泰州演示体育馆 场馆 分享 signed 10-15 360 2.4 140 吨标准煤 场馆照明改造
11-18 yixing 320282 宜兴演示医院 医院 托管 talks - 480 3.6 210 吨标准煤 医院能源费用托管
3-26 P 320000 演示科技馆（省级） 场馆 分享 finished 25-11-20 720 4.5 260 吨标准煤 展厅照明和空调改造
"""
"""Day, who, where, unit, institution, kind, progress, signed, 万元, 万平方米, saving and its unit, name."""
_KINDS = {
    "分享": ProjectKind.SHARED_SAVINGS,
    "保证": ProjectKind.GUARANTEED_SAVINGS,
    "托管": ProjectKind.CUSTODY,
    "节水": ProjectKind.WATER,
}
_CONFIRMED_AFTER = {
    "演示大学江宁校区",
    "演示医科大学附属医院",
    "无锡演示体育中心",
    "南通演示职业学院",
}
_SENT_BACK = ("泰州演示体育馆", "合同文本缺少节能效益分享比例条款页，请补充完整合同扫描件。")


def acts(until: datetime) -> list[Act]:
    del until  # told whole; chapters.py cuts it off
    return [*_told_words(), *_told_areas(), *_told_projects()]


def _day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    return date(2000 + parts[0], *parts[1:]) if len(parts) == 3 else date(YEAR, *parts)


def _moment(on: date, minute: int, hour: int = 10) -> datetime:
    return clock.at(working_day(on), hour, minute % 60, 7)


def _told_words() -> Iterator[Act]:
    for number, line in enumerate(_WORDS.strip().split("\n")):
        task, day, who, percent, words, *papers = line.split(" ")
        key, quantity = "", 0
        if papers and papers[0].startswith("="):
            key, _, count = papers.pop(0)[1:].partition(":")
            quantity = int(count)
        ticket = f"demo-words-{number:03d}"
        actor = OFFICE if who == "P" else who
        at = _moment(_day(day), number * 7 + 4)
        values = {
            "task": int(task),
            "key": key,
            "ticket": ticket,
            "quantity": quantity,
            "papers": tuple(paper.removeprefix("~") for paper in papers),
        }
        yield Act(
            at,
            actor,
            "target.report",
            day=at.date(),
            percent=int(percent),
            words=words,
            values=values,
        )
        if who != "P" and (task, who) != ("3", "changzhou"):
            yield _verdict(at.date(), number, ticket)


def _told_areas() -> Iterator[Act]:
    for number, line in enumerate(_AREAS.strip().split("\n")):
        who, day, building, area, category = line.split(" ")
        ticket = f"demo-areas-{number:03d}"
        at = _moment(_day(day), number * 11 + 3, 15)
        values = {
            "task": 8,
            "key": "area",
            "ticket": ticket,
            "quantity": int(area),
            "papers": ("竣工验收单",),
            "category": category,
            "building": building,
            "linked": _LINKED.get((who, building), ""),
        }
        done = later(at.date(), 1) if number % 3 == 2 else at.date()
        yield Act(at, who, "target.report", day=min(done, at.date()), values=values)
        if (who, building) == _RETURNED:
            yield _verdict(at.date(), number, ticket, _SLOW)
        elif (who, building) not in _WAITING:
            yield _verdict(at.date(), number, ticket)
        if (who, building) == _CORRECTED[:2]:
            again = _moment(later(at.date(), 6), number, 9)
            values = {**values, "quantity": _CORRECTED[2], "ticket": f"{ticket}-2", "old": ticket}
            yield Act(again, who, "target.correct", day=at.date(), values=values)
            yield _verdict(again.date(), number, f"{ticket}-2")


def _verdict(handed: date, number: int, ticket: str, reason: str = "") -> Act:
    at = _moment(later(handed, 2), number * 5 + 9, 16)
    values = {"ticket": ticket}
    return Act(at, OFFICE, "target.decide", words=reason, values=values)


def _told_projects() -> Iterator[Act]:
    for number, line in enumerate(_PROJECTS.strip().split("\n")):
        day, who, place, unit, *rest = line.split(" ")
        ticket = f"demo-project-{number:02d}"
        at = _moment(_day(day), number * 13 + 6, 14)
        values = {"ticket": ticket, "place": place, "unit": unit, "rest": tuple(rest)}
        yield Act(at, OFFICE if who == "P" else who, "project.add", values=values)
        if unit in _CONFIRMED_AFTER:
            yield _project_verdict(at.date(), number, ticket, "")
        elif unit == _SENT_BACK[0]:
            yield _project_verdict(at.date(), number, ticket, _SENT_BACK[1])


def _project_verdict(handed: date, number: int, ticket: str, reason: str) -> Act:
    at = _moment(later(handed, 3), number * 5 + 2, 11)
    return Act(at, OFFICE, "project.decide", words=reason, values={"ticket": ticket})


# --- what the words do ---------------------------------------------------------------------------


def _told(player: Player, act: Act) -> tuple[Told, str]:
    values = act.values
    wanted = str(values.get("linked", ""))
    linked = _linked(player, act, wanted) if wanted else ""
    counted = bool(values["key"])
    return Told(
        happened_on=act.day or act.at.date(),
        words=act.words,
        percent=act.percent or None,
        quantity=Decimal(str(values["quantity"])) if counted else None,
        building=str(values.get("building", "")),
        category=Category(str(values["category"])) if values.get("category") else None,
        link=linked,
    ), str(values["key"])


def _linked(player: Player, act: Act, wanted: str) -> str:
    if wanted.startswith("demo-"):
        return f"entry-{_entry(player, wanted).id}"
    place = player.actors[act.actor].place
    found = (one for one in completed(player.session, place, YEAR) if wanted in one.name)
    return next((f"measure-{one.id}" for one in found), "")


def _entry(player: Player, ticket: str) -> Entry:
    return player.session.scalars(select(Entry).where(Entry.ticket == ticket)).one()


def _report(player: Player, act: Act) -> None:
    task = get_task(player.session, people.PROVINCE, int(str(act.values["task"])))
    told, key = _told(player, act)
    papers = act.values["papers"]
    assert isinstance(papers, tuple)
    targets = targets_of(player.session, people.PROVINCE, task.year)
    entries.enter(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        task=task,
        target=next(
            (one for one in targets if (one.task_number, one.key) == (task.number, key)), None
        ),
        told=told,
        files=[player.papers.paper(title, "pdf") for title in papers],
        ticket=str(act.values["ticket"]),
    )


def _correct(player: Player, act: Act) -> None:
    old = _entry(player, str(act.values["old"]))
    task = get_task(player.session, people.PROVINCE, int(str(act.values["task"])))
    told, key = _told(player, act)
    targets = targets_of(player.session, people.PROVINCE, task.year)
    entries.correct(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        task=task,
        number=old.id,
        version=old.version,
        target=next(one for one in targets if one.key == key),
        told=told,
        files=[player.papers.paper("面积核定说明", "pdf")],
        keep=[],
        ticket=str(act.values["ticket"]),
    )


def _decide(player: Player, act: Act) -> None:
    player.session.flush()
    entry = _entry(player, str(act.values["ticket"]))
    tasks = {n: get_task(player.session, people.PROVINCE, n) for n in range(1, 10)}
    entries.decide(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        task=next(one for one in tasks.values() if one.id == entry.task_id),
        number=entry.id,
        version=entry.version,
        step=Step.RETURN if act.words else Step.CONFIRM,
        reason=act.words,
    )


def _add(player: Player, act: Act) -> None:
    rest = act.values["rest"]
    assert isinstance(rest, tuple)
    institution, kind, progress, signed, amount, area, saving, unit, name = rest
    talks = progress == Progress.TALKS
    on = None if signed == "-" else _day(signed)
    projects.add(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        place=place_of_code(player.session, str(act.values["place"])),
        facts=Facts(
            name=f"{act.values['unit']}{name}",
            unit=str(act.values["unit"]),
            credit_code="",
            kind=_KINDS[kind],
            institution=next(one for one in Institution if one.label == institution),
            progress=Progress(progress),
            signing_planned=date(YEAR, 12, 10) if talks else None,
            signed_on=on,
            completion_planned=date(YEAR + 1, 6, 30) if progress != Progress.FINISHED else None,
            amount=Decimal(amount) * 10_000,
            area=Decimal(area) * 10_000,
            saving=Decimal(saving),
            saving_unit=unit,
            note="",
        ),
        files=[] if talks else [player.papers.paper("项目合同", "pdf")],
        ticket=str(act.values["ticket"]),
    )


def _judge(player: Player, act: Act) -> None:
    player.session.flush()
    ticket = str(act.values["ticket"])
    project = player.session.scalars(select(Project).where(Project.ticket == ticket)).one()
    projects.decide(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=project.id,
        version=project.version,
        step=Step.RETURN if act.words else Step.CONFIRM,
        reason=act.words,
    )


VERBS: Mapping[str, Verb] = {
    "target.report": _report,
    "target.correct": _correct,
    "target.decide": _decide,
    "project.add": _add,
    "project.decide": _judge,
}
