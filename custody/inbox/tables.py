"""The outbox as a sheet; the texts of the mails are nobody's business."""

from __future__ import annotations

from collections.abc import Sequence

from custody.inbox.models import Mail
from custody.infra.workbooks import Column, Shape, Table


def mails(rows: Sequence[tuple[Mail, str]], *, under: str) -> Table:
    """`rows`: with the name of the person."""
    centre = Shape.CENTRE
    return Table(
        name="发件箱",
        title="邮件发送情况表",
        under=under,
        columns=[
            Column("邮件", 44),
            Column("收件人", 10),
            Column("邮箱地址", 28),
            Column("状态", 14, centre),
            Column("次数", 8, Shape.WHOLE),
            Column("写入", 18, centre),
            Column("发出", 18, centre),
            Column("说明", 44),
        ],
        rows=[
            [
                mail.subject,
                name,
                mail.address,
                mail.state.label,
                mail.tries,
                f"{mail.created_at:%Y-%m-%d %H:%M}",
                f"{mail.sent_at:%Y-%m-%d %H:%M}" if mail.sent_at else "",
                mail.error,
            ]
            for mail, name in rows
        ],
    )
