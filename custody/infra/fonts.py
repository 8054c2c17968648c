"""The fonts of printed papers: which files, where they are, and whether they are the right ones.

A missing font does not stop WeasyPrint, it prints something else or empty boxes. So the renderer
sees these seven files and nothing more, and refuses to work when one of them is not what it was.
Set-up (`make run`, .ci/setup/fonts.sh) puts them into .venv/share/fonts; CUSTODY_FONTS names another
folder. The files are used as they are: cutting the Simplified Chinese faces out of the Noto
collections was measured and gained nothing (360 against 358 ms for six pages).
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = "fonts.conf"
AGAIN = "在项目目录重新执行 make run"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Font:
    file: str
    family: str
    """The name CSS and SVG must use."""
    digests: tuple[str, ...]
    """SHA-256 of the releases we have seen."""
    strict: bool = True
    """Refuse other bytes. If not strict, other bytes pass when they hold the characters we need."""


FANGSONG = Font(
    "FandolFang-Regular.otf",
    "FandolFang",
    ("d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",),
)
KAITI = Font(
    "FandolKai-Regular.otf",
    "FandolKai",
    ("ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",),
)
TITLE = Font(
    "FandolSong-Bold.otf",
    "FandolSong",
    ("ffa76a70e128947a4dd22151d5ee829b23e24ce3cb6fe8ad49891cd1c2d9e9b9",),
)
# Noto is maintained and replaced now and then; Fandol has not changed since 2015, and Debian 12 and
# 13 carry the same bytes. First digest: Debian 12 (and 13 for Sans), second: Debian 13.
HEITI = Font(
    "NotoSansCJK-Regular.ttc",
    "Noto Sans CJK SC",
    ("b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",),
    strict=False,
)
HEITI_BOLD = Font(
    "NotoSansCJK-Bold.ttc",
    "Noto Sans CJK SC",
    ("faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",),
    strict=False,
)
SONGTI = Font(
    "NotoSerifCJK-Regular.ttc",
    "Noto Serif CJK SC",
    (
        "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
        "5d9c31a059600193c9d7968a998bde886ccdc77e934006ad243b41794c496a7d",
    ),
    strict=False,
)
SONGTI_BOLD = Font(
    "NotoSerifCJK-Bold.ttc",
    "Noto Serif CJK SC",
    (
        "a5d4b046c127da3d7c72f98b46c41489cd29bf52abfdf18aba920903e920d4ac",
        "1505ee3b9c0890fae6302ee0e9c6fd74d690f4a55a6ace1d9944f3f6352d622d",
    ),
    strict=False,
)
FONTS = (FANGSONG, KAITI, TITLE, HEITI, HEITI_BOLD, SONGTI, SONGTI_BOLD)


@dataclass(frozen=True)
class FontSet:
    folder: Path
    files: dict[str, Path]
    """Font.file → where it is; a file that is not there is not listed."""

    @property
    def configuration(self) -> Path:
        return self.folder / CONFIGURATION


def locate() -> FontSet:
    named = os.environ.get("CUSTODY_FONTS")
    folder = Path(named).expanduser().resolve() if named else ROOT / ".venv/share/fonts"
    paths = {font.file: folder / font.file for font in FONTS}
    return FontSet(folder, {file: path for file, path in paths.items() if path.is_file()})


def check() -> list[str]:
    """What keeps us from printing, in Chinese, each with what to do; an empty list is good news.

    Costs 0.1–0.3 s the first time in a process (113 MB are read), then next to nothing.
    """
    found = locate()
    problems = []
    for font in FONTS:
        path = found.files.get(font.file)
        if path is None:
            problems.append(f"缺少字体 {font.file}，请{AGAIN}。")
        elif not _genuine(font, path):
            problems.append(f"字体 {font.file} 与登记的文件不一致，请删除 {path}，并{AGAIN}。")
    conf = found.configuration
    if not conf.is_file():
        problems.append(f"缺少字体配置 {conf}，请{AGAIN}。")
    elif conf.read_text("utf-8") != configuration(found.folder):
        problems.append(f"字体配置已被改动，请删除 {conf}，并{AGAIN}。")
    return problems


def use_private_fonts() -> FontSet:
    """Point the renderer to our fonts only. Call it before weasyprint is imported."""
    found = locate()
    conf = str(found.configuration)
    if "weasyprint.text.ffi" in sys.modules and os.environ.get("FONTCONFIG_FILE") != conf:
        raise RuntimeError("use_private_fonts() came too late: weasyprint is already imported")
    os.environ["FONTCONFIG_FILE"] = conf
    return found


def configuration(folder: Path) -> str:
    """The private fonts.conf of a folder. The folder's hidden .cache spares each process 0.6 s."""
    name = escape(str(folder))
    return f"""\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <!-- Written at set-up. Only the fonts of this folder exist for the renderer. -->
  <dir>{name}</dir>
  <cachedir>{name}/.cache</cachedir>
  <config><rescan><int>0</int></rescan></config>
  <!-- What a named font lacks comes from Song, in the mainland's shapes. -->
  <match target="pattern">
    <edit name="family" mode="append_last"><string>{SONGTI.family}</string></edit>
  </match>
  <!-- FandolSong-Bold says of itself that its weight is 400. -->
  <match target="scan">
    <test name="file" compare="contains"><string>FandolSong-Bold</string></test>
    <edit name="weight" mode="assign"><const>bold</const></edit>
  </match>
</fontconfig>
"""


def _genuine(font: Font, path: Path) -> bool:
    return _judged(font, path, *_state(path))


def digests() -> list[str]:
    """SHA-256 of the fonts in their order: other fonts print other pages. A missing one has none."""
    paths = locate().files
    found = [paths.get(font.file) for font in FONTS]
    return ["" if path is None else _digest(path, *_state(path)) for path in found]


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


@lru_cache(maxsize=32)
def _digest(path: Path, _size: int, _modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=32)
def _judged(font: Font, path: Path, size: int, modified: int) -> bool:
    digest = _digest(path, size, modified)
    if digest in font.digests:
        return True
    if font.strict or not _holds_gb2312(font, path):
        return False
    log.warning("font %s is of a release not seen before (sha256 %s)", path, digest)
    return True


def _holds_gb2312(font: Font, path: Path) -> bool:
    """Is this a collection with our family in it, and has that all 6,763 characters of GB 2312?"""
    from fontTools.ttLib import TTCollection, TTLibError

    try:
        with path.open("rb") as file, TTCollection(file, lazy=True) as collection:
            for face in collection.fonts:
                if face["name"].getBestFamilyName() == font.family:
                    characters: set[int] = set(face.getBestCmap())
                    return _gb2312() <= characters
    except (TTLibError, OSError, KeyError, ValueError):
        log.warning("font %s cannot be read", path, exc_info=True)
    return False


def _gb2312() -> set[int]:
    rows = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return {ord(text) for row in rows if (text := row.decode("gb2312", "ignore"))}


def main() -> int:
    """Last step of set-up: write fonts.conf, fill the cache, say what is wrong."""
    found = locate()
    found.configuration.write_text(configuration(found.folder), "utf-8")
    (found.folder / ".cache").mkdir(exist_ok=True)
    use_private_fonts()
    from weasyprint.text.fonts import FontConfiguration

    FontConfiguration()
    problems = check()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
