import pytest

from custody.briefs import render
from custody.briefs.snapshot import Snapshot, digest
from tests.factories.programme import PDF


@pytest.fixture(autouse=True)
def _papers_are_not_printed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printing takes seconds: only tests marked `pdf` do it; the others get a PDF that names its brief."""

    def stand_in(brief: Snapshot, *, draft: bool = False, seconds: float = 20) -> bytes:
        return PDF + f"% {digest(brief)} {draft}\n".encode()

    if request.node.get_closest_marker("pdf") is None:
        monkeypatch.setattr(render, "pdf", stand_in)
    return
