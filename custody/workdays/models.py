from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.infra.db import Base


class CalendarDay(Base):
    """A day of a province that an administrator has entered: off, or worked in exchange.

    Days that are not here follow the published calendar, or Monday to Friday where there is none.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("province_code", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    day: Mapped[date]
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))
    """春节, 三月三 …; the holiday that a worked day makes up for."""
    source: Mapped[str] = mapped_column(String(200))
    """The document it is taken from."""
