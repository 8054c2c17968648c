"""The board's pictures: facts in, SVG out. The same code draws for screen, phone and paper.

Nothing here knows a database or a page. Every picture carries its title and a description that
says in words what it shows; a table with the same figures stands beside it on the page.
"""

from custody.dashboard.charts.batches import batch_bars, lights_strip
from custody.dashboard.charts.curve import curve
from custody.dashboard.charts.surface import PHONE, PRINT, SCREEN, Look, day_words
from custody.dashboard.charts.tiles import CITY_GRID, Tile, label_of, short_label, tile_map, tiles
from custody.dashboard.charts.timeline import timeline

__all__ = [
    "CITY_GRID",
    "PHONE",
    "PRINT",
    "SCREEN",
    "Look",
    "Tile",
    "batch_bars",
    "curve",
    "day_words",
    "label_of",
    "lights_strip",
    "short_label",
    "tile_map",
    "tiles",
    "timeline",
]
