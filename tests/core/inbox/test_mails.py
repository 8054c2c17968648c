"""What mails say: no markup of a stranger's gets through, and the way out is always there."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from custody.inbox import wording
from custody.inbox.wording import Line
from custody.infra.clock import SHANGHAI

BASE = "https://nengyuan.example.gov.cn"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=SHANGHAI)


def line(
    title: str = "已退回：宜兴市 M18", detail: str = "韩协：缺页", group: str = "审核结果"
) -> Line:
    return Line(group, title, detail, f"{BASE}/regions/320282", AT)


def test_one_message() -> None:
    mail = wording.one("林望山", line(), base_url=BASE)
    assert mail.subject == "【整区能源费用托管】已退回：宜兴市 M18"
    for text in (mail.text, mail.html):
        assert "林望山：" in text
        assert "韩协：缺页" in text
        assert "11月22日 09:30" in text
        assert f"{BASE}/regions/320282" in text
        assert f"{BASE}/inbox/settings" in text


def test_a_digest_counts_and_groups() -> None:
    lines = [line(group="督办"), line(group="审核结果"), line(group="督办")]
    mail = wording.digest("林望山", lines, date(2026, 11, 23), base_url=BASE)
    assert mail.subject == "【整区能源费用托管】11月23日消息摘要（3条）"
    assert [part[:2] for part in mail.text.split("［")[1:]] == ["审核", "督办", "督办"]


@given(st.text(max_size=30))
def test_nothing_becomes_markup(text: str) -> None:
    mail = wording.one(f"<b>{text}", line(f"<script>{text}", f'"><img {text}'), base_url=BASE)
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "<b>" not in mail.html


def test_a_long_title_is_cut_in_the_subject_only() -> None:
    mail = wording.one("林望山", line("已确认" * 60), base_url=BASE)
    assert len(mail.subject) < 100
    assert "已确认" * 60 in mail.text
