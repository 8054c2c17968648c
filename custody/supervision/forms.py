from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from custody.supervision.models import Matter
from custody.supervision.rules import LEVELS, Level, Source, Wording
from custody.web.formkit import Day, Difference, Form, Needed, Whole, clean, sensible, whole

MAX_WORDS = 4000


def _prose(label: str, longest: int = MAX_WORDS) -> TextAreaField:
    return TextAreaField(
        label,
        [Length(max=longest, message=f"{label}不超过{longest}个字，请精简。")],
        filters=[clean],
    )


def _line(label: str, longest: int) -> StringField:
    return StringField(
        label,
        [Length(max=longest, message=f"{label}不超过{longest}个字，请精简。")],
        filters=[clean],
    )


class WordingForm(Form):
    """The words of an order."""

    version = HiddenField()
    base = HiddenField()
    """The words before this person began to type."""
    title = _line("标题", 120)
    unit = _line("责任单位", 120)
    level = SelectField("督办级别", choices={one.value: one.meaning for one in reversed(LEVELS)})
    due = Day("反馈期限", validators=[sensible])
    what = _prose("存在问题")
    requirement = _prose("整改要求")
    basis = _prose("督办依据", 1000)

    @property
    def seen(self) -> int:
        return whole(self.version.data)

    def adopt(self, stored: Mapping[str, Any]) -> list[Difference]:
        """Go on upon what somebody else saved meanwhile: fields left alone take it over; what this
        person changed stays and is listed."""
        seen = self._seen()
        for name, value in stored.items():
            if name in seen and name in self and _plain(self[name].data) == seen[name]:
                self[name].process_data(value)
        found = self.differences({name: stored[name] for name in stored if name != "version"})
        self.version.data, self.base.data = stored["version"], as_base(stored)
        return found

    def _seen(self) -> dict[str, str]:
        """Empty when unknown: then everything typed counts as changed."""
        try:
            found = json.loads(self.base.data or "")
        except ValueError:
            return {}
        return (
            {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}
        )

    @property
    def wording(self) -> Wording:
        return Wording(
            title=self.title.data.strip(),
            unit=self.unit.data.strip(),
            level=Level(self.level.data),
            due=self.due.data,
            what=self.what.data.strip(),
            requirement=self.requirement.data.strip(),
            basis=self.basis.data.strip() if self.basis else "",
        )


class OrderForm(WordingForm):
    """A 督办单 that no light asks for."""

    region = SelectField("督办地区", validators=[Needed("请选择督办地区。")])


class ProblemForm(WordingForm):
    level = SelectField("程度", choices={"yellow": "一般", "red": "严重", "blue": "轻微"})
    due = Day("整改期限", validators=[sensible])
    title = _line("问题", 120)
    what = _prose("具体情况")
    source = SelectField(
        "问题来源", choices={one.value: one.label for one in Source if one != "light"}
    )
    milestone = SelectField("相关里程碑")
    basis = None


def as_stored(matter: Matter) -> dict[str, Any]:
    """The saved words as the form would hold them."""
    return {
        "version": str(matter.version),
        "title": matter.title,
        "unit": matter.unit,
        "level": matter.level.value,
        "due": matter.due,
        "what": matter.what,
        "requirement": matter.requirement,
        "basis": matter.basis,
        "source": matter.source.value,
        "milestone": matter.milestone_code,
    }


def as_base(stored: Mapping[str, Any]) -> str:
    fields = {name: _plain(value) for name, value in stored.items() if name != "version"}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else clean(str(value or "")).strip()


DRAFTED = ("notes", "forecast")
"""What a draft of an answer keeps. The names are those of a milestone's report, so that the same
script keeps both."""


class AnswerForm(Form):
    version = HiddenField()
    base = HiddenField()
    """How many answers there were: what a browser kept for an answer that was sent is dropped."""
    notes = _prose("整改措施及进展")
    forecast = Day("新的完成时限", validators=[sensible])
    move = BooleanField("同时作为该里程碑的预计完成日期")

    @property
    def version_seen(self) -> int:
        return whole(self.version.data)


def draft_fields(form: Mapping[str, str]) -> dict[str, str]:
    """What of a posted answer is kept, whether it makes sense or not."""
    return {name: clean(form.get(name, ""))[: MAX_WORDS * 2] for name in DRAFTED}


class DecideForm(Form):
    version = HiddenField()
    reason = _prose("退回理由", 1000)


class ReopenForm(Form):
    version = HiddenField()
    reason = _prose("重新打开的理由", 1000)


class SettingsForm(Form):
    version = HiddenField()
    prefix = StringField(
        "编号前缀",
        [Needed("请填写编号前缀，如“督办”。"), Length(max=20, message="编号前缀不超过20个字。")],
        filters=[clean],
    )
    basis = _prose("督办依据", 1000)
    requirement = _prose("整改要求")
    days_red = Whole("红色督办", 1, 60, validators=[Needed("请填写工作日数。")])
    days_yellow = Whole("黄色督办", 1, 60, validators=[Needed("请填写工作日数。")])
    days_blue = Whole("蓝色督办", 1, 60, validators=[Needed("请填写工作日数。")])

    @property
    def seen(self) -> int:
        return whole(self.version.data)

    def values(self) -> dict[str, object]:
        return {
            "prefix": self.prefix.data.strip(),
            "basis": self.basis.data.strip(),
            "requirement": self.requirement.data.strip(),
            "days_blue": self.days_blue.data,
            "days_yellow": self.days_yellow.data,
            "days_red": self.days_red.data,
        }
