import pytest

from custody.infra import press
from custody.infra.pdf import Job
from custody.infra.press import Printing
from tests.factories.programme import PDF


@pytest.fixture(autouse=True)
def _papers_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may have a paper is asked here, not how it looks; printing one takes a second."""

    def stand_in(jobs: list[Job], **_limits: object) -> Printing:
        for job in jobs:
            yield PDF + f"% {job.title}\n".encode()

    monkeypatch.setattr(press, "render_each_isolated", stand_in)
