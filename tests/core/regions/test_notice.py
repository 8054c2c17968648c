"""The notice's files: the shipped ones say what the notice says, wrong ones are named cell by cell."""

import csv
import tomllib
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest

from custody import setup
from custody.kernel.problems import Refused
from custody.regions import notice

HEAD = tomllib.loads((setup.JIANGSU / "notice.toml").read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (setup.JIANGSU / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def problems(head: dict[str, Any], cities: list[Any], regions: list[Any]) -> list[str]:
    with pytest.raises(Refused) as caught:
        notice.read(head, cities, regions)
    assert all(p.message.endswith("。") for p in caught.value.problems)
    return [p.message for p in caught.value.problems]


def test_the_notice_of_jiangsu() -> None:
    data = notice.read(HEAD, rows("cities.csv"), rows("regions.csv"))
    assert (data.province.code, data.notice.year) == ("320000", 2026)
    assert len(data.cities) == 13
    assert len(data.tasks) == 9
    assert Counter(region.batch_number for region in data.regions) == {1: 3, 2: 5, 3: 24}
    assert [region.seq for region in data.regions] == list(range(1, 33))
    assert {batch.deadline.isoformat() for batch in data.batches} == {"2026-12-31"}
    assert [(b.number, b.gate, b.entry_stage) for b in data.batches] == [
        (1, "G-A", "pilot"),
        (2, "G-B", "platform"),
        (3, "G-C", "pre_tender"),
    ]
    first = [region.name for region in data.regions if region.batch_number == 1]
    assert first == ["宜兴市", "张家港市", "盐城市大丰区"]
    # Two cities never share a tile.
    assert len({(city.column, city.row) for city in data.cities}) == 13


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("province", "name"), "", "notice.toml [province] name（名称）：应填写文字"),
        (("province", "code"), None, "notice.toml [province] code（代码）：应填写文字"),
        (("notice", "year"), "今年", "notice.toml [notice] year（年度）：应填写整数"),
        (
            ("batches", 1, "deadline"),
            "年底",
            "notice.toml [[batches]] 第2项 deadline（期限）：应填写日期",
        ),
        (
            ("batches", 0, "pilot"),
            "是",
            "notice.toml [[batches]] 第1项 pilot（是否试点）：应填写true 或 false",
        ),
        (("batches", 2, "entry_stage"), "start", "第3项 entry_stage（起始阶段）：应为 pre_tender"),
        (("tasks", 8, "title"), " ", "notice.toml [[tasks]] 第9项 title（标题）：应填写文字"),
    ],
)
def test_a_wrong_word_in_the_head_is_named(place: tuple[Any, ...], value: Any, words: str) -> None:
    head = deepcopy(HEAD)
    spot: Any = head
    for step in place[:-1]:
        spot = spot[step]
    if value is None:
        del spot[place[-1]]
    else:
        spot[place[-1]] = value
    [message] = problems(head, rows("cities.csv"), rows("regions.csv"))
    assert words in message


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("name", "", "regions.csv 第6行 name（名称）：应填写文字"),
        ("batch", "三", "regions.csv 第6行 batch（批次）：应填写整数"),
        ("lon", "东经119度", "regions.csv 第6行 lon（经度）：应填写数字或留空"),
        ("batch", "9", "批次 9 不在 notice.toml 中"),
        ("city_code", "329900", "设区市代码 329900 不在 cities.csv 中"),
        ("code", "320282", "代码 320282 出现了2次"),
    ],
)
def test_a_wrong_cell_of_a_region_is_named(column: str, value: str, words: str) -> None:
    regions = rows("regions.csv")
    regions[4][column] = value
    found = problems(HEAD, rows("cities.csv"), regions)
    assert any(words in message for message in found), found


def test_all_that_is_wrong_is_told_at_once() -> None:
    cities, regions = rows("cities.csv"), rows("regions.csv")
    cities[0]["row"] = "北"
    cities[2]["code"] = cities[1]["code"]
    for region in regions[:3]:
        region["level"] = ""
    found = problems(HEAD, cities, regions)
    assert "cities.csv 第2行 row（方位图行）：应填写整数" in found[0]
    assert sum("level" in message for message in found) == 3
    assert any("出现了2次" in message for message in found)


def test_nothing_at_all_is_refused_and_not_a_crash() -> None:
    assert problems({}, [], [])


def test_the_numbers_of_the_notice() -> None:
    data = notice.read(HEAD, rows("cities.csv"), rows("regions.csv"))
    found = {line.key: (line.task_number, int(line.quantity), line.unit) for line in data.targets}
    assert found == {
        "plan": (1, 1, "部"),
        "cities": (2, 13, "个"),
        "pilots": (5, 3, "个地区"),
        "platforms": (5, 5, "个地区"),
        "pre_tender": (5, 24, "个地区"),
        "projects": (6, 5, "个"),
        "sites": (7, 2, "处"),
        "area": (8, 2_000_000, "平方米"),
    }
    # What is counted at gates is the number of the batch's regions.
    sizes = Counter(region.batch_number for region in data.regions)
    assert all(
        int(line.quantity) == sizes[line.batch_number]
        for line in data.targets
        if line.batch_number is not None
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"task": 77}, "的任务 77 不存在"),
        ({"quantity": 0}, "quantity（目标数量）：应填写大于零的数"),
        ({"quantity": "许多"}, "quantity（目标数量）：应填写大于零的数"),
        ({"counting": "stars"}, "counting（统计方式）：应填写gates、projects、area、entries 之一"),
        ({"batch": 1}, "只有按关口统计的目标才对应批次"),
        ({"counting": "gates", "batch": 9}, "的批次 9 不存在"),
        ({"key": "projects", "task": 6}, "的目标代号 projects 出现了2次"),
    ],
)
def test_a_wrong_number_is_named(changes: dict[str, Any], words: str) -> None:
    head = deepcopy(HEAD)
    head["targets"][-1] = {**head["targets"][-1], **changes}
    [message] = problems(head, rows("cities.csv"), rows("regions.csv"))
    assert words in message


def test_reporters_that_do_not_exist_are_named() -> None:
    head = deepcopy(HEAD)
    head["tasks"][2]["reporters"] = ["设区市", "329999"]
    [message] = problems(head, rows("cities.csv"), rows("regions.csv"))
    assert "任务3的填报单位“329999”无法识别" in message
