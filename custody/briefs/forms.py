from __future__ import annotations

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length

from custody.briefs import rules
from custody.briefs.rules import MOST_WORDS
from custody.web.formkit import Day, Form, Needed, Whole, sensible


class StartForm(Form):
    form = RadioField(
        "样式",
        [AnyOf(list(rules.Form), "请选择简报的样式。")],
        choices={
            rules.Form.BRIEF.value: "工作简报（含图表和地区一览表）",
            rules.Form.PAGE.value: "领导一页纸（A4 一面）",
        },
        default=rules.Form.BRIEF.value,
        validate_choice=False,
    )
    scope = SelectField("范围", [Needed("请选择简报的范围。")], validate_choice=False)
    period = SelectField("统计期", validate_choice=False)
    as_of = Day("截至日期", validators=[sensible])


class MastheadForm(Form):
    title = StringField("标题", [Length(max=120, message="标题不超过120个字。")])
    as_of = Day("截至日期", validators=[Needed("请填写截至日期。")])
    day = Day("成文日期", validators=[Needed("请填写成文日期。"), sensible])
    issuer = StringField("编发单位", [Needed("请填写编发单位。"), Length(max=60)])
    issue = Whole("期号", 1, 9999)
    total = Whole("总期号", 1, 99999)
    salutation = StringField("主送", [Length(max=200)])
    copies = TextAreaField("报送发", [Length(max=2000)])
    editor = StringField("联系人", [Length(max=60)])
    phone = StringField("联系电话", [Length(max=40)])
    ranked = BooleanField("各地区按进度高低排列")


class PublishForm(Form):
    issue = Whole("期号", 1, 9999)
    total = Whole("总期号", 1, 99999)
    mailed = BooleanField("同时把 PDF 发到订阅者的邮箱")


class ReasonForm(Form):
    """Of a return, a correction, a 批示 opened again."""

    reason = TextAreaField("原因")


class RemarkForm(Form):
    text = TextAreaField("意见", [Length(max=MOST_WORDS, message="意见不超过500个字，请精简。")])


class InstructForm(Form):
    leader = StringField("批示领导", [Needed("请填写批示领导。"), Length(max=40)])
    given_on = Day("批示日期", validators=[Needed("请填写批示日期。"), sensible])
    text = TextAreaField("批示内容", [Needed("请填写批示内容。")])
    place = SelectField("涉及地区", validate_choice=False)
    due = Day("办理期限", validators=[sensible])


class AnswerForm(Form):
    answer = TextAreaField("办理结果")


class ListForm(Form):
    """The filters of the list; in the address, so without a token."""

    class Meta(Form.Meta):
        csrf = False

    since = Day("截至日期自")
    until = Day("至")


class EditionForm(Form):
    period = SelectField("期间", validate_choice=False)
