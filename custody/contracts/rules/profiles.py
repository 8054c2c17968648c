"""分月比例: twelve percentages, as the annex of a contract agrees them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from custody.kernel.problems import Problem

WHOLE = Decimal(100)
PLACES = 4


def read_shares(text: str, where: str) -> tuple[list[Decimal], list[Problem]]:
    """Twelve percentages typed or pasted with anything between them. Empty is no profile: by days."""
    plain = unicodedata.normalize("NFKC", text).replace("%", " ")
    words = [word for word in re.split(r"[\s,、;/|]+", plain) if word]
    if not words:
        return [], []
    try:
        shares = [Decimal(word) for word in words]
    except InvalidOperation:
        return [], [Problem("number", "只能填写12个百分数，如“8.5 7.8 …”，请改正。", where)]
    if len(shares) != 12:
        return [], [Problem("twelve", f"应填写12个月的比例，现有{len(shares)}个，请补正。", where)]
    if any(
        not share.is_finite() or not 0 <= share <= WHOLE or _places(share) > PLACES
        for share in shares
    ):
        return [], [Problem("range", "每月比例应在0至100之间，最多4位小数，请改正。", where)]
    if sum(shares) != WHOLE:
        words_ = f"12个月的比例合计应为100%，现为{sum(shares)}%，请核对合同附件后改正。"
        return [], [Problem("sum", words_, where)]
    return shares, []


def _places(share: Decimal) -> int:
    exponent = share.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else PLACES + 1
