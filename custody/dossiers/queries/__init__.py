"""What a region's dossier holds, one function a source. To add a source, write one and name it below."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from custody.dossiers.queries.contracts import contracts
from custody.dossiers.queries.milestones import milestones
from custody.dossiers.rules import Filed, Written
from custody.regions.models import Region

Source = Callable[[Session, Region], "list[Filed | Written]"]
SOURCES: tuple[Source, ...] = (milestones, contracts)


def contents(session: Session, region: Region) -> list[Filed | Written]:
    """Everything, in the order of the folders."""
    return [piece for source in SOURCES for piece in source(session, region)]
