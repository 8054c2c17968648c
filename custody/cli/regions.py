"""Where every region stands."""

from __future__ import annotations

from datetime import date

import click

from config import Config
from custody import setup
from custody.accounts.rules import Place
from custody.cli.parameters import Day, day_of
from custody.cli.printing import print_json, print_table
from custody.dashboard.queries import programme_facts
from custody.infra import clock
from custody.kernel.problems import NotFound
from custody.regions import queries as regions


@click.command("regions", help="列出各地区的阶段和灯色")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--province", help="省份代码，默认全部")
@click.option("--as-of", type=Day(), help="截至日期，默认今天")
@click.pass_obj
def regions_command(
    config: Config, as_json: bool, province: str | None, as_of: date | None
) -> None:
    with setup.existing_database(config).reader() as session:
        day = day_of(session, as_of, clock.today())
        known = [found.code for found in regions.provinces(session)]
        if not known or (province and province not in known):
            raise NotFound
        facts = [
            programme_facts(session, Place(code), day, demo=config.demo)
            for code in ([province] if province else known)
        ]
    found = [region for one in facts for region in one.regions]
    if as_json:
        print_json(
            [
                {
                    "code": region.code,
                    "name": region.name,
                    "city": region.city_name,
                    "batch": region.batch,
                    "stage": region.stage_label,
                    "light": region.light.value,
                    "light_reason": region.light_reason,
                    "stage_code": region.stage.value,
                }
                for region in found
            ]
        )
        return
    rows = [
        (
            *(region.code, region.name, region.city_short, str(region.batch)),
            *(region.stage_label, region.light.label, region.light_reason or "—"),
        )
        for region in found
    ]
    print_table(("代码", "地区", "设区市", "批次", "阶段", "灯", "说明"), rows)
