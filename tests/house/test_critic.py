"""The critic itself: a good page passes, and each fault is seen."""

import re
from xml.etree.ElementTree import tostring

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import critic, html

GOOD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>登录 · 托管</title>
<script type="module" src="/static/js/frame.js"></script></head>
<body><main id="main"><h1>登录</h1>
<form method="post" action="/sign-in"><input type="hidden" name="csrf_token" value="x">
<label for="a">用户名</label><input id="a" name="a" aria-describedby="a-hint">
<p id="a-hint">提示</p><label>密码 <input type="password" name="p"></label>
<label for="s">角色</label><select id="s" name="s"><option>一</option></select>
<button>登录</button></form>
<table><tr><th scope="col">名称</th></tr><tr><td>值</td></tr></table>
<svg viewBox="0 0 9 9" aria-hidden="true"><rect width="9" height="9" fill="red"/></svg>
</main></body></html>"""

ODD = [
    *(
        "<a href='x'>",
        '<a href="?a=1&amp;b=2" href="y">',
        "<A Class=x>",
        "<br/>",
        "<svg><g/>",
        "<!-- x -->",
    ),
    *(
        "&nbsp;",
        "&amp;",
        "&#39;",
        "&#x41;",
        "&",
        "&lt",
        "<",
        "</",
        "<?x>",
        "</p x>",
        "\r\n",
        "\0",
        "\f",
    ),
    *(
        "<textarea>\n\n&lt;<b>",
        "</textarea>",
        "<pre>\n",
        "<select><option>",
        "<script><!-- </script>",
        "<p",
    ),
    *(
        '<svg viewBox="0 0 1 1">',
        "<math>",
        "<td>",
        "<tr>",
        "<table>x",
        "<b><p>",
        "</b>",
        "<li>",
        "\ud800",
    ),
    *(
        '<i title="&quot;&amp;&#34;">',
        "<div hidden data-x>",
        '<h2\nid="q" >',
        "</h2 >",
        "<frameset>",
        "\x01",
    ),
]


def test_a_good_page_passes() -> None:
    assert critic.faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("<!doctype html>", "", "no doctype"),
        ('lang="zh-CN"', 'lang="en"', "language"),
        ("<h1>登录</h1>", "<h2>登录</h2>", "0 h1"),
        ("<h1>登录</h1>", "<h1>登录</h1><h1>登录</h1>", "2 h1"),
        ("<title>登录", "<title>首页", "does not open with the h1"),
        ("<h1>登录</h1>", "<h1>登录</h1><h3>细节</h3>", "skips a level"),
        ('<label for="a">用户名</label>', "", "field 'a' has no label"),
        ('<label for="s">角色</label>', '<label for="t">角色</label>', "label for 't'"),
        ("<label>密码 <input", "<label></label><input", "field 'p' has no label"),
        ('<p id="a-hint">', '<p id="a">', "id 'a' 2 times"),
        ('aria-describedby="a-hint"', 'aria-describedby="gone"', "names 'gone'"),
        ('name="csrf_token"', 'name="other"', "0 tokens"),
        ("<button>登录</button>", "<button></button>", "button without a name"),
        ("<button>登录</button>", '<button style="color:red">登录</button>', "style attribute"),
        ("<button>登录</button>", '<button onclick="go()">登录</button>', "onclick"),
        ("</main>", "<script>go()</script></main>", "inline script"),
        ("</main>", "<style>p{}</style></main>", "inline style"),
        ("</main>", "<p>None</p></main>", "machine's words"),
        ("</main>", "<p>{{ name }}</p></main>", "machine's words"),
        ("</main>", '<a href="#gone">去</a></main>', "link to '#gone'"),
        ("</main>", '<a href="https://example.com/">去</a></main>', "leads out"),
        ("</main>", '<img src="/a.png"></main>', "without alt"),
        ("</main>", "<p>没有结束<div></p></main>", "not valid HTML"),
        ("</main>", "<form><form></form></form></main>", "not valid HTML"),
        ('<th scope="col">名称</th>', "<td>名称</td>", "without head cells"),
    ],
)
def test_each_fault_is_seen(right: str, wrong: str, found: str) -> None:
    assert right in GOOD
    assert any(found in fault for fault in critic.faults(GOOD.replace(right, wrong, 1)))


PIECES = [*re.findall(r"<[^>]*>|[^<]+", GOOD), *ODD]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40),
    st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(PIECES))),
)
def test_pages_are_read_as_html5lib_reads_them(
    pieces: list[str], cuts: list[tuple[int, int, str]]
) -> None:
    cut = GOOD
    for place, length, put in cuts:
        cut = cut[:place] + put + cut[place + length :]
    for text in (cut, "".join(pieces)):
        root, errors = html.parse(text)
        slow, said = html.read(html5lib.HTMLParser(namespaceHTMLElements=False), text)
        assert errors == said
        assert tostring(root) == tostring(slow)


def test_the_pages_of_the_house_take_the_short_way() -> None:
    """Or there would be no sense in it: all but the few pieces html5lib knows better."""
    tokenizer = html.Tokenizer(re.sub("<script.*?</script>", "", GOOD))
    tokens = list(tokenizer)
    assert len(tokens) - tokenizer.short < 20
