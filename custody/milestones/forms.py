from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length

from custody.milestones.models import Milestone
from custody.milestones.rules import Report
from custody.web.formkit import Day, Form, clean, sensible, whole

FIELDS = ("percent", "started", "forecast", "actual", "unit", "notes")
"""What a report is made of, in the order of the form."""
DRAFTED = (*FIELDS, "reason")
"""What a draft keeps."""
MAX_NOTES = 4000


class Percent(IntegerField):  # type: ignore[misc]
    """0–100, typed as 60, 60% or ６０; left empty it is 0."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().rstrip("%％").strip() if valuelist else ""
        try:
            self.data: int | None = int(text or "0")
        except ValueError:
            self.data = None
            raise ValueError("完成比例应为0至100之间的整数，请改正。") from None


class ReportForm(Form):
    """A milestone as its officer reports it; saved, submitted and declared not applicable alike."""

    version = HiddenField()
    base = HiddenField()
    """The fields as they were when the page was made: tells who changed what when two people save."""
    percent = Percent("完成比例（%）")
    started = Day("实际开始日期", validators=[sensible])
    forecast = Day("预计完成日期", validators=[sensible])
    actual = Day("实际完成日期", validators=[sensible])
    unit = StringField(
        "责任单位", [Length(max=120, message="责任单位不超过120个字，请精简。")], filters=[clean]
    )
    notes = TextAreaField(
        "进展说明",
        [Length(max=MAX_NOTES, message=f"进展说明不超过{MAX_NOTES}个字，请精简或改为上传附件。")],
        filters=[clean],
    )
    reason = TextAreaField(
        "不适用理由",
        [Length(max=1000, message="不适用理由不超过1000个字，请精简。")],
        filters=[clean],
    )

    @property
    def report(self) -> Report:
        return Report(
            percent=self.percent.data or 0,
            started=self.started.data,
            forecast=self.forecast.data,
            actual=self.actual.data,
            unit=self.unit.data,
            notes=self.notes.data,
        )

    @property
    def typed(self) -> dict[str, str]:
        """Every field as text, right or wrong."""
        return {name: str(self[name]._value()) for name in DRAFTED}

    @property
    def seen(self) -> dict[str, str]:
        """The fields before this person began to type; empty when unknown."""
        try:
            found = json.loads(self.base.data or "")
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: str(found[name]) for name in FIELDS if name in found}

    @property
    def version_seen(self) -> int:
        return whole(self.version.data)


def as_text(milestone: Milestone) -> dict[str, str]:
    """The saved fields as the form would hold them."""
    return {
        "percent": str(milestone.percent),
        **{name: _iso(getattr(milestone, name)) for name in ("started", "forecast", "actual")},
        "unit": clean(milestone.unit),
        "notes": clean(milestone.notes),
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def as_base(milestone: Milestone) -> str:
    return json.dumps(as_text(milestone), ensure_ascii=False, sort_keys=True)


def draft_fields(form: Mapping[str, str]) -> dict[str, Any]:
    """What of a posted form is kept as a draft, whether it makes sense or not."""
    fields = {name: clean(form.get(name, ""))[: MAX_NOTES * 2] for name in DRAFTED}
    return {**fields, "version": form.get("version", "")[:10], "base": form.get("base", "")[:20000]}


def _reason(label: str) -> TextAreaField:
    return TextAreaField(
        label,
        [Length(max=1000, message=f"{label}不超过1000个字，请精简。")],
        filters=[clean],
    )


class ReviewForm(Form):
    """Pass, confirm or return; the reason is for returning."""

    version = HiddenField()
    reason = _reason("退回理由")


class ReopenForm(Form):
    version = HiddenField()
    reason = _reason("退回重报的理由")


class ReplanForm(Form):
    version = HiddenField()
    planned = Day("新的计划完成日期", validators=[sensible])
    reason = _reason("调整理由")
