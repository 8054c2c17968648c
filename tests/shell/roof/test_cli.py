"""The console command: every refusal is a Chinese sentence and exit code 2, never a traceback."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import cli, setup
from custody.infra import clock
from tests.factories.province import write_notice

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """custody WORDS… in a data folder of its own: (exit code, everything that was printed)."""
    monkeypatch.setenv("CUSTODY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CUSTODY_TODAY", "2026-11-22")
    monkeypatch.delenv("CUSTODY_DATABASE_URL", raising=False)

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["custody", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as done:
            code = int(done.code or 0)
        finally:
            clock.freeze_day(None)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def test_init_is_done_once(run: Run) -> None:
    code, said = run("init")
    assert code == 0
    assert "已载入江苏省通知数据，共67项" in said
    assert "初始密码" in said
    assert run("init") == (0, "数据库已经建立，未作改动。\n")
    code, said = run("init", "--demo")
    assert code == 0
    assert "已有正式数据，未作改动" in said


def test_a_province_loaded_before_is_kept(run: Run, tmp_path: Path) -> None:
    folder = write_notice(tmp_path / "made-up", 40)
    code, said = run("load", str(folder))
    assert code == 0, said
    assert "40个地区开始使用里程碑模板第1版" in said
    code, said = run("load", str(folder))
    assert code == 0
    assert "新增0项，更新0项" in said
    assert "0个地区" in said
    code, said = run("init")
    assert "沿用已载入的" in said
    code, said = run("regions", "--json")
    assert len(json.loads(said)) == 40


def test_regions_as_json(run: Run) -> None:
    run("init")
    code, said = run("regions", "--json")
    assert code == 0
    regions = {region["code"]: region for region in json.loads(said)}
    assert len(regions) == 32
    wanted = {
        "320282": ("宜兴市", "无锡市", 1, "试点"),
        "320211": ("无锡市滨湖区", "无锡市", 2, "平台建设"),
        "320104": ("南京市秦淮区", "南京市", 3, "招标前准备"),
    }
    for code_, (name, city, batch, stage) in wanted.items():
        found = regions[code_]
        assert (found["name"], found["city"], found["batch"], found["stage"]) == (
            name,
            city,
            batch,
            stage,
        )
    assert regions["320104"]["light"] == "red"
    assert "逾期206天" in regions["320104"]["light_reason"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "regions.csv").unlink(), "读取不到"),
        (lambda f: (f / "notice.toml").write_text("year = "), "格式不对"),
        (lambda f: (f / "regions.csv").write_bytes(b"\xff\xfe\x81"), "编码无法识别"),
        (lambda f: _swap(f / "regions.csv", "320282", "320582"), "出现了2次"),
        (lambda f: _swap(f / "regions.csv", "320200,1,", "329999,1,"), "不在 cities.csv 中"),
        (lambda f: _swap(f / "milestones.csv", ",M03 M04,", ",M03 M99,"), "前置“M99”不在本模板中"),
        (
            lambda f: _swap(f / "milestones.csv", "2026-08-31", "8月底"),
            "due_3（第3批计划完成）：应填写日期",
        ),
    ],
)
def test_damaged_notice_is_named_and_nothing_is_loaded(
    run: Run, tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    folder = tmp_path / "notice"
    shutil.copytree(setup.JIANGSU, folder)
    damage(folder)
    code, said = run("load", str(folder))
    assert code == 2
    assert words in said
    assert "Traceback" not in said
    code, said = run("regions", "--json")
    assert code == 2, "nothing was loaded"
    assert "先执行 custody init 载入数据" in said


def _swap(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_notice_in_gbk_is_read(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "notice"
    shutil.copytree(setup.JIANGSU, folder)
    for name in ("regions.csv", "cities.csv", "milestones.csv"):
        text = (folder / name).read_text()
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode("gbk"))
    assert run("load", str(folder))[0] == 0
    assert "淮安经济技术开发区" in run("regions", "--json")[1]


def test_accounts_from_the_shell(run: Run) -> None:
    run("init")
    words = ("user", "add", "zhang", "--name", "张三", "--role", "officer", "--place", "320282")
    code, said = run(*words)
    assert code == 0
    assert "已新增区县填报员 zhang，初始密码：" in said
    assert run(*words) == (2, "用户名“zhang”已被使用，请换一个。\n")
    code, said = run(
        "user", "add", "lisi", "--name", "李四", "--role", "officer", "--place", "320200"
    )
    assert (code, said) == (2, "区县填报员应绑定到县（市、区），请重新选择所属范围。\n")
    assert run("user", "add", "wuwu", "--name", "吴", "--role", "officer", "--place", "1")[0] == 2
    code, said = run("user", "add", "sun", "--name", "孙", "--role", "foo", "--place", "320282")
    assert code == 2
    assert said.startswith("没有角色“foo”。角色只能是：")
    assert "officer（区县填报员）" in said
    assert len(said.splitlines()) == 1
    assert run("user", "add", "sun", "--role", "区县填报员") == (
        2,
        "缺少姓名，请加上 --name。\n缺少所属地区代码，请加上 --place。\n",
    )
    words = ("user", "add", "sun", "--name", "孙", "--role", "区县填报员", "--place", "320282")
    assert "已新增区县填报员 sun" in run(*words)[1]


@pytest.mark.pdf
def test_brief_from_the_shell(run: Run, tmp_path: Path) -> None:
    run("init")
    out = tmp_path / "brief.pdf"
    code, said = run("brief", "render", "--scope", "city:320200", "--out", str(out))
    assert code == 0, said
    assert out.read_bytes().startswith(b"%PDF-")
    for scope in ("city:320282", "region:999999", "county:320282"):
        code, said = run("brief", "render", "--scope", scope, "--out", str(out))
        assert code == 2
        assert "Traceback" not in said
    future = ("brief", "render", "--as-of", "2026-12-01", "--out", str(out))
    assert run(*future) == (2, "截至日期不能晚于今天，请改正。\n")


@pytest.mark.parametrize("command", ["regions", "forecast"])
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("0001-01-01", "截至日期不能早于工作开始的2026年1月1日，请改正。"),
        ("2025-12-31", "截至日期不能早于工作开始的2026年1月1日，请改正。"),
        ("2026-11-23", "截至日期不能晚于今天，请改正。"),
        ("9999-12-31", "截至日期不能晚于今天，请改正。"),
    ],
)
def test_a_day_outside_the_programme_is_refused(
    run: Run, command: str, day: str, said: str
) -> None:
    run("init")
    assert run(command, "--as-of", day) == (2, f"{said}\n")
    assert run(command, "--as-of", "2026-01-01")[0] == 0
