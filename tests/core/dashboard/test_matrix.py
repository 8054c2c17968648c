"""Filters, groups, columns and the lines of the export."""

from datetime import timedelta

from custody.dashboard.forms import read_filters, read_kind
from custody.dashboard.rules.ahead import ahead
from custody.dashboard.rules.matrix import (
    MAX_COLUMNS,
    SHEET_HEAD,
    Filters,
    chosen,
    city_lines,
    every_milestone,
    groups,
    sheet,
)
from custody.dashboard.rules.rows import Rows
from custody.forecast.rules.montecarlo import odds
from custody.milestones.rules import Light, Stage, Status
from custody.web.days import read_day
from tests.core.dashboard.test_facts import facts
from tests.factories.facts import programme
from tests.factories.rows import TODAY, confirmed, line, region, rows


def _rows() -> Rows:
    return rows(
        line(1, "a", id=1, planned=TODAY - timedelta(days=20)),
        line(3, "a", id=2),
        confirmed(1, "b", id=3),
        line(2, "b", id=4),
        line(3, "b", id=5),
        regions=(region("a", city="c1"), region("b", seq=2, city="c2")),
    )


def _two() -> object:
    return facts(_rows())


def test_filters_narrow_and_a_milestone_takes_the_light_over() -> None:
    found = _two()

    def codes(**wanted: object) -> list[str]:
        return [one.code for one in chosen(found, Filters(**wanted))]  # type: ignore[arg-type]

    assert codes() == ["a", "b"]
    assert codes(city="c2") == ["b"]
    assert codes(batch=2) == []
    assert codes(light=Light.RED) == ["a"]
    assert codes(milestone="M02") == ["b"]
    assert codes(milestone="M01", light=Light.GREEN) == ["b"]
    assert codes(milestone="M01", light=Light.RED) == ["a"]


def test_columns_follow_the_lifecycle_even_where_regions_differ() -> None:
    found = _two()
    assert [one.code for one in every_milestone(found.regions)] == ["M01", "M02", "G-C"]
    [group] = groups(found, found.regions)
    assert [[cell and cell.code for cell in one.cells] for one in group.lines] == [
        ["M01", None, "G-C"],
        ["M01", "M02", "G-C"],
    ]
    assert group.lines[0].why.startswith("M01 逾期20天")


def test_columns_of_nothing_are_left_out_and_never_more_than_fit() -> None:
    untouched = line(2, planned=None)
    found = facts(rows(line(1), untouched, line(3)))
    assert [one.code for one in groups(found, found.regions)[0].columns] == ["M01", "G-C"]
    begun = facts(rows(line(1), untouched._replace(status=Status.IN_PROGRESS), line(3)))
    assert len(groups(begun, begun.regions)[0].columns) == 3
    jiangsu = programme()
    for group in groups(jiangsu, jiangsu.regions, "M24"):
        assert len(group.columns) <= MAX_COLUMNS
    assert "M24" in [one.code for one in groups(jiangsu, jiangsu.regions, "M24")[0].columns]


def test_a_region_behind_its_goal_says_what_was_opened() -> None:
    passed = {"r1": {Stage.PRE_TENDER}}
    found = facts(rows(confirmed(1), confirmed(3), line(4, planned=None), passed=passed))
    [group] = groups(found, found.regions)
    assert [one.code for one in group.columns] == ["M01", "G-C"]
    assert group.lines[0].why == "年度目标已达成；招标签约0/1；M12 未定期限"
    late = line(4, planned=TODAY - timedelta(days=3))
    found = facts(rows(confirmed(1), confirmed(3), late, passed=passed))
    assert (
        groups(found, found.regions)[0]
        .lines[0]
        .why.startswith("年度目标已达成；招标签约0/1；M12 逾期3天")
    )


def test_a_group_counts_what_fits_on_all_pages() -> None:
    found = _two()
    [group] = groups(found, found.regions[:1], fitting=found.regions)
    assert (len(group.lines), group.fitting) == (1, 2)


def test_cities_are_summed_up() -> None:
    first, second = city_lines(_two())
    assert (first.code, first.regions, first.lights[Light.RED]) == ("c1", 1, 1)
    assert second.percent > first.percent


def test_the_export_has_a_line_for_each_region_and_milestone() -> None:
    found = _two()
    outlook = ahead(_rows(), TODAY, odds)
    lines = list(sheet(found, found.regions, outlook))
    assert len(lines) == 5
    assert all(len(one) == len(SHEET_HEAD) for one in lines)
    assert [one[11] for one in sheet(found, found.regions, outlook, "M01")] == ["M01", "M01"]
    assert {one[0]: one[9:11] for one in lines} == {
        "a": ("", "暂无法推算"),
        "b": ("", "暂无法推算"),
    }


def test_an_address_with_odd_things_is_read_as_one_without() -> None:
    odd = {"batch": "x", "light": "purple", "city": "", "kind": "worst"}
    assert read_filters(odd) == Filters()
    assert not read_filters({"batch": "9999999999"})
    assert not read_filters({"batch": "²"})
    assert read_kind(odd) == ""
    assert read_filters({"light": "red", "batch": "3"}) == Filters(batch=3, light=Light.RED)


def test_a_day_is_past_or_today_or_a_sentence() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert read_day({}, TODAY).on == TODAY
    assert read_day({"as_of": yesterday.isoformat()}, TODAY).past
    assert not read_day({"as_of": TODAY.isoformat()}, TODAY).past
    for text in (
        "2026-13-01",
        "昨天",
        "0001-01-01",
        "1999-12-31",
        (TODAY + timedelta(days=1)).isoformat(),
    ):
        day = read_day({"as_of": text}, TODAY)
        assert day.on == TODAY
        assert day.problem is not None
