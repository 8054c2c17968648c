from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from custody.web.formkit import Form, clean


class YearForm(Form):
    """The days of one year: pasted, or in a file."""

    mark = HiddenField()
    rows = TextAreaField("放假和调休安排", [Length(max=20_000)], filters=[clean])
    file = FileField("或上传表格")
    source = StringField("依据", [Length(max=200)])
