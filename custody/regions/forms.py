from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from wtforms import (
    BooleanField,
    Field,
    FloatField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, ValidationError

from custody.audit.rules import STAGES
from custody.regions.rules import Comparison, Counting
from custody.web.formkit import Amount, Day, Form, Needed, Whole


class Prose(TextAreaField):  # type: ignore[misc]
    """Text of several lines; browsers send \\r\\n, we keep \\n."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].replace("\r\n", "\n") if valuelist else ""


class Degrees(FloatField):  # type: ignore[misc]
    """A longitude or latitude. Empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data: float | None = None
        if not text:
            return
        try:
            self.data = float(text)
        except ValueError:
            self.data = None
        if self.data is None or not -180 <= self.data <= 180:
            self.data = None
            raise ValueError(f"{self.label.text}应为度数，如 119.823，请改正。")


def _batch_or_none(value: object) -> int | None:
    return int(str(value)) if value not in (None, "", "None") else None


class RowForm(Form):
    """A form whose fields are the columns of one row; `hints` and `wide` say how it looks."""

    hints: ClassVar[Mapping[str, str]] = {}
    wide: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[frozenset[str]] = frozenset()
    not_columns: ClassVar[frozenset[str]] = frozenset({"csrf_token", "version", "understood"})

    version = HiddenField()

    @property
    def columns(self) -> list[Field]:
        return [field for field in self if field.name not in self.not_columns]

    def values(self) -> dict[str, object]:
        """What was typed, by column; texts without the spaces around them."""
        return {
            field.name: field.data.strip() if isinstance(field.data, str) else field.data
            for field in self.columns
        }

    @property
    def seen(self) -> int:
        """The version the person had before them."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() else 0


class ProvinceForm(RowForm):
    name = StringField("名称", [Needed("请填写省份名称。"), Length(max=40)])
    short_name = StringField("简称", [Needed("请填写简称。"), Length(max=20)])
    lead = StringField("省级牵头单位", [Needed("请填写省级牵头单位。"), Length(max=60)])
    hints: ClassVar[Mapping[str, str]] = {"lead": "用于简报编发单位和页面说明。"}
    wide: ClassVar[frozenset[str]] = frozenset({"lead"})


class NoticeForm(RowForm):
    title = StringField("文件名称", [Needed("请填写文件名称。"), Length(max=200)])
    programme = StringField("工作名称", [Needed("请填写工作名称。"), Length(max=100)])
    issued = StringField("印发时间", [Needed("请填写印发时间。"), Length(max=40)])
    issuers = Prose("发文单位", [Needed("请填写发文单位。")])
    hints: ClassVar[Mapping[str, str]] = {
        "issued": "按文件的写法，如“2026年3月”。",
        "issuers": "每行一个单位。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"title", "issuers"})


class BatchForm(RowForm):
    name = StringField("名称", [Needed("请填写批次名称。"), Length(max=60)])
    short_name = StringField("简称", [Needed("请填写简称。"), Length(max=20)])
    goal = StringField("年度目标", [Needed("请填写年度目标。"), Length(max=200)])
    deadline = Day("期限", validators=[Needed("请填写期限。")])
    gate = StringField("对应关口", [Needed("请填写关口编码。"), Length(max=12)])
    entry_stage = SelectField("起始阶段", choices=dict(STAGES))
    pilot = BooleanField("试点批次")
    hints: ClassVar[Mapping[str, str]] = {
        "gate": "该关口确认即完成年度目标；须与里程碑模板中的关口编码一致，如 G-C。",
        "entry_stage": "只影响以后新增的地区，已开展工作的地区不变。",
        "pilot": "非试点批次的第四阶段称为“托管运行”。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"goal"})


class TaskForm(RowForm):
    title = Prose("任务内容", [Needed("请填写任务内容。")])
    deadline = Day("期限", validators=[Needed("请填写期限。")])
    deadline_words = StringField("期限表述", [Needed("请填写期限表述。"), Length(max=40)])
    departments = Prose("责任单位", [Needed("请填写责任单位。")])
    reporters = StringField("填报单位", [Length(max=200)])
    hints: ClassVar[Mapping[str, str]] = {
        "deadline_words": "按文件的写法，如“12月底前”。",
        "reporters": "除省级外可以填报进展的单位：设区市、县（市、区）或行政区划代码，用逗号“，”分隔。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"title", "departments", "reporters"})
    optional: ClassVar[frozenset[str]] = frozenset({"reporters"})


class TargetForm(RowForm):
    name = StringField("目标名称", [Needed("请填写目标名称。"), Length(max=100)])
    quantity = Amount(
        "目标数量", low=Decimal("0.0001"), places=4, validators=[Needed("请填写目标数量。")]
    )
    unit = StringField("计量单位", [Needed("请填写计量单位。"), Length(max=20)])
    comparison = SelectField(
        "比较方式", choices={one.value: one.label for one in Comparison}, coerce=Comparison
    )
    counting = SelectField(
        "统计方式", choices={one.value: one.label for one in Counting}, coerce=Counting
    )
    batch_number = SelectField("批次", coerce=_batch_or_none)
    basis = StringField("依据", [Needed("请填写依据。"), Length(max=200)])
    hints: ClassVar[Mapping[str, str]] = {
        "basis": "文件中的出处，如“附件1第8项”。",
        "counting": "决定完成数从哪里来；改变后完成数随即按新的方式统计。",
        "batch_number": "按关口统计时，统计该批地区通过对应关口的个数。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"name", "basis"})


class CityForm(RowForm):
    name = StringField("名称", [Needed("请填写名称。"), Length(max=40)])
    short_name = StringField("简称", [Needed("请填写简称。"), Length(max=20)])
    column = Whole("方位图列", 0, 40, validators=[Needed("请填写方位图列。")])
    row = Whole("方位图行", 0, 40, validators=[Needed("请填写方位图行。")])
    hints: ClassVar[Mapping[str, str]] = {
        "column": "自西向东，从0起。",
        "row": "自北向南，从0起。",
    }


class RegionForm(RowForm):
    name = StringField("名称", [Needed("请填写名称。"), Length(max=60)])
    short_name = StringField("简称", [Needed("请填写简称。"), Length(max=40)])
    level = StringField("行政区划类型", [Needed("请填写类型。"), Length(max=20)])
    city_code = SelectField("所属设区市", [Needed("请选择所属设区市。")])
    batch_number = SelectField("批次", [Needed("请选择批次。")], coerce=int)
    seq = Whole("序号", 1, 99999, validators=[Needed("请填写序号。")])
    lon = Degrees("经度")
    lat = Degrees("纬度")
    note = Prose("备注")
    understood = BooleanField("已了解调整批次的影响")
    hints: ClassVar[Mapping[str, str]] = {
        "short_name": "用于方位图和窄表。",
        "level": "如市辖区、县级市、县、开发区。",
        "seq": "在通知名单中的次序。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"note"})
    optional: ClassVar[frozenset[str]] = frozenset({"lon", "lat", "note"})


class ProfileForm(RowForm):
    lead_unit = StringField("牵头单位", [Length(max=100)])
    contact = StringField("联系人", [Length(max=60)])
    phone = StringField("联系电话", [Length(max=40)])
    institutions = Whole("纳入托管的公共机构（家）", 0, 100_000)
    floor_area = Whole("建筑面积（平方米）", 0, 10**9)
    note = Prose("备注", [Length(max=2000)])
    hints: ClassVar[Mapping[str, str]] = {
        "floor_area": "不含住宅区和宿舍。",
        "phone": "工作电话，供省、市联系时使用。",
    }
    wide: ClassVar[frozenset[str]] = frozenset({"lead_unit", "note"})
    optional: ClassVar[frozenset[str]] = frozenset(
        {"lead_unit", "contact", "phone", "institutions", "floor_area", "note"}
    )

    def validate_phone(self, field: Field) -> None:
        if field.data and not re.fullmatch(r"[\d\s()（）+\-－、,，转]+", field.data):
            raise ValidationError("联系电话只能包含数字、空格、括号和连接号，请核对。")
