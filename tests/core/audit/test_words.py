"""The journal speaks Chinese: every action, field and value the domains write has its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custody.accounts.rules import Role
from custody.audit import rules
from custody.briefs.rules import Status as BriefStatus
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.life import Status as SettlementStatus
from custody.contracts.rules.told import FIELDS as SETTLED
from custody.infra.clock import SHANGHAI
from custody.milestones.actions.record import TRACKED
from custody.milestones.rules import LightPolicy, Stage, Status
from custody.regions.notice.lines import TargetLine
from custody.regions.rules import Comparison, Counting
from custody.supervision.actions.record import TRACKED as SUPERVISED
from custody.supervision.rules import Level, Source
from custody.supervision.rules import Status as MatterStatus
from custody.targets.actions.entries import FIELDS as ENTRY_FIELDS
from custody.targets.rules.projects import Facts, Institution, Progress, ProjectKind
from custody.targets.rules.retrofits import Category
from custody.targets.rules.review import Review

PACKAGE = Path(rules.__file__).parents[2]


@dataclass
class Told:
    action: str = "milestone.updated"
    kind: str = "milestone"
    changes: dict[str, Any] = field(default_factory=dict)
    at: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=SHANGHAI)
    actor_name: str = "宜报"
    label: str = "宜兴市 M18 节能技术改造"


def lines(kind: str, changes: dict[str, Any], **how: Any) -> list[str]:
    found = rules.change_lines(Told(kind=kind, changes=changes), **how)
    return [f"{line.field}：{line.old} → {line.new}" for line in found]


def test_every_action_in_the_code_has_words() -> None:
    written = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        written |= set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', text))
        written |= set(re.findall(r'"(stage\.(?:passed|reopened))"', text))
    short = {
        "milestones/actions/reporting.py": "milestone",
        "milestones/actions/review.py": "milestone",
        "milestones/actions/moves.py": "milestone",
        "milestones/actions/evidence.py": "milestone",
    }
    for name, kind in short.items():
        for verb in re.findall(r'action="([a-z_]+)"', (PACKAGE / name).read_text()):
            written.add(f"{kind}.{verb}")
    for name, kind in {
        **{
            f"briefs/actions/{name}.py": "brief"
            for name in ("drafting", "publishing", "remarks", "readings")
        },
        "briefs/actions/instructions.py": "instruction",
        "milestones/actions/templates.py": "template",
        "contracts/actions/settlements.py": "settlement",
        "contracts/actions/settlement_papers.py": "settlement",
    }.items():
        text = (PACKAGE / name).read_text()
        for verb in re.findall(r'record\(\s*\w+,[^")]*"([a-z_]+)"', text):
            written.add(f"{kind}.{verb}")
    for name, kind in {"entries.py": "target", "projects.py": "project"}.items():
        text = (PACKAGE / "targets" / "actions" / name).read_text()
        for verb in [*re.findall(r'verb="([a-z]+)"', text), "confirmed", "returned"]:
            written.add(f"{kind}.{verb}")
    assert len(written) > 25
    assert {action for action in written if action not in rules.ACTIONS} == set()


@pytest.mark.parametrize("name", [*ENTRY_FIELDS, "files", "status"])
def test_every_field_of_an_entry_has_a_name(name: str) -> None:
    assert rules.field_label("target", name) != "其他内容"


@pytest.mark.parametrize("name", [*Facts.__dataclass_fields__, "city_code", "region_code", "files"])
def test_every_field_of_a_project_has_a_name(name: str) -> None:
    assert rules.field_label("project", name) != "其他内容"


@pytest.mark.parametrize("name", list(TargetLine.__dataclass_fields__)[2:])
def test_every_field_of_a_number_of_the_notice_has_a_name(name: str) -> None:
    assert rules.field_label("quantity", name) != "其他内容"


def test_what_was_left_empty_is_no_change() -> None:
    assert lines("account", {"unit": [None, ""], "active": [None, False]}) == ["账号状态：— → 停用"]


def test_labels_are_those_of_the_domains() -> None:
    assert {status.value: status.label for status in Status} == rules.STATUSES
    assert {stage.value: stage.label() for stage in Stage} == rules.STAGES
    for role in Role:
        assert lines("account", {"role": [None, role.value]}) == [f"角色：— → {role.label}"]
    for kind, words in (
        ("quantity", (*Counting, *Comparison)),
        ("target", Category),
        ("project", (*Institution, *Progress)),
    ):
        for word in words:
            told = lines(kind, {type(word).__name__.lower(): [None, word.value]})
            assert told[0].endswith(f"：— → {word.label}")
    for review in Review:
        assert lines("target", {"status": [None, review.value]}) == [f"状态：— → {review.label}"]
    for one in ProjectKind:
        assert lines("project", {"kind": [None, one.value]}) == [f"类型：— → {one.label}"]
    for settled in SettlementStatus:
        words = [f"状态：— → {settled.label}"]
        assert lines("settlement", {"status": [None, settled.value]}) == words
    for field_name, kinds in (("status", MatterStatus), ("source", Source), ("level", Level)):
        for one in kinds:
            told = lines("supervision", {field_name: [None, one.value]})
            assert told[0].endswith(f"：— → {one.label}")
    for status in BriefStatus:
        assert lines("brief", {"status": [None, status.value]}) == [f"状态：— → {status.label}"]


@pytest.mark.parametrize("name", [*TRACKED, "evidence"])
def test_every_tracked_field_has_a_name(name: str) -> None:
    assert rules.field_label("milestone", name) != "其他内容"


@pytest.mark.parametrize("name", SUPERVISED)
def test_every_tracked_field_of_a_matter_has_a_name(name: str) -> None:
    assert rules.field_label("supervision", name) != "其他内容"


@pytest.mark.parametrize("name", [*SETTLED, "period", "total", "paid", "paid_on", "signed_on"])
def test_every_field_of_a_settlement_has_its_own_name(name: str) -> None:
    assert rules.field_label("settlement", name) == SETTLED.get(
        name, rules.field_label("settlement", name)
    )
    assert rules.field_label("settlement", name) != "其他内容"


@pytest.mark.parametrize("energy", list(Energy))
def test_every_energy_of_a_profile_has_a_name(energy: Energy) -> None:
    assert rules.field_label("profile", energy) == f"{energy.label}（%）"


@pytest.mark.parametrize("name", list(LightPolicy.__dataclass_fields__))
def test_every_threshold_has_a_name(name: str) -> None:
    assert rules.field_label("policy", name) != "其他内容"


def test_values_read_as_people_write_them() -> None:
    assert lines(
        "milestone",
        {
            "status": ["not_started", "in_progress"],
            "percent": [0, 60],
            "forecast": [None, "2026-12-20"],
            "actual": ["2025-12-01", None],
        },
    ) == [
        "状态：未开始 → 进行中",
        "完成比例：0% → 60%",
        "预计完成：— → 12月20日",
        "实际完成：2025年12月1日 → —",
    ]
    assert lines("account", {"active": [True, False]}) == ["账号状态：启用 → 停用"]
    assert lines("region", {"batch_number": [3, 1]}) == ["批次：第3批 → 第1批"]
    assert lines("region", {"floor_area": [None, 1234567]}) == ["建筑面积：— → 1,234,567 平方米"]
    assert lines("account", {"place": ["320200", "320282"]}, names={"320282": "宜兴市"}) == [
        "所属范围：320200 → 宜兴市"
    ]
    assert lines("template", {"M05:due_3": ["2026-08-31", "待定"]}) == [
        "M05 第3批计划完成：8月31日 → 待定"
    ]
    files = [{"id": 1, "name": "验收单.pdf", "digest": "ab"}]
    assert lines("milestone", {"evidence": [None, files]}) == ["佐证材料：— → 验收单.pdf"]


def test_bookkeeping_is_left_out_unless_asked_for() -> None:
    changes = {"decided_at": [None, "2026-11-22T09:30:00+08:00"], "status": [None, "confirmed"]}
    assert lines("milestone", changes) == ["状态：— → 已确认"]
    assert lines("milestone", changes, everything=True)[1] == "审定时间：— → 11月22日 09:30"


def test_what_is_unknown_never_shows_its_code() -> None:
    assert rules.action_label("something.new") == "其他操作"
    assert rules.kind_label("thing") == "其他"
    assert rules.field_label("thing", "colour") == "其他内容"
