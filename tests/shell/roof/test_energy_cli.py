"""`custody energy`: whatever the file, JSON and exit code 0 or 2, never a traceback."""

from __future__ import annotations

import io
import json
import os
import random
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from custody import cli
from custody.energy.models.bills import Bill, Import
from custody.energy.models.roster import Institution
from custody.energy.rules.states import Kind
from custody.infra import clock
from custody.infra.db import Database
from tests.cluster import Cluster
from tests.factories import people
from tests.factories.energy_files import BILLS, ROSTER, as_csv, as_xlsx, bill, school
from tests.factories.programme import OLE, PDF

Run = Callable[..., tuple[int, str, str]]
REGION = ("--region", people.YIXING)


@pytest.fixture(scope="module")
def folder(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("energy")
    with cluster.copy("sqlite", made):
        yield made


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """custody energy WORDS…: (exit code, stdout, stderr)."""

    def call(*words: str) -> tuple[int, str, str]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CUSTODY_DATA", str(folder))
            patch.setenv("CUSTODY_TODAY", "2026-11-22")
            patch.setattr(sys, "argv", ["custody", "energy", *words])
            try:
                with redirect_stdout(out), redirect_stderr(err):
                    cli.main()
            except SystemExit as done:
                code = int(done.code or 0)
            finally:
                clock.freeze_day(None)
        return code, out.getvalue(), err.getvalue()

    return call


def told(run: Run, path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    code, out, err = run("import", str(path), *REGION, "--json", *more)
    assert err == ""
    answer = json.loads(out)
    assert set(answer) == {"kind", "new", "changed", "same", "problems", "warnings"}
    for one in (*answer["problems"], *answer["warnings"]):
        assert set(one) == {"sheet", "cell", "code", "message"}
        assert one["message"]
    return code, answer


# --- whatever the file --------------------------------------------------------------------------


def odd_book() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name in ("能源账单", "单位名录"):
            sheet = book.add_worksheet(name)
            sheet.merge_range("A1:F3", "合并")
            sheet.write_row(
                3, 0, ["能源品种", "户号", "月份", "用量", "用量", "单位名称", "单位性质"]
            )
            sheet.write_formula(4, 0, "=A1/0", None, "#DIV/0!")
            sheet.write_row(5, 0, [True, -1e300, 1e300, "=1+1", 0.1, "\x07响铃", 7])
        book.add_chartsheet("图")
        book.add_worksheet("空")
    return out.getvalue()


_BOOKS = {
    "bills": as_xlsx(Kind.BILLS, {"energy": "电", "number": "1", "month": "2026-09", "use": 1.0}),
    "odd": odd_book(),
    "csv": as_csv(BILLS, bill("00123", "2026-09", "1000")),
    "nuls": as_csv(BILLS, bill("00\x00123", "2026-09", "10\x0000")),
    "html": b"<html><table><tr><td>x</td></tr></table></html>",
    "ole": OLE + bytes(4000),
    "pdf": PDF,
}
ENDINGS = st.sampled_from(["xlsx", "xlsm", "xls", "et", "ods", "csv", "txt", "", "XLSX", "表"])


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """One of them cut off, with bytes changed, or with a part of its zip replaced."""
    data = bytearray(_BOOKS[draw(st.sampled_from(sorted(_BOOKS)))])
    how = draw(st.sampled_from(["cut", "bytes", "part"]))
    if how == "cut":
        return bytes(data[: draw(st.integers(0, len(data)))])
    if how == "part" and data[:2] == b"PK":
        return _replaced(bytes(data), draw(st.integers(0, 30)), draw(st.binary(max_size=60)))
    dice = random.Random(draw(st.integers(0, 10**6)))
    for _ in range(draw(st.integers(1, 20))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _replaced(data: bytes, which: int, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        for name in names:
            there = old.read(name)
            if name == names[which % len(names)]:
                there = content + there[len(content) :]
            new.writestr(name, there)
    return out.getvalue()


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    data=st.one_of(st.binary(max_size=300), broken(), st.sampled_from(sorted(_BOOKS.values()))),
    ending=ENDINGS,
    rehearse=st.booleans(),
)
@example(data=b"PK\x03\x04", ending="xlsx", rehearse=False)
@example(data=b"\xff\xfe" + "能源品种,户号".encode("utf-16-le"), ending="csv", rehearse=False)
@example(data=b'"', ending="csv", rehearse=False)
@example(data=b"\x00", ending="csv", rehearse=False)
def test_whatever_the_file_it_is_json_and_two(
    run: Run, folder: Path, data: bytes, ending: str, rehearse: bool
) -> None:
    path = folder / f"文件.{ending}"
    path.write_bytes(data)
    try:
        code, answer = told(run, path, *(["--rehearse"] if rehearse else []))
    finally:
        path.unlink()
    assert code == (2 if answer["problems"] else 0)
    # There is no roster, so no bill is any good: never 0.
    assert code == 2


@pytest.mark.parametrize("name", ["没有.xlsx", "."])
def test_no_file_is_told(run: Run, folder: Path, name: str) -> None:
    code, answer = told(run, folder / name)
    assert (code, answer["problems"][0]["code"]) == (2, "file")
    code, out, err = run("import", str(folder / name), *REGION)
    assert (code, out) == (2, "")
    assert "无法读写文件" in err


def test_no_region_is_told(run: Run, folder: Path) -> None:
    path = folder / "名录.csv"
    path.write_bytes(as_csv(ROSTER, school(1, "00123")))
    code, out, err = run("import", str(path), "--region", "999999", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out)["problems"][0]["code"] == "region"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(run: Run, folder: Path) -> None:
    path = folder / "私.csv"
    path.write_bytes(b"x")
    path.chmod(0)
    code, answer = told(run, path)
    assert (code, answer["problems"][0]["code"]) == (2, "file")


# --- and the whole way --------------------------------------------------------------------------


def test_template_filled_imported_and_again(run: Run, folder: Path, tmp_path: Path) -> None:
    roster = tmp_path / "名录.csv"
    roster.write_bytes(as_csv(ROSTER, school(1, "00123")))
    assert told(run, roster, "--rehearse")[0] == 0
    database = Database(f"sqlite:///{folder / 'custody.sqlite3'}")
    assert _count(database, Institution) == 0
    code, answer = told(run, roster)
    assert (code, answer["kind"], answer["new"]) == (0, "roster", 1)
    blank = tmp_path / "模板.xlsx"
    assert run("template", *REGION, "--out", str(blank))[0] == 0
    code, answer = told(run, blank)
    assert (code, answer["problems"][0]["code"]) == (2, "nothing")
    bills = tmp_path / "账单.csv"
    bills.write_bytes(as_csv(BILLS, bill("00123", "2026-09", "1000")))
    assert told(run, bills)[1]["new"] == 1
    assert told(run, bills)[1]["same"] == 1
    wrong = tmp_path / "错.csv"
    wrong.write_bytes(as_csv(BILLS, bill("00123", "2026-10", "约一千")))
    code, answer = told(run, wrong)
    assert code == 2
    assert [(one["cell"], one["code"]) for one in answer["problems"]] == [("D2", "number")]
    assert (_count(database, Bill), _count(database, Import)) == (1, 3)
    database.dispose()


def _count(database: Database, model: type) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
