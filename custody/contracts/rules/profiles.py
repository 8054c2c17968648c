"""分月比例: twelve percentages, as the annex of a contract agrees them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from custody.contracts.rules.contract import Energy
from custody.contracts.rules.periods import Period
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


def fingerprint(shares: Mapping[Energy, Sequence[str]]) -> str:
    """Tells what is stored from anything else, so that nobody overwrites what they have not seen."""
    text = "\n".join(f"{energy} {' '.join(shares[energy])}" for energy in sorted(shares))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def begun_years(frozen: Iterable[Period], first: date | None, last: date | None) -> list[int]:
    """Years of the term of which some days are settled for good and some are not.

    Other shares for the rest of such a year would bill more or less than its annual quantity.
    """
    settled: dict[int, int] = {}
    for period in frozen:
        settled[period.year] = settled.get(period.year, 0) + _days(
            period.first, period.last, first, last
        )
    return sorted(
        year
        for year, days in settled.items()
        if days < _days(date(year, 1, 1), date(year, 12, 31), first, last)
    )


def _days(start: date, end: date, first: date | None, last: date | None) -> int:
    """How many of the days lie in the term."""
    start, end = max(start, first or start), min(end, last or end)
    return max((end - start).days + 1, 0)


def problems_of_change(years: Iterable[int]) -> list[Problem]:
    words = "、".join(f"{year}年度" for year in years)
    if not words:
        return []
    return [
        Problem(
            "begun",
            f"{words}已有结算单定稿，年内更改分月比例会使全年结算量不等于年基准用量；请在该年度各期"
            "全部定稿后再更改（自下一年度起执行），或先将已定稿未签字的结算单退回草稿。",
        )
    ]
