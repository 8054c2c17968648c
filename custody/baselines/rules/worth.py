"""What a fit is worth, number by number, each with a plain sentence.

The references are guidance, never a gate: R² of Guideline 14-type summaries, CV(RMSE) and NMBE as in
nmecr and LBNL RMV2.0, FSU of ASHRAE Guideline 14 (50 % at 68 %).
"""

from __future__ import annotations

from dataclasses import dataclass

from custody.mv.ladder import Baseline
from custody.mv.sufficiency import LIMITS
from custody.mv.uncertainty import share

R2, NMBE, FSU = 0.70, 0.5, 50.0
CONFIDENCE = 0.68
SAVED = 0.10
"""The saving that FSU is told for: a tenth of the baseline over twelve months."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    sentence: str
    good: bool
    """Within the reference."""


def worth(fit: Baseline) -> list[Figure]:
    """Nothing where the method leaves no residuals to judge."""
    found = [_r2(fit), _cvrmse(fit), _nmbe(fit), _fsu(fit)]
    return [one for one in found if one is not None]


def _r2(fit: Baseline) -> Figure | None:
    if fit.r2 is None or not fit.needs_temperature:
        return None
    good = fit.r2 >= R2
    close = (
        "气温能较好地说明用量变化"
        if good
        else "用量受气温以外的因素影响较大，请结合作息、人数变化核对"
    )
    words = f"用量变化中约{max(0.0, fit.r2):.0%}可由气温说明（参考值不低于{R2:.2f}），{close}。"
    return Figure("R²", f"{fit.r2:.3f}", words, good)


def _cvrmse(fit: Baseline) -> Figure | None:
    if fit.cvrmse is None:
        return None
    good = fit.cvrmse <= LIMITS.cvrmse
    close = "离散程度在允许范围内" if good else "单户节能量的误差较大，请核对账单或改用惯例法"
    words = f"模型与各月实际用量平均相差约{fit.cvrmse:.1f}%（参考值不高于{LIMITS.cvrmse:g}%），{close}。"
    return Figure("CV(RMSE)", f"{fit.cvrmse:.1f}%", words, good)


def _nmbe(fit: Baseline) -> Figure | None:
    if fit.nmbe is None:
        return None
    value = 0.0 if abs(fit.nmbe) < 0.005 else fit.nmbe
    good = abs(value) <= NMBE
    side = "偏低" if value > 0 else "偏高"
    close = "没有系统性偏差" if good else f"模型总体{side}，请核对账单天数和异常月份"
    told = f"{value:+.2f}%" if value else "0.00%"
    words = f"全期合计偏差{told}（参考值±{NMBE:g}%以内），{close}。"
    return Figure("NMBE", told, words, good)


def _fsu(fit: Baseline) -> Figure | None:
    if fit.cvrmse is None or fit.p is None:
        return None
    part = share(cvrmse=fit.cvrmse, n=fit.n, p=fit.p, m=MONTHS, confidence=CONFIDENCE)
    if part is None:
        return None
    value = 100 * part / SAVED
    good = value <= FSU
    close = "可以单独核算节能量" if good else "单户核算不够可靠，宜按地区合计使用"
    words = (
        f"若一年节能{SAVED:.0%}，节能量的误差约为其{value:.0f}%"
        f"（{CONFIDENCE:.0%}置信度，参考值不高于{FSU:g}%），{close}。"
    )
    return Figure("FSU", f"{value:.0f}%", words, good)
