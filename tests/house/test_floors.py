"""The floors and rooms of the house hold, and the linter that says so can say no."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("custody/regions/rules.py", "import custody.milestones.rules", "The floors"),
        ("custody/accounts/rules.py", "import custody.accounts.models", "The rooms"),
        ("custody/milestones/rules.py", "import sqlalchemy", "The core knows no framework"),
        ("custody/dashboard/queries.py", "import custody.milestones.views.officer", "Views and"),
        ("custody/regions/helpers.py", "", "The rooms"),
        ("custody/common/__init__.py", "", "The floors"),
        ("custody/kernel/drawing.py", "import custody.infra.clock", "The floors"),
        ("custody/mv/fit.py", "import custody.infra.files", "The floors"),
        ("custody/mv/fit.py", "import sqlalchemy", "The core knows no framework"),
    ],
)
def test_a_step_out_of_line_is_caught(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "config.py", tmp_path)
    ignore = shutil.ignore_patterns("__pycache__", "notices")
    shutil.copytree(ROOT / "custody", tmp_path / "custody", ignore=ignore)
    target = tmp_path / file
    target.parent.mkdir(exist_ok=True)
    before = target.read_text("utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{line}\n", "utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), broken


def test_nothing_lives_in_the_package_s_own_file() -> None:
    for folder in ("custody", "custody/accounts", "custody/infra", "custody/mv", "custody/kernel"):
        assert (ROOT / folder / "__init__.py").read_text("utf-8") == ""


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_no_room_without_a_name(name: str) -> None:
    assert not list((ROOT / "custody").rglob(f"{name}*"))


def test_the_core_has_no_clock_no_chance_and_no_files() -> None:
    core = [
        *(ROOT / "custody" / "kernel").glob("*.py"),
        *(ROOT / "custody" / "mv").glob("*.py"),
        *(ROOT / "custody").glob("*/rules.py"),
        *(ROOT / "custody").glob("*/rules/*.py"),
    ]
    assert len(core) > 6
    for path in core:
        text = path.read_text("utf-8")
        for word in ("datetime.now", "date.today", "import random", "import os\n", "open("):
            assert word not in text, f"{path.name}: {word}"
