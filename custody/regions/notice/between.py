"""What does not fit together between the files of a notice."""

from __future__ import annotations

from collections import Counter

from custody.kernel.problems import Problem
from custody.regions.notice.lines import NoticeData
from custody.regions.rules import problems_of_reporters


def problems_between(data: NoticeData) -> list[Problem]:
    found = [
        Problem("empty", f"{file} 中没有任何{what}，请补充后重新载入。", file)
        for file, what, rows in (
            ("cities.csv", "设区市", data.cities),
            ("regions.csv", "地区", data.regions),
            ("notice.toml", "批次", data.batches),
        )
        if not rows
    ]
    for file, codes in (
        ("cities.csv", [city.code for city in data.cities]),
        ("regions.csv", [region.code for region in data.regions]),
    ):
        for code, times in Counter(codes).items():
            if code and times > 1:
                found.append(
                    Problem("twice", f"{file}：代码 {code} 出现了{times}次，请保留一行。", file)
                )
    cities = {city.code for city in data.cities}
    batches = {batch.number for batch in data.batches}
    places = frozenset(cities | {region.code for region in data.regions})
    for task in data.tasks:
        found += [
            Problem(one.code, f"notice.toml：任务{task.number}的{one.message}", "notice.toml")
            for one in problems_of_reporters(task.reporters, places)
        ]
    found += _problems_of_targets(data, batches)
    for region in data.regions:
        if region.city_code and region.city_code not in cities:
            found.append(
                Problem(
                    "unknown_city",
                    f"regions.csv：{region.name}的设区市代码 {region.city_code} 不在 cities.csv 中，"
                    "请补充该市或改正代码。",
                    region.code,
                )
            )
        if region.batch_number not in batches:
            found.append(
                Problem(
                    "unknown_batch",
                    f"regions.csv：{region.name}的批次 {region.batch_number} 不在 notice.toml 中，"
                    "请改正批次。",
                    region.code,
                )
            )
    return found


def _problems_of_targets(data: NoticeData, batches: set[int]) -> list[Problem]:
    found = []
    tasks = {task.number for task in data.tasks}
    for line in data.targets:
        if line.task_number not in tasks:
            words = (
                f"notice.toml：目标“{line.name}”的任务 {line.task_number} 不存在，请改正任务序号。"
            )
            found.append(Problem("unknown_task", words, line.key))
        if line.batch_number is not None and line.batch_number not in batches:
            words = f"notice.toml：目标“{line.name}”的批次 {line.batch_number} 不存在，请改正批次。"
            found.append(Problem("unknown_batch", words, line.key))
    for (task_number, key), times in Counter((t.task_number, t.key) for t in data.targets).items():
        if times > 1:
            words = f"notice.toml：任务{task_number}的目标代号 {key} 出现了{times}次，请保留一项。"
            found.append(Problem("twice", words, key))
    return found
