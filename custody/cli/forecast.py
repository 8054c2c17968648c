"""When every region will be ready."""

from __future__ import annotations

from datetime import date

import click

from config import Config
from custody import setup
from custody.accounts.rules import Place
from custody.cli.parameters import Day, day_of
from custody.cli.printing import print_json, print_table
from custody.dashboard.queries import outlook_of
from custody.forecast.rules import UNKNOWN
from custody.forecast.wording import batch_words, odds_words
from custody.infra import clock
from custody.kernel.problems import NotFound
from custody.regions import queries as regions


@click.command("forecast", help="预测各地区年度关口的完成日期和按期可能性")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--province", help="省份代码，默认全部")
@click.option("--as-of", type=Day(), help="按某日的情况预测，默认今天")
@click.pass_obj
def forecast_command(
    config: Config, as_json: bool, province: str | None, as_of: date | None
) -> None:
    with setup.existing_database(config).reader() as session:
        day = day_of(session, as_of, clock.today())
        known = [found.code for found in regions.provinces(session)]
        if not known or (province and province not in known):
            raise NotFound
        wanted = [province] if province else known
        found = [outlook_of(session, Place(code), day) for code in wanted]
    coming = [region for one in found for region in one.regions.values()]
    batches = [batch for one in found for batch in one.batches]
    if as_json:
        print_json(
            {
                "regions": [
                    {
                        "code": region.code,
                        "gate": region.gate,
                        "probability": region.probability,
                        "p50": region.p50.isoformat() if region.p50 else None,
                        "p80": region.p80.isoformat() if region.p80 else None,
                    }
                    for region in coming
                ],
                "batches": [
                    {
                        "batch": batch.number,
                        "due": batch.due.isoformat(),
                        "expected": round(batch.expected, 4),
                        "distribution": batch.distribution,
                    }
                    for batch in batches
                ],
            }
        )
        return
    print_table(
        ("代码", "地区", "关口", "期限", "按期可能性", "一半可能不晚于", "八成把握不晚于"),
        [
            (
                *(region.code, region.name, region.gate, region.due.isoformat()),
                odds_words(region),
                *(day.isoformat() if day else "—" for day in (region.p50, region.p80)),
            )
            for region in coming
        ],
    )
    for batch in batches:
        said = batch_words(batch) if batch.known else UNKNOWN
        click.echo(f"{batch.name}：{batch.regions}个地区，{said}。")
