"""Which of a meter's models is taken: the lowest BIC among those that leave a degree of freedom."""

from __future__ import annotations

import numpy as np

from custody.mv.fit import Fits
from custody.mv.shapes import Counts, parameters
from custody.mv.statistics import Statistics

EQUAL = 1e-9
"""BICs nearer than this are equal: the model with fewer parameters is taken, then the earlier one."""
NO_MODEL = -1


def choose(fits: Fits, found: Statistics) -> Counts:
    """(M,) place of the model in `fits.models`; NO_MODEL where there is none."""
    count = parameters(fits.models)
    allowed = fits.there & (fits.n[:, None] > count)
    bic = np.where(allowed, found.bic, np.inf)
    least = bic.min(axis=1, keepdims=True)
    near = allowed & (bic <= least + EQUAL)
    order = np.argsort(count, kind="stable")
    taken: Counts = order[np.argmax(near[:, order], axis=1)]
    return np.where(allowed.any(axis=1), taken, NO_MODEL)
