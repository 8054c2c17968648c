from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Identity, Place, Role
from custody.infra.db import Base, Versioned, Word


class Account(Versioned, Base):
    """A person with a password. `user` is a reserved word in PostgreSQL, hence the name."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(40))
    role: Mapped[Role] = mapped_column(Word(Role))
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool]
    active: Mapped[bool]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Part of every session's id: raising it signs the person out everywhere."""
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.region_code)

    def identity(self, address: str = "") -> Identity:
        return Identity(
            id=self.id,
            username=self.username,
            name=self.name,
            unit=self.unit,
            role=self.role,
            place=self.place,
            must_change_password=self.must_change_password,
            address=address,
        )
