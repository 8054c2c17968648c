"""The fonts of printed papers: what is missing or altered is named, and what to do."""

import shutil
import sys
from pathlib import Path

import pytest

from custody.infra import fonts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A font folder like the real one, to break in tests."""
    for path in fonts.locate().files.values():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / fonts.CONFIGURATION).write_text(fonts.configuration(tmp_path), "utf-8")
    monkeypatch.setenv("CUSTODY_FONTS", str(tmp_path))
    return tmp_path


def test_the_installed_fonts_are_right() -> None:
    assert fonts.check() == []
    assert set(fonts.locate().files) == {font.file for font in fonts.FONTS}


def test_another_folder_is_as_good(folder: Path) -> None:
    assert fonts.locate().folder == folder
    assert fonts.check() == []


def test_a_missing_font_is_named(folder: Path) -> None:
    (folder / fonts.KAITI.file).unlink()
    assert fonts.check() == ["缺少字体 FandolKai-Regular.otf，请在项目目录重新执行 make run。"]


@pytest.mark.parametrize("font", [fonts.TITLE, fonts.SONGTI])
def test_another_font_under_the_name_is_refused(folder: Path, font: fonts.Font) -> None:
    path = folder / font.file
    path.unlink()
    shutil.copy(fonts.locate().files[fonts.KAITI.file], path)
    [problem] = fonts.check()
    assert f"字体 {font.file} 与登记的文件不一致" in problem
    assert f"请删除 {path}" in problem


def test_a_release_of_noto_not_seen_before_will_do(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder / fonts.HEITI.file
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data + b"\0")
    assert fonts.check() == []
    assert "not seen before" in caplog.text


def test_an_altered_configuration_is_refused(folder: Path) -> None:
    conf = folder / fonts.CONFIGURATION
    conf.write_text(conf.read_text("utf-8").replace("bold", "light"), "utf-8")
    assert fonts.check() == [f"字体配置已被改动，请删除 {conf}，并在项目目录重新执行 make run。"]
    conf.unlink()
    assert fonts.check() == [f"缺少字体配置 {conf}，请在项目目录重新执行 make run。"]


def test_the_renderer_is_told_in_time_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    monkeypatch.delitem(sys.modules, "weasyprint.text.ffi", raising=False)
    assert fonts.use_private_fonts().folder == folder
    monkeypatch.setenv("FONTCONFIG_FILE", "/somewhere/else")
    monkeypatch.setitem(sys.modules, "weasyprint.text.ffi", sys)
    with pytest.raises(RuntimeError):
        fonts.use_private_fonts()
