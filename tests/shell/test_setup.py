"""Loading a notice: once, twice, changed, broken, of another province; and the command line."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config import ROOT
from custody import cli, setup
from custody.infra import clock as machine_clock
from custody.infra import migrate
from custody.infra.db import Base, Database
from custody.infra.journal import Event, Machine
from custody.kernel.problems import Refused
from custody.milestones.models import Lifecycle, Milestone, Template
from custody.regions.models import Batch, City, Region, Task
from tests.conftest import NOW, Clock
from tests.factories import people, programme, province


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def load(database: Database, folder: Path) -> setup.LoadResult:
    with database.transaction() as session:
        return setup.load_folder(session, folder, actor=Machine(), now=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped notice, to be changed."""
    return Path(shutil.copytree(setup.JIANGSU, tmp_path / "notice"))


def rewrite(path: Path, number: int, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[number].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_loading_twice_changes_nothing(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        programme.confirmed(session, people.YIXING, "M18")
    before = everything(database)
    result = load(database, setup.JIANGSU)
    assert (result.rows.added, result.rows.changed, result.started) == (0, 0, 0)
    assert result.rows.same == 1 + 1 + 3 + 9 + 8 + 13 + 32
    assert everything(database) == before


def test_what_the_files_say_otherwise_is_changed_and_recorded(
    database: Database, folder: Path
) -> None:
    rewrite(folder / "regions.csv", 0, name="宜兴市（更名）")
    notice = folder / "notice.toml"
    notice.write_text(notice.read_text("utf-8").replace("全面完成试点工作", "全面完成", 1), "utf-8")
    result = load(database, folder)
    assert (result.rows.added, result.rows.changed) == (0, 2)
    with database.reader() as session:
        assert session.get_one(Region, "320282").name == "宜兴市（更名）"
        assert session.get_one(Batch, ("320000", 1)).goal == "全面完成"
        event = session.scalars(select(Event).where(Event.action == "region.edited")).one()
        assert event.changes == {"name": ["宜兴市", "宜兴市（更名）"]}
        # Nobody's work is touched.
        assert session.scalar(select(func.count()).select_from(Lifecycle)) == 32


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("regions.csv", b"\xff\xfe\x81\x00", "文字编码无法识别"),
        ("notice.toml", b"[province\n", "格式不对"),
        ("cities.csv", b"code,name\n", "不在 cities.csv 中"),
        ("milestones.csv", b"code,name\nM01,\n", "milestones.csv 第2行"),
        ("regions.csv", None, "读取不到"),
    ],
)
def test_a_broken_folder_changes_nothing(
    database: Database, folder: Path, file: str, content: bytes | None, words: str
) -> None:
    before = everything(database)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(Refused) as caught:
        load(database, folder)
    assert words in str(caught.value)
    assert everything(database) == before


def test_a_file_saved_by_excel_in_china_is_read(database: Database, folder: Path) -> None:
    path = folder / "regions.csv"
    path.write_bytes(path.read_text("utf-8").replace("\n", "\r\n").encode("gb18030"))
    assert load(database, folder).rows.changed == 0


