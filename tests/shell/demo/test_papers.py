from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from custody.demo import papers, phrases
from custody.infra.files import FileStore
from custody.infra.kinds import kind_of


@pytest.mark.parametrize("kind", ["pdf", "png", "xlsx"])
def test_a_paper_is_what_its_name_says(tmp_path: Path, kind: str) -> None:
    store = FileStore(tmp_path)
    maker = papers.Papers(store)
    paper = maker.paper("工作专班文件", kind)
    assert paper.name == f"工作专班文件（演示）.{kind}"
    assert paper.stored == maker.paper("工作专班文件", kind).stored
    assert store.intact(paper.stored.digest)
    with store.open(paper.stored.digest) as file:
        found = kind_of(file)
    assert found is not None
    assert found.media_type == paper.media_type
    assert paper.stored.size < 20_000


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    made = [
        papers.Papers(FileStore(tmp_path / name)).paper("单位名录", kind).stored
        for kind in ("pdf", "png", "xlsx")
        for name in ("one", "two")
    ]
    assert made[0::2] == made[1::2]


def test_says_that_it_is_made_up() -> None:
    text = PdfReader(io.BytesIO(papers.pdf("能源审计报告"))).pages[0].extract_text()
    assert "能源审计报告（演示）" in text
    assert "演示数据" in text
    book = CalamineWorkbook.from_filelike(io.BytesIO(papers.table("单位名录")))
    assert book.sheet_names == ["演示数据"]
    assert "演示数据" in str(book.get_sheet_by_index(0).to_python()[0][0])


def test_a_few_dozen_different_ones() -> None:
    wanted = {paper for titles in phrases.PAPERS.values() for paper in titles}
    assert 36 <= len(wanted) <= 80
