"""The roof's work that is not a page: bring a database up, load a notice, start a demonstration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT, Config, ConfigError
from custody.accounts import actions as accounts
from custody.accounts.rules import Place, Role
from custody.demo import play, story
from custody.energy.actions import tables as energy_tables
from custody.infra import clock, fonts, journal, migrate
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.sheets import Undecodable, decode, read_csv
from custody.kernel.problems import Problem, Refused
from custody.milestones import sheet
from custody.milestones.actions import lifecycles, templates
from custody.milestones.queries.lifecycles import published
from custody.regions import actions as regions
from custody.regions import notice, queries
from custody.regions.actions import Loaded

MIGRATIONS = ROOT / "migrations"
NOTICES = ROOT / "custody" / "regions" / "notices"
JIANGSU = NOTICES / "jiangsu-2026"


def open_database(config: Config) -> Database:
    """The configured database, brought to the newest structure."""
    database = Database(config.database_url)
    if migrate.current(database) != migrate.head(MIGRATIONS):
        migrate.upgrade(database, MIGRATIONS)
    return database


def existing_database(config: Config) -> Database:
    """The same where there is one already; a mistyped CUSTODY_DATA must not found an empty one."""
    database = Database(config.database_url)
    if migrate.current(database) is None:
        raise ConfigError(
            f"{config.data} 中还没有数据库：请先执行 custody init 建立，"
            "或检查 CUSTODY_DATA 是否写对。"
        )
    return open_database(config)


@dataclass(frozen=True, slots=True)
class LoadResult:
    province: str
    rows: Loaded
    template_number: int
    started: int
    """Regions whose lifecycle began with this load."""


def load_folder(
    session: Session, folder: Path, *, actor: journal.Actor, now: datetime
) -> LoadResult:
    """Load a notice folder (notice.toml, cities.csv, regions.csv and, if there, milestones.csv).

    All or nothing, and idempotent. Raises Refused naming file, row and column.
    """
    data = notice.read(
        _toml(folder / "notice.toml"), _rows(folder / "cities.csv"), _rows(folder / "regions.csv")
    )
    loaded = regions.load(session, data, actor=actor, now=now)
    province = data.province.code
    own = folder / "milestones.csv"
    source = own if own.exists() else JIANGSU / "milestones.csv"
    if own.exists() or not _has_template(session, province):
        template = templates.load(
            session,
            sheet.read(_rows(source)),
            province=province,
            note=f"随《{data.notice.title}》载入",
            actor=actor,
            now=now,
        )
    else:
        template = published(session, province)
    energy_tables.begin(session, province, actor=actor, now=now)
    place = queries.place_of_code(session, province)
    started = lifecycles.enrol(
        session,
        queries.regions_of(session, place),
        template=template,
        batches=queries.batches_of(session, province),
        actor=actor,
        now=now,
    )
    return LoadResult(province, loaded, template.number, started)


def found(
    session: Session, *, username: str, password: str | None, now: datetime
) -> tuple[str, str]:
    """Begin a production installation: the notice and one administrator.

    A province loaded before (`custody load`) is taken as it is; otherwise Jiangsu's notice is loaded.
    Returns a Chinese sentence about the data, and the administrator's first password.
    """
    known = queries.provinces(session)
    if known:
        province, words = known[0].code, f"沿用已载入的{known[0].name}数据。"
    else:
        result = load_folder(session, JIANGSU, actor=journal.Machine(), now=now)
        province = result.province
        words = f"已载入江苏省通知数据，共{result.rows.added}项。"
    _, first = accounts.add(
        session,
        actor=journal.Machine(),
        now=now,
        username=username,
        name="系统管理员",
        unit="",
        phone="",
        role=Role.SYSADMIN,
        place=Place(province),
        password=password,
    )
    return words, first


def demonstrate(config: Config, database: Database, say: Callable[[str], None]) -> bool:
    """Fill an empty database with the demonstration, up to yesterday; False where something is there.

    All or nothing: the marker file and the rows appear together. A database that holds anything
    else is left alone: real work is never mixed with made-up work.
    """
    with database.transaction() as session:
        if session.scalar(select(journal.Event.id).limit(1)) is not None:
            return False
        start = min(story.START, clock.now())
        load_folder(session, JIANGSU, actor=journal.Machine(), now=start)
        say("已载入江苏省通知数据，正在建立演示账号……")
        play.add_accounts(session, now=start)
        say("正在按2026年的工作节奏生成演示进展（约需十几秒）：")
        store = FileStore(config.files)
        acts = play.play(session, store, until=clock.at(clock.today(), 0), say=say)
        for problem in fonts.check():
            say(f"{problem}（演示简报因此停留在草稿。）")
        say(f"演示数据已生成，共{acts}个操作，均记入操作日志。")
        config.demo_marker.touch()
    return True


def _has_template(session: Session, province: str) -> bool:
    return templates.next_number(session, province) > 1


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise Refused(
            [Problem("file", f"读取不到 {path}，请检查文件夹和文件名。", path.name)]
        ) from None


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(decode(_read(path)))
    except Undecodable:
        raise Refused([_encoding(path)]) from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = f"第{where[1]}行" if where else ""
        raise Refused(
            [
                Problem(
                    "toml",
                    f"{path.name}{line}格式不对，请对照随附的样例文件改正后重新载入。",
                    path.name,
                )
            ]
        ) from None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        return read_csv(_read(path))
    except Undecodable:
        raise Refused([_encoding(path)]) from None


def _encoding(path: Path) -> Problem:
    return Problem(
        "encoding",
        f"{path.name} 的文字编码无法识别，请另存为 UTF-8 或 GBK 编码。",
        path.name,
    )
