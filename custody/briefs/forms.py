from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from custody.web.formkit import Day, Form, Needed, Whole


class StartForm(Form):
    scope = SelectField("范围", [Needed("请选择简报的范围。")], validate_choice=False)
    as_of = Day("截至日期", validators=[Needed("请填写截至日期。")])


class MastheadForm(Form):
    title = StringField("标题", [Length(max=120, message="标题不超过120个字。")])
    as_of = Day("截至日期", validators=[Needed("请填写截至日期。")])
    day = Day("成文日期", validators=[Needed("请填写成文日期。")])
    issuer = StringField("编发单位", [Needed("请填写编发单位。"), Length(max=60)])
    issue = Whole("期号", 1, 9999)
    total = Whole("总期号", 1, 99999)
    salutation = StringField("主送", [Length(max=200)])
    copies = TextAreaField("报送发", [Length(max=2000)])
    editor = StringField("联系人", [Length(max=60)])
    phone = StringField("联系电话", [Length(max=40)])


class EditionForm(Form):
    period = SelectField("期间", validate_choice=False)
