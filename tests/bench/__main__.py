"""`make bench`: page latency and requests a second at 32, 1,000 and 3,000 regions.

Every figure also as a multiple of a bare Flask «hello» on the same server, measured right before
and after the page, so that a busy machine slows both. «cold» is the first request after a change.
The forecast's draws are measured beside the plain Python loop that does the same, the fits of
baselines beside the package that energy offices use for them, imports of bills beside pandas, printed
briefs beside Chromium and the command line of WeasyPrint.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from tests.bench import (
    baseline,
    baseline_province,
    briefs,
    client,
    data,
    energy_import,
    forecast,
    server,
)
from tests.bench.client import Measured


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--regions", type=int, nargs="*", default=[32, 1000, 3000])
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    wanted = parser.parse_args()
    today = data.TODAY.isoformat()
    print(f"{server.WORKERS} workers of 4 threads, SQLite; latency one by one, rate with 4 clients")
    print(
        f"{'':26}{'median':>9}{'p95':>9}{'rate':>10}{'median':>10}{'rate':>8}{'size':>9}{'cold':>10}"
    )
    print(f"{'':26}{'ms':>9}{'ms':>9}{'1/s':>10}{'x hello':>10}{'x hello':>8}{'kB':>9}{'ms':>10}")
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as folder:
        top = Path(folder)
        (top / "hello").mkdir()
        with server.running(server.HELLO, top / "hello", today) as hello:
            for regions in wanted.regions:
                built = data.build(top / str(regions), regions)
                with server.running(server.CUSTODY, built.folder, today) as port:
                    _one(hello, port, built, wanted.seconds)
                forecast.say(forecast.measure(built.folder, built.province))
    baseline.say()
    baseline_province.say()
    energy_import.say()
    briefs.say()


def _one(hello: int, port: int, built: data.Installation, seconds: float) -> None:
    pages = (
        ("board", "/board", "leader"),
        ("board, coordinator", "/board", "coordinator"),
        ("region", f"/regions/{built.region}", "leader"),
        ("to-do list", "/todo", "officer"),
    )
    for name, path, username in pages:
        cookie = client.sign_in(port, username, data.PASSWORD)
        client.once(port, path, cookie)
        cold = []
        for _ in range(3):
            data.touch(built.folder)
            cold.append(client.once(port, path, cookie))
        for _ in range(12):  # both workers know the page again
            client.once(port, path, cookie)
        before = client.measure(hello, "/", seconds=seconds / 2)
        page = client.measure(port, path, cookie, seconds=seconds)
        after = client.measure(hello, "/", seconds=seconds / 2)
        _print(f"{built.regions:>5,} {name}", page, (before, after), statistics.median(cold))


def _print(name: str, page: Measured, hello: tuple[Measured, Measured], cold: float) -> None:
    median = statistics.mean(one.median for one in hello)
    rate = statistics.mean(one.rate for one in hello)
    print(f"{'      hello':26}{median:9.2f}{hello[0].p95:9.2f}{rate:10.0f}")
    print(
        f"{name:26}{page.median:9.2f}{page.p95:9.2f}{page.rate:10.0f}"
        f"{page.median / median:9.1f}x{rate / page.rate:7.1f}x{page.size / 1000:9.1f}{cold:10.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
