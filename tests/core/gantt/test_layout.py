"""Where things are drawn: nothing outside the axis, no two rows on one another, later is further right."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from custody.dashboard.charts import PHONE
from custody.dashboard.charts.surface import short_day
from custody.gantt import charts
from custody.gantt.charts import lanes, region, scale
from custody.gantt.charts.strokes import LOOKS
from custody.gantt.rules import Expected, GanttGroup, blocks, groups_of, row_of
from custody.milestones.rules import Light, Stage, Status
from tests.factories.gantt import TODAY, cell, programme, schedules

DAY = st.dates(date(2025, 1, 1), date(2028, 6, 1))
MAYBE = st.none() | DAY
CELL = st.fixed_dictionaries(
    {
        "planned": MAYBE,
        "plan_start": MAYBE,
        "started": MAYBE,
        "actual": MAYBE,
        "forecast": MAYBE,
        "confirmed_on": MAYBE,
        "status": st.sampled_from(Status),
        "light": st.sampled_from(Light),
        "gate": st.booleans(),
    }
)
AHEAD = st.none() | st.tuples(DAY, st.integers(0, 90), st.booleans())


@st.composite
def groups(draw: st.DrawFn) -> GanttGroup:
    fields = draw(st.lists(st.tuples(CELL, AHEAD), max_size=12))
    rows = []
    for number, (own, ahead) in enumerate(fields, 1):
        before = draw(st.sets(st.integers(1, len(fields)), max_size=2))
        found = cell(number, "r", after=tuple(f"M{one:02d}" for one in sorted(before)), **own)
        expected = (
            Expected(ahead[0], ahead[0] + timedelta(days=ahead[1]), ahead[2]) if ahead else None
        )
        rows.append(row_of(found, expected, TODAY))
    [plain] = groups_of(programme(1, 1))
    kept = {name: getattr(plain, name) for name in GanttGroup.__slots__}
    return GanttGroup(**{**kept, "rows": tuple(rows), "stage": Stage.PRE_TENDER})


@given(st.lists(DAY, min_size=1, max_size=20), st.floats(0, 300), st.floats(1, 900))
def test_a_later_day_is_never_further_left(days, left, room):
    rows = [row_of(cell(1, "r", planned=day), None, TODAY) for day in days]
    axis = scale.axis_of(rows, TODAY, left, left + room)
    places = [axis.x(day) for day in sorted(days)]
    assert places == sorted(places)
    assert all(left <= x <= left + room + 1e-6 for x in places)
    assert (axis.last - axis.first).days >= 85
    assert axis.months[0] == axis.first
    assert scale.next_month(axis.months[-1]) == axis.last


@given(groups(), st.sampled_from([846, 316]))
def test_marks_of_a_line_never_touch_and_stay_where_their_day_is(group, width):
    axis = scale.axis_of(group.rows, TODAY, 4, width, since=scale.year_of(TODAY))
    placed = lanes.placed_on(group.rows, axis)
    left_out = [
        row
        for row in group.rows
        if row.lit is None
        or not (row.finish or row.planned)
        or (row.finish or row.planned) < axis.first
    ]
    assert len(placed) + len(left_out) == len(group.rows)
    tracks = {}
    for one in placed:
        end = one.row.finish or one.row.planned
        assert one.end == round(axis.x(end))
        assert 4 <= one.end <= width
        low = min(one.end, one.end if one.due is None else one.due)
        high = max(one.end, one.due or 0)
        tracks.setdefault(one.track, []).append((low, high))
    for spans in tracks.values():
        spans.sort()
        for (_, until), (low, _) in itertools.pairwise(spans):
            assert until + 2 * lanes.REACH <= low + 1
    drawn = lanes.lane_of(group, axis)
    assert all(one.y + lanes.STEP / 2 <= drawn.height for one in placed)


NUMBER = r"-?\d+(?:\.\d+)?"


@settings(max_examples=60)
@given(groups(), st.sampled_from([region.WIDE, PHONE, region.PAPER]))
def test_the_rows_of_a_region_lie_below_one_another_and_inside(group, look):
    axis = region.axis_for(group, TODAY, look)
    drawn = charts.region_chart(group, as_of=TODAY, look=look)
    ElementTree.fromstring(drawn)
    lines = list(region._lines(group.rows, group, look.size * 4, look, True))
    for one, other in itertools.pairwise(lines):
        assert one.y + one.high <= other.y + 1e-6
    assert sum(line.row is not None for line in lines) == len(group.rows)
    # Every rectangle and every diamond of a bar lies between the ends of the axis.
    body = drawn[: drawn.find('<g transform="translate(')]  # the legend comes last
    for x, width in re.findall(rf'<rect x="({NUMBER})" y="{NUMBER}" width="({NUMBER})"', body):
        if float(width) in (look.width, 3.0) or float(x) < 20:
            continue  # grounds, the sign of the critical path, lights
        assert float(x) >= axis.left - 2.01
        assert float(x) + float(width) <= axis.right + 0.01


@given(groups())
def test_an_arrow_turns_in_right_angles_only(group):
    drawn = charts.region_chart(group, as_of=TODAY)
    paths = re.findall(r'<path d="([^"]*)" fill="none" stroke="#(?:a3adb8|1c2733)"', drawn)
    for path in paths:
        assert re.fullmatch(rf"(M{NUMBER} {NUMBER}([HV]{NUMBER})+)+", path), path


def test_every_row_has_its_dates_in_words_and_its_link():
    facts = programme(24)
    [first, *_] = groups_of(facts, None, schedules(facts))
    drawn = charts.region_chart(first, as_of=TODAY, link=lambda code: f"/m/{code}")
    tree = ElementTree.fromstring(drawn)
    spaces = {"s": "http://www.w3.org/2000/svg"}
    links = tree.findall(".//s:a", spaces)
    assert [one.get("href") for one in links] == [f"/m/M{n:02d}" for n in range(1, 25)]
    told = [one.find("s:title", spaces).text for one in links]
    assert all(re.search(r"计划.+(实际|预计)", words) for words in told)
    assert tree.find("s:desc", spaces).text.startswith("截至11月22日，当前阶段：")
    assert "font-family" in tree.attrib


def test_a_file_or_paper_has_no_links_and_no_classes():
    facts = programme(24)
    found = groups_of(facts, None, schedules(facts))
    pages = [
        *charts.region_pages(found[0], as_of=TODAY),
        *charts.programme_pages(blocks(found, facts.batches), as_of=TODAY, title="甘特图"),
    ]
    for page in pages:
        ElementTree.fromstring(page)
        assert "<a " not in page
        assert "class=" not in page
        assert "Noto Sans CJK SC" in page
        assert page.heading


def test_paper_is_never_taller_than_a_sheet_and_no_heading_stands_last():
    facts = programme(24)
    found = groups_of(facts, None, schedules(facts))
    pages = charts.programme_pages(blocks(found, facts.batches), as_of=TODAY, title="甘特图")
    assert len(pages) > 1
    assert all(page.height <= 930 for page in pages)
    assert sum(page.count("<title>") - 1 for page in pages) == 32
    assert all("2026年" in page and "截至11月22日" in page for page in pages)
    for page in pages:
        assert page.rfind("个地区</text>") < page.rfind("<title>")
    assert all(
        page.height <= region.PAPER_HEIGHT + 40
        for page in charts.region_pages(found[0], as_of=TODAY)
    )


def test_the_page_s_sheet_knows_every_look():
    sheet = (ROOT / "static/css/gantt.css").read_text("utf-8")
    for look, attributes in LOOKS.items():
        found = re.search(rf"\.g-{look} {{ (.*?) }}", sheet)
        assert found, look
        told = dict(pair.split(": ") for pair in found[1].split("; "))
        assert told == {name.replace("_", "-"): str(value) for name, value in attributes.items()}


@pytest.mark.parametrize("light", list(Light))
def test_lights_differ_by_shape_too(light):
    """In grey no two lights are drawn alike."""
    facts = programme(1, 1)
    [group] = groups_of(facts)
    kept = {name: getattr(group.rows[0], name) for name in type(group.rows[0]).__slots__}
    row = type(group.rows[0])(**{**kept, "light": light, "gate": False})
    axis = scale.axis_of([row], TODAY, 0, 800)
    shapes = []
    for one in (light, *[other for other in Light if other is not light]):
        changed = type(row)(**{**kept, "light": one, "gate": False})
        [placed] = lanes.placed_on([changed], axis)
        marks = "".join(lanes._marks([placed], False, False))
        shapes.append(re.sub(r"#[0-9a-f]{6}", "", marks))
    assert shapes[0] not in shapes[1:]


def test_days_beyond_the_axis_are_marked_at_its_edge():
    [plain] = groups_of(programme(1, 1))
    row = replace(plain.rows[0], plan_start=None, planned=TODAY, start=TODAY, finish=TODAY)
    inside = replace(plain, rows=(row,))
    chart = charts.region_chart(inside, as_of=TODAY).encode().decode()
    assert "年11月22日</text>" not in chart
    earlier = replace(row, start=TODAY.replace(year=2020))
    assert ">2020年11月22日</text>" in charts.region_chart(
        replace(plain, rows=(earlier,)), as_of=TODAY
    )
    later = replace(row, finish=TODAY.replace(year=2031), gate=False)
    assert ">2031年11月22日</text>" in charts.region_chart(
        replace(plain, rows=(later,)), as_of=TODAY
    )
    lines = charts.programme_pictures(
        [replace(plain, rows=(later,))], as_of=TODAY, link=lambda r, c: f"/{r}/{c}", openable=True
    ).lanes[plain.code]
    assert lines.opened is not None
    for picture in (lines.wide, lines.phone, lines.opened):
        assert ">2031年11月22日</text>" in picture


@given(groups())
def test_an_axis_ends_a_year_behind_the_last_plan_at_most(group):
    axis = scale.axis_of(group.rows, TODAY, 0, 800)
    due = max([TODAY, *(row.planned for row in group.rows if row.planned)])
    assert axis.last <= scale.next_month(due.replace(year=due.year + 1, day=1))
    assert axis.first <= TODAY < axis.last


def test_one_extreme_forecast_leaves_the_others_their_room():
    [plain] = groups_of(programme(1, 1))
    row = replace(plain.rows[0], planned=date(2026, 12, 31), finish=date(2028, 11, 20))
    axis = scale.axis_of([row], TODAY, 0, 800)
    assert axis.last == date(2028, 1, 1)


def test_what_does_not_apply_has_no_light():
    [plain] = groups_of(programme(1, 1))
    row = replace(plain.rows[0], status=Status.NOT_APPLICABLE, light=Light.GREEN)
    group = replace(plain, rows=(row,), light=Light.GREY)
    green = "#1a7f37"
    drawn = charts.region_chart(group, as_of=TODAY)
    assert drawn.count(green) == 1  # the legend's
    assert lanes.placed_on(group.rows, scale.axis_of(group.rows, TODAY, 0, 800)) == ()
    pictures = charts.programme_pictures(
        [group], as_of=TODAY, link=lambda r, c: f"/{r}/{c}", openable=True
    ).lanes[group.code]
    assert "g-green" not in pictures.wide
    assert pictures.opened is not None
    assert "g-green" not in pictures.opened


def test_a_year_of_another_century_is_written_out():
    assert short_day(date(2024, 10, 16), TODAY) == "24年10月16日"
    assert short_day(date(2026, 10, 16), TODAY) == "10月16日"
    assert short_day(date(1999, 10, 16), TODAY) == "1999年10月"
