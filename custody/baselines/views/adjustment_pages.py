"""What the pages of non-routine adjustments share: the blueprint, what one stands on, its own page."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to
from custody.baselines.adjusted import ADJUSTMENT, Adjusted, adjusted_of, bases_of, get_adjustment
from custody.baselines.forms.adjustments import AdjustmentForm, ReturnForm, WithdrawForm
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.queries import adopted_of, line_of_meter, names_of, year_of
from custody.baselines.rules import adjusting, spreading
from custody.baselines.rules.adjusting import ASKS, SLOTS
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.roster import get_institution
from custody.infra import clock
from custody.infra.uploads import ACCEPTED, MAX_FILE
from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv.adjust import Driver
from custody.regions.models import Region
from custody.web import kept
from custody.web.database import session
from custody.web.downloads import SHOWN
from custody.web.formkit import Difference

blueprint = Blueprint("adjustments", __name__, url_prefix="/baselines")
kept.call(
    blueprint,
    "非常规调整",
    {
        "new": "保存草稿",
        "edit": "保存修改",
        "attach": "上传材料",
        "remove": "移除材料",
        "sign": "登记双方已签认",
        "send_back": "退回",
        "withdraw": "撤回",
    },
    "adjustments.show",
)
Page = str | Response | tuple[str, int]
ONE = "/adjustments/<int:number>"
MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，这项调整有了变化，本次操作没有生效；请查看最新内容后再办理。",
)

CLOSED = Problem("closed", "这项调整现在不能由您退回，请查看最新内容后再办理。")


def effect_of(one: Adjusted) -> str:
    driver = Driver(one.row.driver)
    price = spreading.repriced_by(one.row)
    return adjusting.effect_words(driver, one.row.quantity, one.meter.energy.unit, price)


@dataclass(frozen=True, slots=True)
class About:
    """What an adjustment stands on."""

    region: Region
    meter: Meter
    institution: Institution
    baseline: Baseline | None
    line: Line | None
    bases: list[spreading.Base]
    """Of the institution's meters of the energy, where it is about all of them."""

    @property
    def year(self) -> Decimal | None:
        """The base quantity of a year by the method that was chosen."""
        if self.bases:
            return sum((one.year for one in self.bases), Decimal())
        return year_of(self.line) if self.line else None

    @property
    def months(self) -> list[int]:
        """That may be chosen: since the base period, two years back at most, one ahead."""
        this = Month.of(clock.today())
        known = [this.plus(offset).code for offset in range(-24, 13)]
        first = self.baseline.base_until if self.baseline else 0
        return [code for code in known if code > first]


def about_of(meter: Meter, region: Region, *, whole: bool) -> About:
    institution, _ = get_institution(session(), meter.institution_id, place=region.place)
    baseline = adopted_of(session(), [region.code]).get(region.code)
    line = line_of_meter(session(), baseline.id, meter.id) if baseline else None
    bases = bases_of(session(), baseline.id, meter) if baseline and whole else []
    return About(region, meter, institution, baseline, line, bases)


@dataclass(slots=True)
class Typed:
    """What somebody sent that could not be taken."""

    form: AdjustmentForm | None = None
    withdrawal: WithdrawForm | None = None
    returning: ReturnForm | None = None
    problems: list[Problem] = field(default_factory=list)
    differences: list[Difference] | None = None


def page_of_one(number: int, typed: Typed, status: int) -> Page:
    row, region = get_adjustment(session(), number, who=identity())
    found = adjusted_of(session(), row)
    about = about_of(found.meter, region, whole=bool(row.spread))
    driver = Driver(row.driver)
    form = typed.form
    if form is None:
        form = AdjustmentForm(
            formdata=None, data={**AdjustmentForm.shown(row), "version": str(row.version)}
        )
    form.ask(driver, found.meter.energy, sorted({*about.months, *months_of(row)}))
    held = attached_to(session(), ADJUSTMENT, [row.id])[row.id]
    returns = (
        row.state is AdjustmentState.DRAFT
        and row.created_by != identity().id
        and may(Can.COMMENT_BASELINE, region.place)
    )
    problems = list(typed.problems)
    if typed.returning and not returns and not problems:
        problems = [CLOSED]
    page = render_template(
        "adjustments/show.html",
        about=about,
        a=row,
        ask=ASKS[driver],
        driver=driver,
        effect=effect_of(found),
        parts=spreading.from_plain(row.spread) if row.spread else [],
        price=spreading.repriced_by(row),
        form=form if row.state is AdjustmentState.DRAFT else None,
        withdrawal=typed.withdrawal or WithdrawForm(formdata=None),
        returning=(returns and typed.returning) or ReturnForm(formdata=None),
        returns=returns,
        waits=adjusting.waits_for({one.slot for one in held}, row.returned_because),
        rest=problems,
        differences=typed.differences,
        slots=SLOTS,
        papers={slot: [one for one in held if one.slot == slot] for slot in SLOTS},
        names=names_of(session(), [row.created_by]),
        accepted=ACCEPTED,
        limit=MAX_FILE,
        shown=SHOWN,
        unit=found.meter.energy.unit,
    )
    return page, status


def months_of(row: NonRoutine) -> list[int]:
    return [one for one in (row.from_month, row.until_month) if one]


def back_to(number: int) -> Response:
    return redirect(url_for("adjustments.show", number=number), 303)
