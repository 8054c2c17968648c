"""Paths inside a dossier: safe everywhere, one for each file, and digests that a tool can check."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.dossiers.rules import LONGEST, Entry, Places, done_words, newest, safe_part, sums

ON = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@given(st.text(max_size=200))
def test_a_part_is_safe_on_every_system(words):
    part = safe_part(words)
    assert part
    assert len(part) <= LONGEST + 1
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f]', part)
    assert part == part.strip(" .")
    assert part not in (".", "..")
    assert not re.fullmatch(r"(?i)(con|nul|aux|prn|com\d|lpt\d)(\..*)?", part)


@given(
    st.lists(st.tuples(st.sampled_from(["甲", "乙", "甲/乙"]), st.text("aAb.（2）", max_size=5)))
)
def test_no_two_files_share_a_path(files):
    places = Places()
    found = [places.path(("里程碑", folder), name) for folder, name in files]
    assert len({path.casefold() for path in found}) == len(files)
    assert all(path.count("/") == 2 for path in found)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("合同：附件?.pdf", "合同：附件？.pdf"),
        ("../../etc/passwd", "／..／etc／passwd"),
        ("CON.txt", "_CON.txt"),
        ("", "未命名"),
        ("长" * 90 + ".pdf", "长" * (LONGEST - 4) + ".pdf"),
        ("尾点. ", "尾点"),
    ],
)
def test_names_stay_readable(given_name, kept):
    assert safe_part(given_name) == kept


def test_the_second_of_a_name_is_numbered():
    places = Places()
    folder = ("里程碑", "M01 成立工作专班、明确牵头单位")
    assert places.path(folder, "文件.PDF").endswith("/文件.PDF")
    assert places.path(folder, "文件.pdf").endswith("/文件（2）.pdf")
    assert places.path(folder, "文件（2）.pdf").endswith("/文件（2）（2）.pdf")
    assert places.path(("里程碑", "M02"), "文件.pdf") == "里程碑/M02/文件.pdf"


def test_sums_leave_out_what_is_missing():
    entries = [Entry("甲.pdf", "", ON, 3, "a" * 64), Entry("乙.pdf", "", ON, problem="找不到")]
    assert sums(entries) == f"{'a' * 64}  甲.pdf\n"
    assert newest([], ON) == ON
    assert "另有2份没有收入" in done_words(3, 2, 2)
    assert done_words(3, 2, 0) == "已生成：上传的材料3份，审核记录等2份。"
