"""The files of imports as they were sent, opened again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from custody.energy.models.bills import Import
from custody.energy.queries.imports import layout_of
from custody.energy.rules.states import Kind
from custody.energy.workbook.layout import Layout, Unlike, digest_of, headings, locate
from custody.infra.files import FileStore
from custody.infra.heaps import no_collecting
from custody.infra.sheets import Limits, read_workbook
from custody.kernel.problems import Problem, Refused

LIMITS = Limits(size=50 * 1024 * 1024, unpacked=300 * 1024 * 1024, rows=200_000)
"""How much one file may hold (our choice): a year of 16,000 meters. It is what the page promises."""


@no_collecting()
def open_file(
    data: bytes, name: str, kind: Kind | None = None, mapping: Mapping[str, str] | None = None
) -> Layout:
    """Our sheet in a file. Raises Unlike where it is laid out otherwise, Refused where it cannot be read."""
    return locate(read_workbook(data, name, LIMITS), kind, mapping)


def bytes_of(files: FileStore, one: Import) -> bytes:
    try:
        with files.open(one.digest) as file:
            return file.read()
    except FileNotFoundError:
        message = "服务器上找不到这个文件，请重新上传。"
        raise Refused([Problem("lost", message, "")]) from None


def opened(session: Session, data: bytes, one: Import) -> Layout:
    """The file as it was sent, its columns told apart as its sender's were before."""
    try:
        return open_file(data, one.name, one.kind, one.mapping)
    except Unlike as unlike:
        if one.mapping or one.region_code is None:
            raise
        digest = digest_of(headings(unlike.sheet, unlike.head))
        kept = layout_of(session, one.region_code, one.kind, digest)
        if kept is None:
            raise
        return open_file(data, one.name, one.kind, kept.mapping)
