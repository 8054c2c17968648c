"""Pure: what a mail says, as plain text and as simple HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

SYSTEM = "整区能源费用托管"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a mail shows it."""

    group: str
    title: str
    detail: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    text: str
    html: str


def one(name: str, line: Line, *, base_url: str) -> Text:
    """A mail about one message."""
    return _mail(f"【{SYSTEM}】{_short(line.title)}", name, "", [line], base_url)


def digest(name: str, lines: Sequence[Line], day: date, *, base_url: str) -> Text:
    """The mail of a day: everything that is new and unread, group by group."""
    subject = f"【{SYSTEM}】{day.month}月{day.day}日消息摘要（{len(lines)}条）"
    lead = f"截至{day.month}月{day.day}日8时30分，您有{len(lines)}条未读消息："
    ordered = sorted(lines, key=lambda line: (line.group, line.at))
    return _mail(subject, name, lead, ordered, base_url)


def code(name: str, digits: str, minutes: int, *, base_url: str) -> Text:
    lead = (
        f"您正在把本邮箱设为接收系统消息的地址，验证码为 {digits}，{minutes}分钟内有效。"
        "如非本人操作，请不必理会。"
    )
    return _mail(f"【{SYSTEM}】邮箱验证码", name, lead, [], base_url)


def trial(name: str, *, base_url: str) -> Text:
    lead = "这是一封测试邮件。收到即说明系统的邮件服务工作正常，无需回复。"
    return _mail(f"【{SYSTEM}】测试邮件", name, lead, [], base_url)


def _short(title: str) -> str:
    return title if len(title) <= 80 else f"{title[:79]}…"


def _mail(subject: str, name: str, lead: str, lines: Sequence[Line], base_url: str) -> Text:
    settings = f"{base_url}/inbox/settings"
    foot = f"本邮件由{SYSTEM}系统自动发出，请勿回复。如不希望收到，可在“消息设置”中调整："
    told = [f"{name}：", ""]
    if lead:
        told += [lead, ""]
    for line in lines:
        told += [f"［{line.group}］{line.title}"]
        if line.detail:
            told += [f"  {line.detail}"]
        told += [f"  {_moment(line.at)}" + (f"　{line.url}" if line.url else ""), ""]
    told += ["—", foot, settings, ""]
    return Text(subject, "\n".join(told), _html(name, lead, lines, foot, settings))


_CELL = 'style="padding:8px 0;border-bottom:1px solid #dde3e9"'
_FAINT = 'style="color:#56616d;font-size:13px"'


def _html(name: str, lead: str, lines: Sequence[Line], foot: str, settings: str) -> str:
    rows = "".join(_row(line) for line in lines)
    table = f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>' if rows else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"></head>'
        '<body style="margin:0;padding:16px;color:#1a2430;font:14px/1.6 sans-serif">'
        '<div style="max-width:640px">'
        f'<p style="font-weight:600;color:#17457a">{SYSTEM}</p>'
        f"<p>{escape(name)}：</p>{f'<p>{escape(lead)}</p>' if lead else ''}{table}"
        f'<p {_FAINT}>{escape(foot)}<a href="{escape(settings)}">消息设置</a></p>'
        "</div></body></html>"
    )


def _row(line: Line) -> str:
    title = escape(line.title)
    if line.url:
        title = f'<a href="{escape(line.url)}" style="color:#17457a">{title}</a>'
    detail = f"<br>{escape(line.detail)}" if line.detail else ""
    when = f"{escape(line.group)}　{_moment(line.at)}"
    return f"<tr><td {_CELL}>{title}{detail}<br><span {_FAINT}>{when}</span></td></tr>"


def _moment(at: datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"
