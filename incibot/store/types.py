"""Column types that mean the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC to the microsecond.

    `DateTime(timezone=True)` loses the zone on SQLite and MariaDB, and microseconds on MariaDB.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))  # type: ignore[no-any-return]
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))  # type: ignore[no-any-return]
        return dialect.type_descriptor(DateTime())  # type: ignore[no-any-return]

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(length: int) -> TypeEngine[str]:
    """Text that is compared: to the letter, on MySQL too, where `a` would equal `A`."""
    return String(length).with_variant(
        mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
    )


ID = word(40)  # Slack's ids and ts: opaque, up to 13 characters and 17 today
KEY = word(200)
WORD = word(64)
WORDS = Text().with_variant(
    mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)
BYTES = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
ROW = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER keys
