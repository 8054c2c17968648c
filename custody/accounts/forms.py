from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from custody.accounts.queries import Spot
from custody.accounts.rules import Level, Role
from custody.web.formkit import Form, Needed


class SignInForm(Form):
    username = StringField("用户名", [Needed("请输入用户名。")])
    password = PasswordField("密码", [Needed("请输入密码。")])


class PasswordForm(Form):
    current = PasswordField("原密码", [Needed("请输入原密码。")])
    password = PasswordField("新密码", [Needed("请输入新密码。"), Length(max=128)])
    again = PasswordField("再次输入新密码", [Needed("请再次输入新密码。")])


class NewAccountForm(Form):
    name = StringField("姓名", [Needed("请填写姓名。"), Length(max=60)])
    username = StringField("用户名", [Needed("请填写用户名。"), Length(max=40)])
    role = SelectField("角色", [Needed("请选择角色。")], validate_choice=False)
    place = SelectField("所属范围", [Needed("请选择所属的省、设区市或县（市、区）。")])
    unit = StringField("单位", [Length(max=100)])
    phone = StringField("联系电话", [Length(max=40)])

    def offer(self, spots: Sequence[Spot]) -> None:
        """What there is to choose from: roles, and places city by city."""
        self.role.choices = {"": "请选择", **{role.value: role.label for role in Role}}
        self.place.choices = [
            SelectChoice("", "请选择"),
            *(
                SelectChoice(code, name, {"data-roles": roles}, group)
                for group, options in grouped(spots).items()
                for code, name, roles in options
            ),
        ]

    def validate_phone(self, field: Field) -> None:
        if field.data and not re.fullmatch(r"[\d\s()（）+\-－、,，转]+", field.data):
            raise ValidationError("联系电话只能包含数字、空格、括号和连接号，请核对。")

    def validate_role(self, field: Field) -> None:
        if field.data and field.data not in set(Role):
            raise ValidationError("没有这个角色，请重新选择。")


class AccountForm(NewAccountForm):
    """An account that is there keeps its user name."""

    version = HiddenField()
    username = None


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Only the token: a button that is pressed on purpose."""


def grouped(spots: Sequence[Spot]) -> dict[str, list[tuple[str, str, str]]]:
    """(code, name, roles it suits) under the name of the city."""
    choices: dict[str, list[tuple[str, str, str]]] = {}
    cities = {spot.code: spot.name for spot in spots if spot.place.level is Level.CITY}
    for city, members in groupby(spots, key=lambda spot: spot.place.city):
        choices[cities.get(city or "", "全省")] = [
            (
                spot.code,
                f"{spot.name}（全市）" if spot.place.level is Level.CITY else spot.name,
                " ".join(spot.roles),
            )
            for spot in members
        ]
    return choices
