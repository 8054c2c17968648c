"""Plain text as type for printed papers (GB/T 9704-2012): squeezed punctuation, figures with units."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_CLOSING = "，。、；：）》〉”’」』】〕！？"
_OPENING = "（《〈“‘「『【〔"
_SQUEEZED = re.compile(f"[{_CLOSING}](?=[{_CLOSING}{_OPENING}])|(?<=[{_OPENING}])[{_OPENING}]")
"""Of two signs that meet, the blank half of one goes: after a closing, before a second opening."""
_KEPT_TOGETHER = re.compile(r"\d[\d,.]*(?:%|个?百分点|[个天项期年月日家])")
_LEAD = re.compile(r"^[一二三四五六七八九十]是[^。，；]{2,16}。")


def typeset(words: str) -> Markup:
    """Plain text as type: squeezed punctuation, figures with their units, «一是…。» in 黑体."""
    lead = _LEAD.match(words)
    if lead:
        return Markup("<b>{}</b>{}").format(_fine(lead[0]), _fine(words[lead.end() :]))
    return _fine(words)


def _fine(words: str) -> Markup:
    parts: list[Markup] = []
    at = 0
    for found in _KEPT_TOGETHER.finditer(words):
        parts.append(_squeeze(words[at : found.start()]))
        parts.append(Markup('<span class="nb">{}</span>').format(found[0]))
        at = found.end()
    parts.append(_squeeze(words[at:]))
    return Markup("").join(parts)


def _squeeze(words: str) -> Markup:
    parts: list[Markup] = []
    at = 0
    for found in _SQUEEZED.finditer(words):
        parts.append(escape(words[at : found.start()]))
        parts.append(Markup('<span class="halt">{}</span>').format(found[0]))
        at = found.end()
    parts.append(escape(words[at:]))
    return Markup("").join(parts)


_DIGITS = "一二三四五六七八九十"


def ordinal(number: int) -> str:
    """1 → 一, 12 → 十二; for headings, below a hundred."""
    if number <= 10:
        return _DIGITS[number - 1]
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens - 1] if tens > 1 else "") + "十" + (_DIGITS[ones - 1] if ones else "")
