from __future__ import annotations

import re
import unicodedata

from wtforms import Field, StringField
from wtforms.validators import Length, ValidationError

from custody.web.formkit import Form, Needed

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


def _plain(text: str | None) -> str:
    """Full-width signs and spaces slip in where Chinese is typed."""
    return unicodedata.normalize("NFKC", text or "").strip()


class AddressForm(Form):
    address = StringField(
        "邮箱地址", [Needed("请填写邮箱地址。"), Length(max=200)], filters=[_plain]
    )

    def validate_address(self, field: Field) -> None:
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError("邮箱地址不完整，请写成 name@example.gov.cn 的样式。")


class CodeForm(Form):
    code = StringField("验证码", [Needed("请填写邮件中的6位验证码。")], filters=[_plain])

    def validate_code(self, field: Field) -> None:
        if field.data and not re.fullmatch(r"\d{6}", field.data):
            raise ValidationError("验证码是6位数字，请按邮件中的填写。")
