import pytest

from custody.briefs import render
from custody.briefs.snapshot import Snapshot, digest
from custody.infra.papers import Paper
from custody.infra.pdf import Printed
from custody.supervision import render as notices
from tests.factories.programme import PDF


def stand_in_for(paper: Paper) -> bytes:
    return PDF + f"% {paper.words['number']} {paper.title}\n".encode()


@pytest.fixture(autouse=True)
def _papers_are_not_printed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printing takes seconds: only tests marked `pdf` do it; the others get a PDF that names its brief."""

    def stand_in(brief: Snapshot, *, draft: bool = False, seconds: float = 20) -> Printed:
        return Printed(PDF + f"% {digest(brief)} {draft}\n".encode(), 1)

    if request.node.get_closest_marker("pdf") is None:
        monkeypatch.setattr(render, "printed", stand_in)
        monkeypatch.setattr(notices, "pdfs", lambda papers: [stand_in_for(one) for one in papers])
    return
