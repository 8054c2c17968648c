from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from custody.contracts.actions.orders import Wanted
from custody.web.formkit import Day, Form, Needed, clean, sensible


class OpenForm(Form):
    """A new contract begins with a name; the rest is filled in page by page."""

    key = HiddenField()
    name = StringField(
        "合同名称",
        [
            Needed("请填写合同名称。"),
            Length(max=200, message="合同名称不超过200个字，请精简。"),
        ],
        filters=[clean],
    )


class OrderForm(Form):
    key = HiddenField()
    version = HiddenField()
    subject = SelectField("变更事项", [Needed("请选择变更事项。")], validate_choice=False)
    new = TextAreaField(
        "变更后",
        [
            Needed("请填写变更后的内容。"),
            Length(max=1000, message="变更后的内容不超过1000个字，请精简。"),
        ],
        filters=[clean],
    )
    effective_on = Day("生效日期", validators=[Needed("请填写生效日期。"), sensible])
    reason = TextAreaField(
        "变更原因和依据",
        [
            Needed("请写明变更的原因和依据。"),
            Length(max=2000, message="变更原因不超过2000个字，请精简。"),
        ],
        filters=[clean],
    )

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            subject=str(self.subject.data or ""),
            new=str(self.new.data or "").strip(),
            reason=str(self.reason.data or "").strip(),
            effective_on=self.effective_on.data,
        )


class SignOrderForm(Form):
    version = HiddenField()
    signed_on = Day("双方签署日期", validators=[Needed("请填写双方签署的日期。"), sensible])


class TerminateForm(Form):
    version = HiddenField()
    terminated_on = Day("解除日期", validators=[Needed("请填写解除日期。"), sensible])
    reason = TextAreaField(
        "解除原因和依据",
        [
            Needed("请写明解除的原因和依据。"),
            Length(max=2000, message="解除原因不超过2000个字，请精简。"),
        ],
        filters=[clean],
    )


class CompanyForm(Form):
    version = HiddenField()
    name = StringField(
        "公司名称",
        [Needed("请填写公司名称。"), Length(max=100, message="公司名称不超过100个字，请精简。")],
        filters=[clean],
    )
    contact = StringField(
        "联系人", [Length(max=60, message="联系人不超过60个字，请精简。")], filters=[clean]
    )
    phone = StringField(
        "联系电话", [Length(max=40, message="联系电话不超过40个字，请精简。")], filters=[clean]
    )

    def values(self) -> dict[str, str]:
        return {name: str(self[name].data or "").strip() for name in ("name", "contact", "phone")}
