from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from custody.kernel import credit_code
from custody.targets.rules.entries import Told
from custody.targets.rules.projects import (
    SAVING_UNITS,
    Facts,
    Institution,
    Progress,
    ProjectKind,
)
from custody.targets.rules.retrofits import Category
from custody.web.formkit import Amount, Day, Form, Needed, Whole, clean, sensible, whole

HINT_FILES = "可一次选择多个文件，单个不超过50 MB。"


class Words(TextAreaField):  # type: ignore[misc]
    """Text of several lines."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""


class Number(Amount):
    """As many decimals as it has: 92000, not 92000.0000."""

    def _value(self) -> str:
        shown = str(super()._value())
        return shown.rstrip("0").rstrip(".") if self.data is not None and "." in shown else shown


class Sent(HiddenField):  # type: ignore[misc]
    """Only what the page sent back, never the row's own value: what is left out is not there."""

    def process_data(self, _value: object) -> None:
        self.data = ""


class TicketForm(Form):
    """A form that makes something new: sent twice, it makes one thing."""

    hints: ClassVar[Mapping[str, str]] = {}
    wide: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[frozenset[str]] = frozenset()
    hidden: ClassVar[frozenset[str]] = frozenset({"csrf_token", "ticket", "version"})

    ticket = Sent()
    version = Sent()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted() or not 8 <= len(self.ticket.data or "") <= 40:
            self.ticket.data = secrets.token_urlsafe(16)

    @property
    def columns(self) -> list[Any]:
        return [field for field in self if field.name not in self.hidden]

    @property
    def seen(self) -> int:
        """The version the person had before them."""
        return whole(self.version.data)

    @property
    def uploads(self) -> list[Any]:
        return [one for one in self.files.data or [] if getattr(one, "filename", "")]


def _day(form: Any) -> date:
    """Of a form that was found to have one."""
    found: date = form.happened_on.data
    return found


class EntryForm(TicketForm):
    happened_on = Day("日期", validators=[Needed("请填写日期。"), sensible])
    percent = Whole("任务完成比例（%）", 0, 100)
    words = Words("进展情况", [Needed("请填写进展情况。"), Length(max=2000)])
    files = MultipleFileField("佐证材料")
    hints: ClassVar[Mapping[str, str]] = {
        "percent": "整项任务的完成比例，不填表示不作评价。",
        "words": "做了什么、取得什么结果、下一步怎么办。",
        "files": HINT_FILES,
    }
    wide: ClassVar[frozenset[str]] = frozenset({"words", "files"})
    optional: ClassVar[frozenset[str]] = frozenset({"percent", "files"})

    @property
    def told(self) -> Told:
        return Told(_day(self), self.words.data.strip(), self.percent.data)


class QuantityForm(EntryForm):
    quantity = Number(
        "完成数量", low=Decimal("0.0001"), places=4, validators=[Needed("请填写完成数量。")]
    )
    optional: ClassVar[frozenset[str]] = frozenset({"percent"})

    @property
    def told(self) -> Told:
        return Told(
            _day(self),
            self.words.data.strip(),
            self.percent.data,
            quantity=self.quantity.data,
        )


class AreaForm(TicketForm):
    building = StringField("单位和建筑", [Needed("请填写单位和建筑名称。"), Length(max=120)])
    quantity = Number(
        "改造面积（平方米）",
        low=1,
        high=10_000_000,
        places=4,
        unit="平方米",
        validators=[Needed("请填写改造面积。")],
    )
    category = SelectField(
        "改造类别", choices={one.value: one.label for one in Category}, coerce=Category
    )
    happened_on = Day("完工日期", validators=[Needed("请填写完工日期。"), sensible])
    link = SelectField("关联", choices={"": "不关联"})
    distinct = StringField("区别说明", [Length(max=200)])
    words = Words("说明", [Length(max=2000)])
    files = MultipleFileField("佐证材料")
    hints: ClassVar[Mapping[str, str]] = {
        "building": "写明单位全称和楼宇，例如“某某市人民医院门诊楼”。",
        "link": "与托管合同的改造措施或其他单位的填报是同一项目时选择，面积只计一次。",
        "distinct": "与已有项目名称、面积相近但不是同一项目时填写。",
        "files": "竣工验收单、合同、现场照片等；" + HINT_FILES,
    }
    wide: ClassVar[frozenset[str]] = frozenset({"link", "building", "distinct", "words", "files"})
    optional: ClassVar[frozenset[str]] = frozenset({"link", "distinct", "words"})

    @property
    def told(self) -> Told:
        return Told(
            _day(self),
            self.words.data.strip(),
            quantity=self.quantity.data,
            building=self.building.data.strip(),
            category=self.category.data,
            link=self.link.data or "",
            distinct=self.distinct.data.strip(),
        )


class ProjectForm(TicketForm):
    name = StringField("项目名称", [Needed("请填写项目名称。"), Length(max=120)])
    unit = StringField("用能单位", [Needed("请填写用能单位。"), Length(max=100)])
    credit_code = StringField("统一社会信用代码", [Length(max=40)])
    place = SelectField("所在地", [Needed("请选择所在地。")])
    kind = SelectField(
        "类型", choices={one.value: one.label for one in ProjectKind}, coerce=ProjectKind
    )
    institution = SelectField(
        "单位类别", choices={one.value: one.label for one in Institution}, coerce=Institution
    )
    progress = SelectField(
        "状态", choices={one.value: one.label for one in Progress}, coerce=Progress
    )
    signing_planned = Day("计划签约日期", validators=[sensible])
    signed_on = Day("合同签订日期", validators=[sensible])
    completion_planned = Day("计划完工日期", validators=[sensible])
    amount = Number("合同金额（元）", high=10**12, places=2, unit="元")
    area = Number("涉及面积（平方米）", high=10**9, places=2, unit="平方米")
    saving = Number("预计年节约量", high=10**12, places=4)
    saving_unit = SelectField(
        "节约量单位", choices={"": "请选择"} | {unit: unit for unit in SAVING_UNITS}
    )
    note = Words("备注", [Length(max=2000)])
    files = MultipleFileField("佐证材料")
    hints: ClassVar[Mapping[str, str]] = {
        "credit_code": "18位；不清楚的可以留空。",
        "signing_planned": "洽谈中的项目填写，用于推算。",
        "signed_on": "年度新增项目以此日期为准。",
        "files": "已签约的须附合同等；" + HINT_FILES,
    }
    wide: ClassVar[frozenset[str]] = frozenset({"name", "note", "files"})
    optional: ClassVar[frozenset[str]] = frozenset(
        {
            "credit_code",
            "signing_planned",
            "signed_on",
            "completion_planned",
            "amount",
            "area",
            "saving",
            "saving_unit",
            "note",
            "files",
        }
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            name=self.name.data.strip(),
            unit=self.unit.data.strip(),
            credit_code=credit_code.normal(self.credit_code.data or ""),
            kind=self.kind.data,
            institution=self.institution.data,
            progress=self.progress.data,
            signing_planned=self.signing_planned.data,
            signed_on=self.signed_on.data,
            completion_planned=self.completion_planned.data,
            amount=self.amount.data,
            area=self.area.data,
            saving=self.saving.data,
            saving_unit=self.saving_unit.data if self.saving.data is not None else "",
            note=self.note.data.strip(),
        )
