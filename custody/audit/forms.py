from __future__ import annotations

from collections.abc import Mapping

from custody.audit.queries import Wanted
from custody.audit.rules import ACTIONS
from custody.web.days import day_or_none
from custody.web.formkit import Form


class CheckForm(Form):
    """Only the token: the button that checks the chain."""


def read_wanted(args: Mapping[str, str]) -> Wanted:
    """The filter as the address has it; what makes no sense is left out."""
    action = args.get("action", "")
    return Wanted(
        person=args.get("person", "").strip()[:40],
        action=action if action in ACTIONS else "",
        place=args.get("place", "")[:12],
        since=day_or_none(args.get("since", "")),
        until=day_or_none(args.get("until", "")),
        words=args.get("q", "").strip()[:60],
        refused=args.get("refused") == "1",
    )
