"""Long lists in pages; the page number is in the address, so it can be shared."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number` (from 1) of `total` rows."""

    number: int
    size: int
    total: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    def url(self, number: int) -> str:
        """The address of another page with the same filters."""
        assert request.endpoint is not None
        args = {**request.args.to_dict(), **(request.view_args or {}), "page": str(number)}
        return url_for(request.endpoint, **args)


def wanted_page() -> int:
    """The page asked for; anything odd is the first."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def page_of(total: int, size: int = 50) -> Page:
    last = max(1, -(-total // size))
    return Page(min(wanted_page(), last), size, total)
