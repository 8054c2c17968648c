"""What a fit is worth in numbers (ASHRAE Guideline 14-2014 §5.2.11; nmecr of LBNL/kW Engineering).

n points, p parameters, r residuals of use per day, weighted by days with weights of mean 1:
R² = 1 − SSE/SST; adjusted R² = 1 − [SSE/(n−p)]/[SST/(n−1)]; CV(RMSE) = √(SSE/(n−p))/ȳ;
NMBE = Σr/((n−p)·ȳ), both in percent; BIC = n·ln(SSE/n) + p·ln n (Schwarz, Ann. Statist. 6 (1978)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custody.mv.fit import Fits
from custody.mv.shapes import Floats, parameters

NOTHING = 1e-20
"""Share of Σ w·y² below which an SSE is none: residuals of a ten-thousand-millionth of the use."""

ROUNDING = 1e-12
"""An SSE so near to SST is SST: the R² of a mean is 0, not −1e-16."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """(M, K) each; NaN where there is no such model, or n − p or the mean is 0."""

    p: Floats
    r2: Floats
    adj_r2: Floats
    cvrmse: Floats
    """Percent."""
    nmbe: Floats
    """Percent."""
    bic: Floats


def statistics(fits: Fits, p: int | None = None) -> Statistics:
    """`p`: another count of parameters for all models, as some texts leave change points out."""
    count = parameters(fits.models) if p is None else np.full(len(fits.models), p, np.int64)
    n, sst, mean = fits.n[:, None], fits.sst[:, None], fits.mean[:, None]
    free = n - count
    sse = fits.sse
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(free > 0, free, np.nan)
        level = np.where(mean != 0, mean, np.nan)
        share = np.where(sst > 0, sse / sst, np.nan)
        share = np.where(np.abs(share - 1) < ROUNDING, 1.0, share)
        adjusted = 1.0 - share * (n - 1) / freedom
        floor = np.maximum(NOTHING * fits.level[:, None], np.finfo(float).tiny)
        bic = n * np.log(np.maximum(sse, floor) / n) + count * np.log(n)
        return Statistics(
            np.where(fits.there, count, np.nan),
            1.0 - share,
            adjusted,
            100.0 * np.sqrt(sse / freedom) / np.abs(level),
            100.0 * fits.bias / (freedom * level),
            np.where(fits.there, bic, np.nan),
        )
