"""The fast reading of our own pages gives the tree of HTML's own rules, or nothing."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5

from custody.briefs import booklet, render, snapshot
from custody.briefs.rules import Form
from custody.infra import markup, pdf
from tests.factories import evidence, facts

MASTHEAD = snapshot.Masthead(
    issuer="省机关事务管理局", year=2026, day=date(2026, 11, 22), copies=(("报", "省委办公厅"),)
)


def job_of(scope: str, form: Form, mood: facts.Mood = "normal") -> pdf.Job:
    found = facts.programme(mood, scope=scope)
    content = snapshot.freeze(found, masthead=MASTHEAD, form=form, more=evidence.more(found))
    return render.job(snapshot.numbered(content, issue=1, total=1, base_url="https://x.gov.cn"))


def plain(one: Element) -> object:
    """Tag, attributes, text and what follows; blanks between head and body say nothing."""
    tail = (one.tail or "") if one.tag not in ("html", "head", "body") else ""
    text = (one.text or "") if one.tag not in ("html", "head") else ""
    parts = [plain(part) for part in one]
    if one.tag == "body" and parts:
        # What stands behind </body> belongs to the body's end.
        *rest, (tag, given, words, inner, behind) = parts  # type: ignore[misc]
        parts = [*rest, (tag, given, words, inner, behind.rstrip())]
    return one.tag, dict(one.attrib), text, parts, tail


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("scope", ["province", "city:320200", "region:320282"])
@pytest.mark.parametrize("mood", ["normal", "all_late", "none_started"])
def test_briefs_are_read_as_a_browser_would(scope: str, form: Form, mood: facts.Mood) -> None:
    html = job_of(scope, form, mood).html
    found = markup.tree_of(html)
    assert found is not None, "the fast way is taken"
    assert plain(found) == plain(tinyhtml5.parse(html, namespace_html_elements=False))


@pytest.mark.parametrize(
    "body",
    [
        "<p>一<div>二</div></p>",
        "<table><tr><td>一</td></tr></table>",
        "<table><tbody><td>一</td></tbody></table>",
        "<p>一<p>二",
        "<p>一&unheardof;二</p>",
        "<svg></svg>",
        "<input disabled>",
        "<pre>\n一</pre>",
        "<p><b>一</p></b>",
    ],
)
def test_what_html_would_mend_is_left_to_it(body: str) -> None:
    assert markup.tree_of(f"<!doctype html><html><head></head><body>{body}</body></html>") is None


@pytest.mark.pdf
def test_the_paper_is_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of("region:320282", Form.BRIEF)
    fast = pdf.render(job)
    monkeypatch.setattr(markup, "tree_of", lambda _html: None)
    assert pdf.render(job) == fast


@pytest.mark.pdf
def test_a_booklet_is_read_fast_too() -> None:
    bound = booklet.Bound("江苏省", "全省", "第1期", job_of("province", Form.BRIEF))
    html = booklet.job(
        [bound], period="2026年11月", issuer="省局", as_of=date(2026, 11, 22), demo=False
    ).html
    found = markup.tree_of(html)
    assert found is None or plain(found) == plain(
        tinyhtml5.parse(html, namespace_html_elements=False)
    )
