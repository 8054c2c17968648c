"""WeasyPrint made frugal: the same page with less work and without copies of whole fonts.

What costs most in a Chinese document is not the layout. WeasyPrint 70 reads every font into memory
(20 MB each) to keep a few hundred glyphs of it, cuts it twice, keeps its vertical metrics, which for
65,000 glyphs are a quarter of a megabyte, and compresses all streams a second time to number the file.
`enable()` replaces just that; when a function is not where it was, it says so and all stays as it was.
"""

from __future__ import annotations

import zlib
from typing import Any

_WHOLE = 2_000_000
"""Bytes. What is larger is a font as it lies on disk, not a cut one."""
_LEVEL = 6
"""Of zlib: 9 takes twice the time for one per cent less."""
_DROPPED = (
    b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GDEF", b"GPOS", b"GSUB", b"JSTF", b"LTSH",
    b"PCLT", b"SVG ", b"VORG", b"kern", b"vhea", b"vmtx",
)  # fmt: skip
"""Tables that horizontal text already set out has no use for."""


def enable() -> bool:
    """Patch WeasyPrint once per process; False when this version does not allow it."""
    import pydyf
    from weasyprint.pdf import fonts

    if not _as_expected(pydyf, fonts):
        return False
    if not getattr(fonts.Font, "cut_once", False):
        fonts.get_hb_object_data = _sparing(fonts.get_hb_object_data)
        fonts.Font._harfbuzz_subset = _cut
        fonts.Font.cut_once = True
        pydyf.Stream.data = property(_compressed_once)
    return True


def _as_expected(pydyf: Any, fonts: Any) -> bool:
    return (
        hasattr(fonts, "get_hb_object_data")
        and hasattr(fonts.Font, "_harfbuzz_subset")
        and fonts.harfbuzz_subset is not None
        and isinstance(getattr(pydyf.Stream, "data", None), property)
    )


def _sparing(read: Any) -> Any:
    """Of a whole font only its first bytes, which say its kind; `_cut` supplies the rest."""
    from weasyprint.text.ffi import ffi, harfbuzz

    def get_hb_object_data(
        hb_object: Any, ot_color: str | None = None, glyph: int | None = None
    ) -> Any:
        if ot_color is not None:
            return read(hb_object, ot_color, glyph)
        blob = ffi.gc(harfbuzz.hb_face_reference_blob(hb_object), harfbuzz.hb_blob_destroy)
        length = ffi.new("unsigned int *")
        data = harfbuzz.hb_blob_get_data(blob, length)
        if data == ffi.NULL:
            return None
        size = int(length[0])
        return ffi.unpack(data, 4 if size > _WHOLE else size)

    return get_hb_object_data


def _cut(self: Any, to_unicode: Any, hinting: bool) -> None:
    """The glyphs that were used under the numbers they have, in one pass."""
    from weasyprint.pdf import fonts
    from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset

    wanted = ffi.gc(
        harfbuzz_subset.hb_subset_input_create_or_fail(),
        harfbuzz_subset.hb_subset_input_destroy,
    )
    flags = (
        harfbuzz_subset.HB_SUBSET_FLAGS_RETAIN_GIDS
        | harfbuzz_subset.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED
        | harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
    )
    if not hinting:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
    if self.missing:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE
    harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
    glyphs = harfbuzz_subset.hb_subset_input_glyph_set(wanted)
    _add(glyphs, sorted(to_unicode))
    dropped = harfbuzz_subset.hb_subset_input_set(
        wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG
    )
    _add(dropped, sorted(harfbuzz.hb_tag_from_string(name, -1) for name in _DROPPED))
    face = ffi.gc(harfbuzz_subset.hb_subset_or_fail(self.hb_face, wanted), harfbuzz.hb_face_destroy)
    content = fonts.get_hb_object_data(face) if face else None
    if content:
        self.file_content = content
    else:
        fonts.LOGGER.error('Unable to subset "%s" with HarfBuzz', self.family)


def _add(target: Any, numbers: list[int]) -> None:
    from weasyprint.text.ffi import ffi, harfbuzz

    array = ffi.new(f"hb_codepoint_t[{len(numbers)}]", numbers)
    harfbuzz.hb_set_add_sorted_array(target, array, len(numbers))


def _compressed_once(self: Any) -> bytes:
    """The stream as it is written, kept until it has grown: its digest is asked for later."""
    from pydyf import Dictionary, _to_bytes

    kept = self.__dict__.get("written")
    if kept is not None and kept[0] == len(self.stream):
        written: bytes = kept[1]
        return written
    stream = b"\n".join(_to_bytes(item) for item in self.stream)
    extra = Dictionary(self.extra.copy())
    if self.compress:
        extra["Filter"] = "/FlateDecode"
        stream = zlib.compress(stream, _LEVEL)
    extra["Length"] = len(stream)
    written = b"\n".join((extra.data, b"stream", stream, b"endstream"))
    self.written = (len(self.stream), written)
    return written
