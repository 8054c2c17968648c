from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length

from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE
from custody.baselines.rules.steps import ANSWERS
from custody.mv.custody_rule import Answer, Change
from custody.web.formkit import Amount, Form, Needed, clean

LONG, SHORT = 1000, 200
CHOICES = {answer.value: words for answer, words in ANSWERS.items()}


def _words(label: str, longest: int = LONG, *more: Any) -> TextAreaField:
    too_long = Length(max=longest, message=f"{label}不超过{longest}字，请精简。")
    return TextAreaField(label, [*more, too_long], filters=[clean])


class BeginForm(Form):
    """The base period and six questions of comparability."""

    key = HiddenField()
    base_until = HiddenField()
    years = HiddenField()
    note = _words("编制说明")

    @property
    def questions(self) -> Iterator[tuple[Change, Field, Field]]:
        for test in Change:
            yield test, self[f"answer_{test.value}"], self[f"words_{test.value}"]

    @property
    def answers(self) -> Mapping[Change, tuple[Answer, str]]:
        return {
            test: (Answer(answer.data), words.data or "") for test, answer, words in self.questions
        }


for _test in Change:
    setattr(
        BeginForm,
        f"answer_{_test.value}",
        RadioField(
            _test.label,
            choices=CHOICES,
            validators=[AnyOf(set(CHOICES), message=f"请回答“{_test.label}”一项。")],
        ),
    )
    setattr(
        BeginForm,
        f"words_{_test.value}",
        StringField(
            f"{_test.label}的情况说明",
            [Length(max=SHORT, message=f"{_test.label}的情况说明不超过{SHORT}字，请精简。")],
            filters=[clean],
        ),
    )


class ChooseForm(Form):
    """One meter's method, and why."""

    version = HiddenField()
    seen = HiddenField()
    """What was chosen when the page was opened."""
    chosen = SelectField(
        "选用方法",
        choices={RULE: "惯例法", REGRESSION: "回归法", QUOTA_ENTERED: "定额法", NOTHING: "不采用"},
    )
    words = StringField(
        "选用理由",
        [
            Needed("请写明选用理由，例如“三年波动在允许范围内”。"),
            Length(max=SHORT, message=f"选用理由不超过{SHORT}字，请精简。"),
        ],
        filters=[clean],
    )


class ChooseAllForm(ChooseForm):
    """A method for an energy at once."""

    energy = SelectField("能源")

    def offer(self, energies: Mapping[str, str]) -> None:
        self.energy.choices = dict(energies)
        self.chosen.choices = {RULE: "惯例法", REGRESSION: "回归法"}


class QuotaForm(Form):
    version = HiddenField()
    seen = HiddenField()
    quota = Amount(
        "年定额", 0, 10**12, places=4, validators=[Needed("请填写年定额，例如 120000。")]
    )
    source = StringField(
        "定额来源",
        [
            Needed("请写明定额的来源（文件名称、文号和条款）。"),
            Length(max=SHORT, message=f"定额来源不超过{SHORT}字，请精简。"),
        ],
        filters=[clean],
    )


class CommentForm(Form):
    key = HiddenField()
    party = StringField(
        "代表单位", [Length(max=100, message="代表单位不超过100字，请精简。")], filters=[clean]
    )
    words = _words("意见", LONG, Needed("请填写意见内容。"))


class ReturnForm(Form):
    version = HiddenField()
    reason = _words("退回理由", LONG, Needed("请写明退回理由，便于地区修改。"))
