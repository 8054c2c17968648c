"""What is kept, what gives way, and that threads do not work twice."""

from threading import Barrier, Thread

import pytest

from custody.infra.shelf import Shelf


def test_the_same_key_is_worked_out_once() -> None:
    shelf: Shelf[str] = Shelf(100, len)
    assert shelf.get("a", lambda: "first") == "first"
    assert shelf.get("a", lambda: "second") == "first"


def test_the_least_recently_used_gives_way() -> None:
    shelf: Shelf[str] = Shelf(10, len)
    shelf.get("a", lambda: "12345")
    shelf.get("b", lambda: "12345")
    shelf.get("a", lambda: "other")
    shelf.get("c", lambda: "12345")
    assert shelf.get("a", lambda: "new") == "12345"
    assert shelf.get("b", lambda: "new") == "new"


def test_what_is_heavier_than_the_shelf_is_not_kept() -> None:
    shelf: Shelf[str] = Shelf(3, len)
    assert shelf.get("a", lambda: "12345") == "12345"
    assert shelf.get("a", lambda: "new") == "new"


def test_an_error_is_told_and_not_kept() -> None:
    shelf: Shelf[str] = Shelf(10, len)
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", lambda: str(1 // 0))
    assert shelf.get("a", lambda: "fine") == "fine"


def test_threads_wait_for_the_first() -> None:
    shelf: Shelf[str] = Shelf(10, len)
    made: list[int] = []
    together = Barrier(4)

    def ask() -> None:
        together.wait()
        shelf.get("a", lambda: made.append(1) or "x")

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
