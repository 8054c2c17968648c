from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from custody.energy.actions.tables import Factor
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.limits import LIMITS
from custody.web.formkit import Amount, Day, Form, Needed, clean, sensible

_LONG = Length(max=500, message="不超过500个字，请精简。")


class CoefficientForm(Form):
    version = HiddenField()
    energy = SelectField("能源品种", choices={one.value: one.label for one in Energy})
    caliber = SelectField("口径", choices={one.value: one.label for one in Caliber})
    value = Amount(
        "数值", Decimal("0.000001"), 1_000_000, places=6, validators=[Needed("请填写系数的数值。")]
    )
    valid_from = Day("起用日期", validators=[Needed("请填写起用日期。"), sensible])
    source = TextAreaField(
        "来源", [Needed("请写明来源：文件名称、文号、年份。"), _LONG], filters=[clean]
    )
    verified = BooleanField("已与公布的原文核对")

    def factor(self) -> Factor:
        assert self.value.data is not None
        assert self.valid_from.data is not None
        return Factor(
            Energy(self.energy.data),
            Caliber(self.caliber.data),
            self.value.data,
            self.source.data.strip(),
            self.valid_from.data,
            bool(self.verified.data),
        )


class LimitsForm(Form):
    """A field for every threshold there is."""

    version = HiddenField()
    note = StringField("修改依据", [_LONG], filters=[clean])

    def values(self) -> Mapping[str, Decimal]:
        return {name: self[name].data for name in LIMITS}


for _name, _limit in LIMITS.items():
    _field = Amount(
        _limit.label, 0, 10**7, places=4, unit=_limit.unit, validators=[Needed("请填写阈值。")]
    )
    setattr(LimitsForm, _name, _field)


class WeatherForm(Form):
    file = FileField("气温表")
    source = StringField(
        "数据来源",
        [Length(max=200, message="来源不超过200个字，请精简。")],
        filters=[clean],
    )
