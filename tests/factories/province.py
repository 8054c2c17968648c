"""A made-up province: the files of a notice for any number of regions, and the province loaded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from custody.infra.journal import Machine
from custody.setup import LoadResult, load_folder

CODE = "990000"
NAME = "云山省"


def city_code(number: int) -> str:
    return f"99{number + 1:02d}00"


def region_code(number: int) -> str:
    """Regions are numbered from 1; the code is unlike any real one."""
    return f"99{number:07d}"


def write_notice(folder: Path, regions: int) -> Path:
    """notice.toml, cities.csv and regions.csv of a province with so many regions in up to 40 cities.

    Like the real one, three in four regions are of the third batch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notice.toml").write_text(_notice(), encoding="utf-8")
    cities = max(1, min(40, regions // 3))
    lines = ["code,name,short_name,column,row"]
    lines += [
        f"{city_code(number)},{_city(number)}市,{_city(number)},{number % 8},{number // 8}"
        for number in range(cities)
    ]
    (folder / "cities.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["seq,code,name,short_name,level,city_code,batch,lon,lat,note"]
    for number in range(1, regions + 1):
        batch = 1 if number <= regions // 10 else 2 if number <= regions // 4 else 3
        name = f"{_city(number % cities)}第{number}县"
        lines.append(
            f"{number},{region_code(number)},{name},{name},县,{city_code(number % cities)},{batch},,,"
        )
    (folder / "regions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


_SIGNS = "东南西北春夏秋冬山水云石金玉松柏竹梅兰菊"


def _city(number: int) -> str:
    return f"{_SIGNS[number % len(_SIGNS)]}{'州阳'[number // len(_SIGNS)]}"


def load_province(session: Session, folder: Path, regions: int, *, now: datetime) -> LoadResult:
    """The made-up province in the database, its lifecycles begun."""
    return load_folder(session, write_notice(folder, regions), actor=Machine(), now=now)


def _notice() -> str:
    batches = "\n".join(
        f"""
[[batches]]
number = {number}
name = "{name}"
short_name = "第{number}批"
goal = "{goal}"
deadline = 2026-12-31
gate = "{gate}"
entry_stage = "{stage}"
pilot = {pilot}
"""
        for number, name, goal, gate, stage, pilot in (
            (1, "第一批地区", "全面完成试点工作", "G-A", "pilot", "true"),
            (2, "第二批地区", "完成节能管控平台建设", "G-B", "platform", "true"),
            (3, "第三批地区", "完成招标前各项准备", "G-C", "pre_tender", "false"),
        )
    )
    return f"""[province]
code = "{CODE}"
name = "{NAME}"
short_name = "云山"

[notice]
year = 2026
title = "2026年度全省公共机构目标任务"
programme = "公共机构整区能源费用托管"
issued = "2026年3月"
issuers = ["云山省机关事务管理局"]
lead = "云山省机关事务管理局"
{batches}
[[tasks]]
number = 1
title = "推动整区能源费用托管。"
deadline = 2026-12-31
deadline_words = "12月底前"
departments = "云山省机关事务管理局"
"""
