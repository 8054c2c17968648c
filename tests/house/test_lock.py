"""The lock holds what pyproject.toml asks for, and leaves the choice of index to the site."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("requirements.txt", "requirements-dev.txt")


def names(lines: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {re.sub(r"[._-]+", "-", match[0]).lower() for match in found if match}


def pins(file: str) -> list[str]:
    return re.findall(r"^(\S+==\S+)", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def wanted() -> tuple[set[str], set[str]]:
    with (ROOT / "pyproject.toml").open("rb") as source:
        project = tomllib.load(source)
    groups = project["dependency-groups"]
    runtime = names(project["project"]["dependencies"] + groups["build"])
    return runtime, runtime | names(groups["dev"])


def test_every_dependency_is_locked() -> None:
    runtime, everything = wanted()
    assert runtime <= names(pins("requirements.txt"))
    assert everything <= names(pins("requirements-dev.txt"))


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert set(pins("requirements.txt")) <= set(pins("requirements-dev.txt"))


@pytest.mark.parametrize("file", FILES)
def test_no_index_is_named(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text
