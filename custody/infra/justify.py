"""Flush Chinese lines: WeasyPrint justifies by stretching spaces only, and Chinese has none.

`enable()` teaches it to spread the missing width over every gap beside a Chinese character of the
line (CSS calls this text-justify: inter-character), never inside a Latin word or a number. It
replaces two functions of WeasyPrint 70, therefore that version is pinned; when they are not where
they were, `enable()` says so and lines simply stay ragged.
"""

from __future__ import annotations

import re
from typing import Any

_WIDE = "\u2014\u2018-\u201d\u2026\u2460-\u24ff\u2500-\u27bf\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_STRETCHED = re.compile(f"[{_WIDE}]+|[^{_WIDE}](?=[{_WIDE}])")
"""Runs of characters, each of which has a gap after it that may grow."""

_FEWEST_GAPS = 6
_WIDEST_GAP = 0.35
"""Of the type size. A line that would need more keeps WeasyPrint's own treatment."""


def gaps_in(text: str) -> int:
    """Gaps that may grow, the one after the last character included."""
    return sum(len(run[0]) for run in _STRETCHED.finditer(text))


def enable() -> bool:
    """Patch WeasyPrint once per process; False when this version does not allow it."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import inline
    from weasyprint.text import line_break
    from weasyprint.text.ffi import TO_UNITS, ffi, pango

    if not hasattr(inline, "justify_line") or not hasattr(line_break.Layout, "set_text"):
        return False
    if getattr(inline.justify_line, "stretches_chinese", False):
        return True
    spread_spaces = inline.justify_line
    set_plain_text = line_break.Layout.set_text
    flowing = (boxes.LineBox, boxes.InlineBox)

    def gaps_of(box: Any) -> int:
        if isinstance(box, boxes.TextBox):
            return gaps_in(box.text)
        if isinstance(box, flowing):
            return sum(gaps_of(child) for child in box.children)
        return 0

    def last_text(box: Any) -> Any:
        if isinstance(box, boxes.TextBox):
            return box if box.text else None
        if isinstance(box, flowing):
            for child in reversed(box.children):
                found = last_text(child)
                if found is not None:
                    return found
        return None

    def justify_line(context: Any, line: Any, missing: float) -> None:
        gaps = gaps_of(line)
        last = last_text(line)
        if last is not None and gaps_in(last.text[-1]):
            gaps -= 1
        if gaps < _FEWEST_GAPS or missing / gaps > line.style["font_size"] * _WIDEST_GAP:
            spread_spaces(context, line, missing)
        else:
            stretch(context, line, missing / gaps, 0.0)

    def stretch(context: Any, box: Any, gap: float, moved: float) -> float:
        """Widen the box's gaps and move it by what was gained left of it; the new total."""
        if isinstance(box, boxes.TextBox):
            box.position_x += moved
            gaps = gaps_of(box)
            if gaps:
                layout = line_break.create_layout(box.text, box.style, context, None, 0)
                box.justification_spacing = layout.chinese_gap = gap
                layout.deactivate()
                box.pango_layout = layout
                box.width += gaps * gap
                moved += gaps * gap
        elif isinstance(box, flowing):
            box.position_x += moved
            before = moved
            for child in box.children:
                if child.is_in_normal_flow():
                    moved = stretch(context, child, gap, moved)
            box.width += moved - before
        else:
            box.translate(moved, 0)
        return moved

    def set_text(self: Any, text: str, justify: bool = False) -> None:
        set_plain_text(self, text, justify)
        gap = getattr(self, "chinese_gap", 0.0)
        if not (justify and gap):
            return
        spacing = self.style["letter_spacing"]
        gap += 0.0 if spacing == "normal" else spacing
        attributes = pango.pango_layout_get_attributes(self.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        for run in _STRETCHED.finditer(self.text):
            attribute = pango.pango_attr_letter_spacing_new(int(gap * TO_UNITS))
            attribute.start_index = len(self.text[: run.start()].encode())
            attribute.end_index = attribute.start_index + len(run[0].encode())
            pango.pango_attr_list_change(attributes, attribute)
        pango.pango_layout_set_attributes(self.layout, attributes)

    justify_line.stretches_chinese = True  # type: ignore[attr-defined]
    inline.justify_line = justify_line
    line_break.Layout.set_text = set_text
    return True
