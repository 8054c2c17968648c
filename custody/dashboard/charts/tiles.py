"""The map of tiles: every region with its light, grouped by city, cities placed as on the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from custody.dashboard.charts.surface import SCREEN, Look
from custody.dashboard.rules import ProgrammeFacts, RegionFacts
from custody.kernel import drawing as draw
from custody.kernel.drawing import MUTED, RULE, Mark, Svg
from custody.milestones.rules import LIGHTS, Light

CITY_GRID: Mapping[str, tuple[int, int]] = {
    "320300": (0, 0),
    "320700": (2, 0),
    "321300": (1, 1),
    "320800": (2, 1),
    "320900": (3, 1),
    "321000": (1, 2),
    "321200": (2, 2),
    "320600": (3, 2),
    "320100": (0, 3),
    "321100": (1, 3),
    "320400": (2, 3),
    "320200": (2, 4),
    "320500": (3, 4),
}
"""Column and row of the 13 cities, placed as on the map. A schema, not a map: no boundaries."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One region on the map."""

    code: str
    name: str
    """As the notice names it."""
    label: str
    """Short enough for a tile."""
    city_code: str
    city_label: str
    light: Light
    reason: str
    href: str | None = None


def short_label(short_name: str, city_name: str, city_short: str) -> str:
    """What is left to say inside the city's box: 南通经济技术开发区 → 经开区."""
    words = short_name.replace("经济技术开发区", "经开区").replace("高新技术产业开发区", "高新区")
    shorter = words.removeprefix(city_name).removeprefix(city_short)
    return shorter if len(shorter) >= 2 else words


def label_of(region: RegionFacts) -> str:
    return short_label(region.short_name, region.city_name, region.city_short)


def tiles(
    facts: ProgrammeFacts, href: Callable[[RegionFacts], str] | None = None
) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            code=region.code,
            name=region.name,
            label=label_of(region),
            city_code=region.city_code,
            city_label=region.city_short,
            light=region.light,
            reason=region.light_reason,
            href=href(region) if href else None,
        )
        for region in facts.regions
    )


def _grid(cities: Sequence[str], grid: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Where each city stands. One unknown city and all flow in reading order, four in a row."""
    if all(code in grid for code in cities):
        rows = sorted({grid[code][1] for code in cities})
        columns = sorted({grid[code][0] for code in cities})
        if len(cities) > 3:
            columns = list(range(max(column for column, _ in grid.values()) + 1))
        return {code: (columns.index(grid[code][0]), rows.index(grid[code][1])) for code in cities}
    return {code: (index % 4, index // 4) for index, code in enumerate(cities)}


_CROWD = 10
"""More regions than this in one city are drawn as shapes without names."""


def tile_map(
    shown: Sequence[Tile],
    *,
    look: Look = SCREEN,
    grid: Mapping[str, tuple[int, int]] = CITY_GRID,
    title: str = "各地区进展分布",
) -> Svg:
    """Cities as boxes placed as on the map, in each its regions with light and name."""
    by_city: dict[str, list[Tile]] = {}
    for tile in shown:
        by_city.setdefault(tile.city_code, []).append(tile)
    place = _grid(tuple(by_city), grid)
    columns = max((column for column, _ in place.values()), default=0) + 1
    rows = max((row for _, row in place.values()), default=0) + 1
    gap = 8.0 if not (look.narrow or look.dense) else 5.0
    cell = (look.width - gap * (columns - 1)) / columns
    size = look.size - (1 if look.narrow or look.dense else 0)
    pitch = 26.0 if look.narrow else 16.5 if look.dense else 22.0
    # Half a box holds a light and five characters.
    inside = 2 if cell / 2 >= 18 + 4 * size + 2 else 1
    heights = [0.0] * rows
    for code, members in by_city.items():
        row = place[code][1]
        heights[row] = max(heights[row], _city_height(len(members), cell, pitch, inside))
    tops = [sum(heights[:row]) + gap * row + 24 for row in range(rows)]
    marks: list[Mark] = list(_lights_legend([tile.light for tile in shown], look))
    for code, members in by_city.items():
        column, row = place[code]
        x, y = column * (cell + gap), tops[row]
        marks.append(draw.rect(x + 0.5, y + 0.5, cell - 1, heights[row] - 1, stroke=RULE, radius=3))
        marks.append(
            draw.text(x + 8, y + 17, members[0].city_label, size=size, fill=MUTED, weight="bold")
        )
        marks.append(
            draw.text(
                x + cell - 8, y + 17, f"{len(members)}", size=size - 1, anchor="end", fill=MUTED
            )
        )
        marks += _city_tiles(members, x, y + 24, cell, pitch, inside, size)
    bottom = (tops[-1] + heights[-1]) if shown else 60.0
    if not shown:
        marks.append(draw.text(look.width / 2, 40, "暂无地区", size=size, anchor="middle"))
    counted = "，".join(
        f"{light.meaning}{sum(tile.light is light for tile in shown)}个" for light in LIGHTS
    )
    return draw.document(
        look.width,
        bottom + 1,
        *marks,
        title=title,
        desc=f"共{len(shown)}个地区，{counted}。方格按设区市方位排列，不表示行政区划界线。",
        interactive=any(tile.href for tile in shown),
    )


def _city_height(count: int, cell: float, pitch: float, inside: int) -> float:
    if count > _CROWD:
        per_row = max(1, int((cell - 12) // 16))
        return 24 + 16 * -(-count // per_row) + 6
    return 24 + pitch * -(-count // inside) + 6


def _city_tiles(
    members: Sequence[Tile],
    x: float,
    y: float,
    cell: float,
    pitch: float,
    inside: int,
    size: float,
) -> list[Mark]:
    marks: list[Mark] = []
    crowd = len(members) > _CROWD
    per_row = max(1, int((cell - 12) // 16)) if crowd else inside
    wide = 16.0 if crowd else (cell - 8) / inside
    high = 16.0 if crowd else pitch
    for index, tile in enumerate(members):
        left, top = x + 4 + (index % per_row) * wide, y + (index // per_row) * high
        parts: list[Mark] = [
            draw.rect(left, top, wide - 2, high - 2, fill="#ffffff", radius=2),
            draw.light(tile.light.value, left + 8, top + high / 2 - 1, 9.5),
        ]
        if not crowd:
            label = draw.fit(tile.label, size, wide - 22)
            parts.append(draw.text(left + 18, top + high / 2 + size * 0.36 - 1, label, size=size))
        name = f"{tile.name}：{tile.light.meaning}" + (f"（{tile.reason}）" if tile.reason else "")
        marks.append(
            draw.link(tile.href, *parts, name=name) if tile.href else draw.group(*parts, name=name)
        )
    return marks


def _lights_legend(found: Sequence[Light], look: Look) -> list[Mark]:
    """Shape, word and number of each light, in one line."""
    size = look.size - (1 if look.narrow else 0)
    marks: list[Mark] = []
    x = 2.0
    for light in LIGHTS:
        words = f"{light.meaning} {sum(one is light for one in found)}"
        marks.append(draw.light(light.value, x + 5, 9, 10))
        marks.append(draw.text(x + 14, 9 + size * 0.36, words, size=size))
        x += 14 + draw.width_of(words, size) + (10 if look.narrow else 18)
    return marks
