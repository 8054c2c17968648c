"""Pure: the files of a notice → one checked value, or problems that name file, row and column."""

from custody.regions.notice.lines import NoticeData
from custody.regions.notice.reading import read

__all__ = ["NoticeData", "read"]
