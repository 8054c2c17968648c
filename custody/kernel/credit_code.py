"""统一社会信用代码: eighteen characters, the last of which checks the others (GB 32100-2015)."""

from __future__ import annotations

import unicodedata

from custody.kernel.problems import Problem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015 leaves out I, O, S, V and Z; a character's value is its place here."""
LENGTH = 18
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def normal(text: str) -> str:
    """As it is stored: half-width capitals without spaces, dots and hyphens."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in wide if not sign.isspace() and sign not in "-–—·.")


def check_digit(body: str) -> str:
    """The eighteenth character that belongs to seventeen others of the alphabet."""
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def problems_of(text: str, where: str = "code") -> list[Problem]:
    """What is wrong with a code as typed; nothing when it may be stored in its normal form."""
    code = normal(text)
    if len(code) != LENGTH:
        words = f"统一社会信用代码应为{LENGTH}位，现有{len(code)}位，请对照营业执照补正。"
        return [Problem("code_length", words, where)]
    strange = sorted({sign for sign in code if sign not in ALPHABET})
    if strange:
        words = f"统一社会信用代码中不会出现“{'、'.join(strange)}”，请对照营业执照改正。"
        return [Problem("code_sign", words, where)]
    expected = check_digit(code[:-1])
    if code[-1] != expected:
        words = (
            f"统一社会信用代码的校验位（第18位）是“{code[-1]}”，按前17位推算应为“{expected}”，"
            "请对照营业执照逐位核对。"
        )
        return [Problem("code_check", words, where)]
    return []
