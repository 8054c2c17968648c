"""custody baseline fit and custody savings: plain files in, figures or a Chinese sentence out."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from custody import cli
from custody.kernel.periods import Month
from tests.core.mv.test_fit import T, Y
from tests.core.mv.test_ladder import REPORT_T, REPORT_Y

Run = Callable[..., tuple[int, str]]
HEAD = "meter,month,days,use"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """custody WORDS…, where the files lie: (exit code, everything that was printed)."""
    monkeypatch.setenv("CUSTODY_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["custody", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as done:
            code = int(done.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out + printed.err

    return call


BASE, REPORT = Month(2024, 1), Month(2025, 1)


def bills(meter: str, use: Sequence[float], first: Month = BASE) -> list[str]:
    """Rows of use per day, with the real days of the months."""
    months = [first.plus(place) for place in range(len(use))]
    return [
        f"{meter},{month},{month.last.day},{value * month.last.day!r}"
        for month, value in zip(months, map(float, use), strict=True)
    ]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rows = [HEAD, *bills("A", Y), *bills("B", Y[:8]), *bills("C", Y[:3])]
    (tmp_path / "bills.csv").write_text("\n".join(rows), "utf-8")
    rows = [HEAD, *(row for meter in "ABCD" for row in bills(meter, REPORT_Y, REPORT))]
    (tmp_path / "report.csv").write_text("\n".join(rows), "utf-8")
    warm = [f"{BASE.plus(k)},{t}" for k, t in enumerate([*T, *REPORT_T])]
    (tmp_path / "temps.csv").write_text("\n".join(["month,temperature", *warm]), "utf-8")
    return tmp_path


def fitted(run: Run, *words: str) -> dict[str, Any]:
    code, said = run("baseline", "fit", "bills.csv", *words, "--json")
    assert code == 0, said
    return {one["meter"]: one for one in json.loads(said)["meters"]}


@pytest.mark.usefixtures("files")
def test_every_meter_gets_the_best_its_data_bear(run: Run) -> None:
    found = fitted(run, "--temperature", "temps.csv", "--all-models")
    assert [one["model"] for one in found.values()] == ["4P", "daily_mean", "quota"]
    one = found["A"]
    c = one["coefficients"]
    assert c["slope_left"] < 0 < c["slope_right"]
    assert c["cp_left"] == c["cp_right"]
    assert (one["n"], one["p"], one["stops"], one["warnings"]) == (12, 4, [], [])
    assert one["months"] == [f"2024-{k:02d}" for k in range(1, 13)]
    assert 0 <= one["sse"] < one["sst"]
    assert [other["model"] for other in one["candidates"]] == ["1P", "2P", "3PC", "4P"]
    assert one["bic"] == min(other["bic"] for other in one["candidates"])
    assert one["candidates"][1]["coefficients"]["cp_right"] is None
    assert found["C"]["stops"][0]["code"] == "quota"
    assert set(found["C"]["coefficients"].values()) == {None}


@pytest.mark.usefixtures("files")
def test_a_model_may_be_asked_for_and_temperature_be_lacking(run: Run) -> None:
    found = fitted(run, "--temperature", "temps.csv", "--model", "3PC")
    assert [one["model"] for one in found.values()] == ["3PC", "3PC", "3PC"]
    assert found["B"]["stops"][0]["code"] == "too_few"
    found = fitted(run)
    assert [one["model"] for one in found.values()] == ["same_month", "daily_mean", "quota"]
    assert found["A"]["profile"]["7"] == pytest.approx(Y[6])


@pytest.mark.usefixtures("files")
def test_savings_of_meters_and_their_sum(run: Run) -> None:
    words = ("savings", "bills.csv", "report.csv", "--temperature", "temps.csv")
    code, said = run(*words, "--json")
    assert code == 0, said
    found = json.loads(said)
    a, b, c, d = found["meters"]
    assert [one["model"] for one in (a, b, c, d)] == ["4P", "daily_mean", "quota", None]
    assert a["savings"] == pytest.approx(a["adjusted_baseline"] - a["actual"])
    assert a["percent"] == pytest.approx(100 * a["savings"] / a["adjusted_baseline"])
    wide, narrow = a["bands"]
    assert (wide["confidence"], narrow["confidence"]) == (0.9, 0.68)
    assert 0 < narrow["relative"] < wide["relative"] == a["uncertainty"]
    assert c["savings"] is None
    assert [one["code"] for one in d["stops"]] == ["no_baseline"]
    assert found["total"]["savings"] == pytest.approx(a["savings"] + b["savings"])
    code, said = run(*words)
    assert code == 0
    assert "校准基准" in said
    assert "合计" in said
    assert "[不可用] D：没有已采用的基准" in said


@pytest.mark.usefixtures("files")
def test_the_table_is_for_people(run: Run) -> None:
    code, said = run("baseline", "fit", "bills.csv", "--temperature", "temps.csv")
    assert code == 0
    assert "采暖制冷型" in said
    assert "[不可用] C：只有3个月的用量" in said
    assert "slope_left < 0" in run("baseline", "fit", "--help")[1]


def test_files_of_any_make_say_the_same(run: Run, files: Path) -> None:
    """GBK, other columns and their order, Chinese heads, Excel with dates: one answer."""
    wanted = fitted(run, "--temperature", "temps.csv")["A"]
    rows = [row.split(",") for row in bills("A", Y)]
    lines = [
        f"无,{use},{days}, {month.replace('-', '年')}月,A" for _, month, days, use in reversed(rows)
    ]
    text = "\n".join(["备注,用量,天数,月份,计量表", *lines])
    (files / "bills.csv").write_bytes(text.encode("gb18030"))
    assert fitted(run, "--temperature", "temps.csv")["A"] == wanted
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(1, 0, HEAD.split(","))
    style = book.add_format({"num_format": "yyyy-mm"})
    for place, (meter, month, days, use) in enumerate(rows, 2):
        sheet.write(place, 0, meter)
        sheet.write_datetime(place, 1, Month.parse(month).first, style)  # type: ignore[arg-type]
        sheet.write(place, 2, int(days))
        sheet.write(place, 3, float(use))
    book.close()
    (files / "bills.xlsx").write_bytes(out.getvalue())
    code, said = run("baseline", "fit", "bills.xlsx", "--temperature", "temps.csv", "--json")
    assert code == 0, said
    again = json.loads(said)["meters"][0]
    assert again["coefficients"] == pytest.approx(wanted["coefficients"], nan_ok=True)
    assert again["months"] == wanted["months"]


def test_a_meter_s_own_temperatures_go_first(run: Run, files: Path) -> None:
    rows = [
        f"{meter},{BASE.plus(k)},{t + shift}"
        for meter, shift in (("A", 0.0), ("B", 5.0))
        for k, t in enumerate(T)
    ]
    (files / "own.csv").write_text("\n".join(["meter,month,temperature", *rows]), "utf-8")
    (files / "bills.csv").write_text("\n".join([HEAD, *bills("A", Y), *bills("B", Y)]), "utf-8")
    found = fitted(run, "--temperature", "own.csv")
    assert found["B"]["coefficients"]["cp_left"] == pytest.approx(
        found["A"]["coefficients"]["cp_left"] + 5
    )
    assert found["B"]["sse"] == pytest.approx(found["A"]["sse"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "空文件"),
        ("meter,month,use\nA,2024-01,5", "第1行缺少days（天数）列"),
        (f"{HEAD}\n", "没有一条账单"),
        (f"{HEAD}\nA,2024-13,31,5", "第2行month列（B2）：“2024-13”无法识别"),
        (f"{HEAD}\nA,,31,5", "第2行month列（B2）：缺少月份"),
        (f"{HEAD}\nA,2024-01,31,一百", "第2行use列（D2）：“一百”不是数字"),
        (f"{HEAD}\nA,2024-01,31,nan", "“nan”不是数字"),
        (f"{HEAD}\nA,2024-01,,5", "第2行days列（C2）：缺少天数"),
        (f"{HEAD}\nA,2024-01,0,5", "第2行days列（C2）：天数应大于0"),
        (f"{HEAD}\n,2024-01,31,5", "第2行meter列（A2）：缺少计量表"),
        (HEAD + "\nA,2024-01,31,x" * 30, "另有10处类似问题"),
    ],
)
def test_bad_files_are_told_by_row_and_column(run: Run, files: Path, text: str, said: str) -> None:
    (files / "bad.csv").write_text(text, "utf-8")
    for words in (("baseline", "fit", "bad.csv"), ("savings", "bills.csv", "bad.csv")):
        code, printed = run(*words, "--json")
        assert code == 2
        assert said in printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("month\n2024-01", "第1行缺少temperature（气温）列"),
        ("month,temperature\n2024-01,暖", "第2行temperature列（B2）：“暖”不是数字"),
        ("month,temperature\n2024-01,300", "气温应在-60至60℃之间"),
        ("month,temperature\n2024-01,3\n2024-01,4", "第3行month列（A3）：2024-01重复"),
        ("month,temperature\n2024-01,", "没有一个月的气温"),
    ],
)
def test_bad_temperatures_are_told_too(run: Run, files: Path, text: str, said: str) -> None:
    (files / "bad.csv").write_text(text, "utf-8")
    code, printed = run("baseline", "fit", "bills.csv", "--temperature", "bad.csv")
    assert code == 2
    assert said in printed


def test_a_file_that_is_not_there(run: Run, files: Path) -> None:
    code, said = run("baseline", "fit", "nowhere.csv")
    assert code == 2
    assert "无法读写文件 nowhere.csv" in said
    code, said = run("baseline", "fit", str(files))
    assert code == 2
    assert "无法读写文件" in said


def test_a_doubled_month_is_the_meter_s_own_fault(run: Run, files: Path) -> None:
    rows = [HEAD, *bills("A", Y), *bills("A", Y[:1]), *bills("B", Y)]
    (files / "bills.csv").write_text("\n".join(rows), "utf-8")
    found = fitted(run, "--temperature", "temps.csv")
    assert [one["code"] for one in found["A"]["stops"]] == ["doubled"]
    assert found["B"]["stops"] == []
    code, said = run("savings", "bills.csv", "report.csv", "--temperature", "temps.csv", "--json")
    assert code == 0
    assert [one["savings"] is None for one in json.loads(said)["meters"][:2]] == [True, False]
