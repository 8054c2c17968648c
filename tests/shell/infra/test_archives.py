"""Zip files: the same bytes for the same members, flat memory, nothing left when something goes wrong."""

import errno
import io
import tracemalloc
import zipfile
from datetime import datetime

import pytest

from custody.infra.archives import DiskFull, archive
from custody.infra.files import FileStore

ON = datetime(2026, 3, 1, 9, 30, 2)


class Endless(io.RawIOBase):
    """So many zero bytes, without holding them."""

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        take = min(self.left, size)
        self.left -= take
        return bytes(take)


def written(path, members):
    with archive(path) as zipped:
        return [
            zipped.add(name, io.BytesIO(data), on=ON, size=len(data), media_type=media)
            for name, data, media in members
        ]


MEMBERS = [
    ("档案/甲.pdf", b"%PDF-1.7" * 90, "application/pdf"),
    ("档案/乙.txt", b"words " * 90, "text/plain"),
]


def test_the_same_members_give_the_same_bytes(tmp_path):
    one, other = tmp_path / "1", tmp_path / "2"
    stored = written(one, MEMBERS)
    written(other, MEMBERS)
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as file:
        assert file.testzip() is None
        assert [i.filename for i in file.infolist()] == [name for name, _, _ in MEMBERS]
        assert all(i.flag_bits & 0x800 for i in file.infolist())  # names are UTF-8
        assert [i.compress_type for i in file.infolist()] == [0, 8]
        assert file.infolist()[0].date_time == (2026, 3, 1, 9, 30, 2)
    assert [one.size for one in stored] == [len(data) for _, data, _ in MEMBERS]


def test_memory_stays_flat(tmp_path):
    """300 MB pass through a few; the sizes make no difference to what is held."""
    tracemalloc.start()
    size = 100 * 1024 * 1024
    with archive(tmp_path / "zip") as zipped:
        for number in range(3):
            zipped.add(
                f"{number}.pdf", Endless(size), on=ON, size=size, media_type="application/pdf"
            )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 12 * 1024 * 1024
    assert (tmp_path / "zip").stat().st_size > 3 * size


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("custody.infra.archives.os.fsync", full)
    with pytest.raises(DiskFull):
        written(tmp_path / "zip", MEMBERS)
    assert list(tmp_path.iterdir()) == []


def test_whatever_goes_wrong_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), archive(tmp_path / "zip") as zipped:
        zipped.add("甲", io.BytesIO(b"x"), on=ON, size=1)
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_store_takes_a_file_in_without_a_copy(tmp_path):
    store = FileStore(tmp_path)
    (tmp_path / ".part").write_bytes(b"abc")
    stored = store.adopt(tmp_path / ".part")
    assert store.path(stored.digest).read_bytes() == b"abc"
    assert stored == store.put(io.BytesIO(b"abc"))
    assert not (tmp_path / ".part").exists()
