"""Twelve months as bars: every month is told, missing ones differ."""

from math import nan

from custody.energy.charts import months
from custody.energy.rules.energies import Energy


def test_every_month_is_told() -> None:
    rows = [(202601, 100.0, True), (202602, 250_000.0, False), (202603, nan, False)]
    picture = months(Energy.GAS, rows)
    for words in (
        "天然气：近3个月用量",
        "2026年1月：100m³",
        "2026年2月：250,000m³（账单不全）",
        "25.0万",
    ):
        assert words in picture
    assert "2026年3月：没有账单" in picture
    assert "最近有账单的一个月为250,000m³" in picture


def test_nothing_to_show_is_no_error() -> None:
    assert "没有账单" in months(Energy.WATER, [(202601, nan, False)])
    assert months(Energy.WATER, [(202601, 0.0, True)])
