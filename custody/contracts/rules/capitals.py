"""人民币大写: money in the capital numerals of vouchers, and back.

正确填写票据和结算凭证的基本规定 (支付结算办法, 银发〔1997〕393号, 附件一): 元 or 角 last → 整; after 分 none;
zeros in between are said once.
"""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
LIMIT = Decimal(10) ** 12
"""Amounts from here on are not written."""


def capitals(amount: Decimal) -> str:
    """人民币壹仟贰佰元零伍分. `amount`: yuan to the fen, below LIMIT."""
    if amount != amount.quantize(Decimal("0.01")) or abs(amount) >= LIMIT:
        raise ValueError(f"not an amount in fen: {amount}")
    fen = int(abs(amount) * 100)
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    words = _whole(yuan) + "元" if yuan else ""
    if jiao:
        # A 元 of zero may be said or not; it is said: 10.50 is 壹拾元零伍角.
        words += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    if rest:
        words += ("零" if yuan and not jiao else "") + _DIGITS[rest] + "分"
    else:
        words += "整" if words else "零元整"
    return f"人民币{'负' if amount < 0 else ''}{words}"


def _whole(number: int) -> str:
    """A whole number above zero in groups of four digits."""
    words, gap = "", False
    for at in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * at) % 10_000
        if not group:
            gap = True
            continue
        if words and (gap or group < 1_000):
            words += "零"
        words += _group(group) + _GROUPS[at]
        gap = False
    return words


def _group(number: int) -> str:
    """1 to 9999."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words


def amount_of(words: str) -> Decimal:
    """What 人民币… says; ValueError for anything else."""
    text = words.removeprefix("人民币")
    sign = -1 if text.startswith("负") else 1
    text = text.removeprefix("负").removesuffix("整")
    yuan, _, small = text.partition("元") if "元" in text else ("", "", text)
    total = Decimal(_number(yuan)) * 100
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in small:
            digit, _, small = small.partition(unit)
            total += _DIGITS.index(digit.removeprefix("零")) * worth
    if small:
        raise ValueError(f"not an amount: {words!r}")
    return sign * total / 100


def _number(words: str) -> int:
    total = group = 0
    digit = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        elif sign in _PLACES[1:]:
            group += digit * 10 ** _PLACES.index(sign)
            digit = 0
        elif sign == "万":
            total += (group + digit) * 10_000
            group = digit = 0
        elif sign == "亿":
            total = (total + group + digit) * 100_000_000
            group = digit = 0
        else:
            raise ValueError(f"not a number: {words!r}")
    return total + group + digit
