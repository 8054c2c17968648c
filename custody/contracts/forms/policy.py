from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import Length

from custody.contracts.rules.policy import FIELDS, ContractPolicy
from custody.web.formkit import Form, Needed, Whole, clean

_SHORT = Length(max=60, message="出处不超过60个字，请精简。")


class PolicyForm(Form):
    version = HiddenField()
    term_from = Whole("托管期限下限（年）", 1, 40, validators=[Needed("请填写年数。")])
    term_until = Whole("托管期限上限（年）", 1, 40, validators=[Needed("请填写年数。")])
    term_source = StringField("期限的出处", [Needed("请写明出处。"), _SHORT], filters=[clean])
    filing_days = Whole("备案期限（天）", 1, 365, validators=[Needed("请填写天数。")])
    filing_source = StringField("备案期限的出处", [Needed("请写明出处。"), _SHORT], filters=[clean])
    due_days = Whole("付款提醒提前天数", 1, 365, validators=[Needed("请填写天数。")])

    def policy(self) -> ContractPolicy:
        return ContractPolicy(**{name: self[name].data for name in FIELDS})
