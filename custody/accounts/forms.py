from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import Length

from custody.web.formkit import Form, Needed


class SignInForm(Form):
    username = StringField("用户名", [Needed("请输入用户名。")])
    password = PasswordField("密码", [Needed("请输入密码。")])


class PasswordForm(Form):
    current = PasswordField("原密码", [Needed("请输入原密码。")])
    password = PasswordField("新密码", [Needed("请输入新密码。"), Length(max=128)])
    again = PasswordField("再次输入新密码", [Needed("请再次输入新密码。")])
