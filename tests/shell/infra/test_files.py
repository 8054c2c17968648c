import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from custody.infra.files import FileStore


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 3 * 1024 * 1024 + 7])
def test_what_goes_in_comes_out(store: FileStore, size: int) -> None:
    data = os.urandom(size)
    stored = store.put(io.BytesIO(data))
    assert stored.size == size
    with store.open(stored.digest) as file:
        assert file.read() == data
    assert store.intact(stored.digest)


def test_the_same_bytes_are_kept_once(store: FileStore) -> None:
    first, second = (store.put(io.BytesIO(b"one")) for _ in range(2))
    other = store.put(io.BytesIO(b"two"))
    assert first == second != other
    assert len(everything(store.folder)) == 2


def test_altered_and_lost_bytes_are_noticed(store: FileStore) -> None:
    altered, lost = store.put(io.BytesIO(b"altered")), store.put(io.BytesIO(b"lost"))
    store.path(altered.digest).write_bytes(b"forged!")
    store.path(lost.digest).unlink()
    assert not store.intact(altered.digest)
    assert not store.intact(lost.digest)
    with pytest.raises(FileNotFoundError):
        store.open(lost.digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63])
def test_only_a_digest_names_a_file(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        store.open(name)


class BrokenOff(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 2_000_000:
            raise ConnectionResetError
        return super().read(size)


def test_an_upload_broken_off_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.put(BrokenOff(bytes(4_000_000)))
    assert everything(store.folder) == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    real: Callable[..., None] = getattr(os, step)
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space"):
        store.put(io.BytesIO(b"too much"))
    assert everything(store.folder) == []
    monkeypatch.setattr(os, step, real)
    assert store.intact(store.put(io.BytesIO(b"too much")).digest)
