from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from custody.milestones.rules import (
    LONGEST,
    STAGES,
    Item,
    LightPolicy,
    Stage,
    read_after,
)
from custody.regions.models import Batch
from custody.web.formkit import Day, Form, Needed, Whole, whole

PHASES = (
    "前期评估",
    "组织采购",
    "合同签订",
    "组织实施",
    "项目调整",
    "效果评估",
    "资产管理",
    "费用结算",
)
"""The eight chapters of JS/T 301-2024《公共机构能源费用托管实施规程》."""


class ActForm(Form):
    """A button: the token and the version the person had before them."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        return whole(self.version.data)


class PublishForm(ActForm):
    note = TextAreaField("本版变化", [Length(max=1000)])


class ItemForm(ActForm):
    code = StringField("编码", [Needed("请填写编码。"), Length(max=12)])
    name = StringField("名称", [Needed("请填写里程碑名称。"), Length(max=80)])
    phase = SelectField("工作环节", choices=list(PHASES))
    stage = SelectField("所属阶段", choices={stage.value: stage.label() for stage in STAGES[:-1]})
    owner = StringField("责任单位", [Needed("请填写责任单位。"), Length(max=120)])
    evidence = TextAreaField("佐证材料要求", [Needed("请写明需要上传哪些材料。")])
    after = StringField("前置里程碑", [Length(max=200)])
    weight = Whole("权重", 0, 100, validators=[Needed("请填写权重。")])
    days_low = Whole("最短工期（天）", 1, LONGEST)
    days_likely = Whole("最可能工期（天）", 1, LONGEST)
    days_high = Whole("最长工期（天）", 1, LONGEST)
    gate = BooleanField("关口：确认后所属阶段即告通过")
    required = BooleanField("必做：计入关口；不勾选则为视情开展")
    behind = SelectField("排列位置", validate_choice=False)

    def validate_code(self, field: Field) -> None:
        text = (field.data or "").strip()
        if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,11}", text):
            raise ValidationError("编码须以字母开头，由字母、数字和横线组成，如 M25 或 G-D。")

    def offer(self, items: Sequence[Item], own: str) -> None:
        """Where the item can stand: first, or behind one of the others."""
        self.behind.choices = {"": "排在最前"} | {
            item.code: f"排在 {item.code} {item.name} 之后" for item in items if item.code != own
        }

    def item(self, code: str, known: Sequence[str], batches: Sequence[Batch], order: int) -> Item:
        """What was typed. Predecessors may be parted by spaces or commas, in small letters too."""
        spelled = {each.upper(): each for each in known}
        words = re.split(r"[\s、，,；;]+", re.sub(r"\s*[+＋]\s*", "+", self.after.data.strip()))
        after, lags = read_after(word for word in words if word)
        own = {each: spelled.get(each.upper(), each) for each in after}
        return Item(
            code=code,
            name=self.name.data.strip(),
            phase=self.phase.data,
            stage=Stage(self.stage.data),
            evidence=self.evidence.data.replace("\r\n", "\n").strip(),
            owner=self.owner.data.strip(),
            after=tuple(dict.fromkeys(own.values())),
            weight=self.weight.data or 0,
            gate=self.gate.data,
            required=self.required.data,
            order=order,
            due=self._due(batches),
            lags={own[each]: days for each, days in lags.items()},
            days_low=self.days_low.data,
            days_likely=self.days_likely.data,
            days_high=self.days_high.data,
        )

    def _due(self, batches: Sequence[Batch]) -> dict[int, date | None]:
        return {
            batch.number: self[f"due_{batch.number}"].data
            for batch in batches
            if self[f"starts_{batch.number}"].data
        }


def item_form(batches: Sequence[Batch]) -> type[ItemForm]:
    """The form with a due date for every batch; a batch that does not start here has none."""
    fields: dict[str, Any] = {}
    for batch in batches:
        fields[f"starts_{batch.number}"] = BooleanField("该批次直接开展此项")
        fields[f"due_{batch.number}"] = Day("计划完成日期")
    return type("ItemFormOfBatches", (ItemForm,), fields)


def stored(item: Item, batches: Sequence[Batch], behind: str) -> Mapping[str, object]:
    """The item as the form's values."""
    values: dict[str, object] = {
        "code": item.code,
        "name": item.name,
        "phase": item.phase,
        "stage": item.stage.value,
        "owner": item.owner,
        "evidence": item.evidence,
        "after": item.rests_on,
        "weight": item.weight,
        "days_low": item.days_low,
        "days_likely": item.days_likely,
        "days_high": item.days_high,
        "gate": item.gate,
        "required": item.required,
        "behind": behind,
    }
    for batch in batches:
        values[f"starts_{batch.number}"] = batch.number in item.due
        values[f"due_{batch.number}"] = item.due.get(batch.number)
    return values


class PolicyForm(ActForm):
    near_days = Whole("临期提醒天数", 0, 365, validators=[Needed("请填写天数。")])
    late_days = Whole("逾期转红天数", 0, 365, validators=[Needed("请填写天数。")])
    lag_yellow = Whole("黄灯落后百分点", 0, 100, validators=[Needed("请填写百分点。")])
    lag_red = Whole("红灯落后百分点", 0, 100, validators=[Needed("请填写百分点。")])
    stale_days = Whole("久未更新天数", 1, 365, validators=[Needed("请填写天数。")])
    review_working_days = Whole("审核超时工作日", 0, 60, validators=[Needed("请填写工作日数。")])

    def policy(self) -> LightPolicy:
        names = LightPolicy.__dataclass_fields__
        return LightPolicy(**{name: self[name].data or 0 for name in names})