def test_another_province_of_a_thousand_regions(database: Database, tmp_path: Path) -> None:
    folder = province.write_notice(tmp_path / "notice", 1000)
    result = load(database, folder)
    assert result.started == 1000
    assert result.province == province.CODE
    with database.reader() as session:

        def count(model: type[Base]) -> int:
            column = model.province_code  # type: ignore[attr-defined]
            return session.scalar(select(func.count()).where(column == province.CODE)) or 0

        assert (count(Region), count(City), count(Batch), count(Task)) == (1000, 40, 3, 1)
        assert count(Template) == 1
        rows = session.scalar(
            select(func.count())
            .select_from(Milestone)
            .join(Region, Region.code == Milestone.region_code)
            .where(Region.province_code == province.CODE)
        )
        # 100 regions of the first batch, 150 of the second, 750 of the third.
        own = dict(
            session.execute(
                select(Region.batch_number, func.count())
                .where(Region.province_code == province.CODE)
                .group_by(Region.batch_number)
            ).all()
        )
        per_batch = dict(
            session.execute(
                select(Region.batch_number, func.count())
                .join(Milestone, Milestone.region_code == Region.code)
                .where(Region.province_code == "320000")
                .group_by(Region.batch_number)
            ).all()
        )
        jiangsu = {1: 3, 2: 5, 3: 24}
        assert rows == sum(own[n] * per_batch[n] // jiangsu[n] for n in jiangsu)
    assert load(database, folder).rows.added == 0


# --- the command --------------------------------------------------------------------------------


def custody(data: Path, *words: str, code: int = 0, **settings: str) -> str:
    """All that the command prints."""
    out, wrong = io.StringIO(), io.StringIO()
    ended: int | str | None = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(wrong):
        for name, value in {"CUSTODY_DATA": str(data), **settings}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["custody", *words])
        try:
            cli.main()
        except SystemExit as end:
            ended = end.code
        finally:
            machine_clock.freeze_day(None)
    assert (ended or 0) == code, wrong.getvalue()
    return out.getvalue() + wrong.getvalue()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("installed")
    said = custody(data, "init")
    assert "系统管理员：admin" in said
    assert "初始密码：" in said
    return data


def test_init_a_second_time_keeps_everything(installed: Path) -> None:
    database = Database(f"sqlite:///{installed / 'custody.sqlite3'}")
    before = everything(database)
    said = custody(installed, "init")
    assert "初始密码：" not in said
    assert everything(database) == before
    database.dispose()


def test_regions_as_json(installed: Path) -> None:
    rows = json.loads(custody(installed, "regions", "--json", CUSTODY_TODAY="2026-11-22"))
    assert len(rows) == 32
    assert set(rows[0]) >= {"code", "name", "city", "batch", "stage", "light", "light_reason"}
    assert {row["batch"] for row in rows} == {1, 2, 3}
    first = next(row for row in rows if row["code"] == "320282")
    assert (first["name"], first["city"], first["batch"]) == ("宜兴市", "无锡市", 1)
    assert all(row["light_reason"] for row in rows)


def test_a_user_is_added_once(installed: Path) -> None:
    words = ("user", "add", "zhangsan", "--name", "张三", "--role", "officer", "--place", "320282")
    assert "初始密码：" in custody(installed, *words)
    assert "已被使用" in custody(installed, *words, code=2)
    assert "应绑定到" in custody(
        installed, "user", "add", "lisi", "--name", "李四", "--role", "officer", "--place", "320000",
        code=2,
    )  # fmt: skip
    assert "没有找到" in custody(
        installed, "user", "add", "lisi", "--name", "李四", "--role", "officer", "--place", "999999",
        code=2,
    )  # fmt: skip


def test_verify_finds_all_well_and_then_a_forgery(installed: Path, tmp_path: Path) -> None:
    data = tmp_path / "copy"
    shutil.copytree(installed, data)
    custody(data, "verify")
    database = Database(f"sqlite:///{data / 'custody.sqlite3'}")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_no_update")
        connection.exec_driver_sql("UPDATE event SET note = 'x' WHERE id = 1")
        connection.commit()
    database.dispose()
    assert "第1条日志" in custody(data, "verify", code=1)


def test_the_command_is_installed(installed: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("custody"), "regions", "--json"],
        env={"PATH": os.environ["PATH"], "CUSTODY_DATA": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(done.stdout)) == 32


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"CUSTODY_TODAY": "22.11.2026"}, "CUSTODY_TODAY"),
        ({"CUSTODY_WORKERS": "many"}, "CUSTODY_WORKERS"),
    ],
)
def test_a_wrong_setting_is_named(installed: Path, settings: dict[str, str], words: str) -> None:
    assert words in custody(installed, "regions", "--json", code=2, **settings)


def test_two_installations_live_beside_each_other(installed: Path, tmp_path: Path) -> None:
    custody(tmp_path, "init")
    keys = {(folder / "secret-key").read_text() for folder in (installed, tmp_path)}
    assert len(keys) == 2
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_the_newest_structure_is_made_by_code_alone(empty_database: Database) -> None:
    migrate.upgrade(empty_database, setup.MIGRATIONS)
    assert not (ROOT / "alembic.ini").exists()
