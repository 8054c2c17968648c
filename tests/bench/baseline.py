"""Fits of baselines: meters a second on one core, beside better-lbnl-os (LBNL BETTER) from PyPI.

The peer lives in an environment of its own, .venv/peers or a temporary folder (452 MB), made on the
first run; where it cannot be installed the peer is the brute force that the tests use. CPU time, one
thread each. `python -m tests.bench.baseline` measures this alone.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config import ROOT
from custody.mv.choose import choose
from custody.mv.fit import fit
from custody.mv.points import Points
from custody.mv.shapes import Floats, Model
from custody.mv.statistics import statistics
from tests.core.mv import brute

PEER = "better-lbnl-os"
VERSION = "0.1.1"
PEER_METERS = 40
METERS = {12: 100_000, 24: 20_000, 36: 10_000}
WANTED = {12: 100_000, 36: 20_000}
"""Meters a second that are promised on one core."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_PEER_SCRIPT = """
import json, sys, time, warnings
import numpy as np
from better_lbnl_os.core.changepoint import fit_changepoint_model
warnings.simplefilter("ignore")
data = np.load(sys.argv[1])
failed = 0
begun = time.process_time()
for t, y in zip(data["t"], data["y"]):
    try:
        fit_changepoint_model(t, y)
    except Exception:
        failed += 1
taken = time.process_time() - begun
print(json.dumps({"seconds": taken, "failed": failed}))
"""


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    per_meter: float
    """CPU seconds."""
    meters: int
    failed: int


def made(meters: int, months: int, seed: int = 2026) -> tuple[Floats, Floats]:
    """(temperature, use per day): Jiangsu's seasons, heating and cooling of any strength, noise."""
    dice = np.random.default_rng((seed, months))
    season = 16 - 12 * np.cos((np.arange(months) - 0.5) / 6 * np.pi)
    t = season + dice.normal(0, 1.5, (meters, months))
    cold, warm = dice.uniform(0, 1, (2, meters, 1)) * (dice.random((2, meters, 1)) < 0.8)
    y = 100 + 3 * cold * np.maximum(12 - t, 0) + 9 * warm * np.maximum(t - 20, 0)
    return t, y * (1 + dice.normal(0, 0.05, y.shape))


def ours(t: Floats, y: Floats) -> float:
    """CPU seconds of fit, statistics and choice."""
    points = Points.of(y * 30.0, np.full(y.shape, 30.0), t)
    begun = time.process_time()
    fits = fit(points)
    choose(fits, statistics(fits))
    return time.process_time() - begun


def peer(t: Floats, y: Floats) -> Peer:
    """The peer on some meters, or the brute force where there is no installing it."""
    python = _installed()
    if python is None:
        return _brute(t[:3], y[:3])
    with tempfile.TemporaryDirectory(prefix="custody-peer-") as folder:
        file = Path(folder) / "meters.npz"
        np.savez(file, t=t, y=y)
        done = subprocess.run(
            [python, "-c", _PEER_SCRIPT, str(file)],
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": "", "MPLCONFIGDIR": folder},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        print(f"  {PEER} does not run here: {done.stderr.strip().splitlines()[-1]}")
        return _brute(t[:3], y[:3])
    answer = json.loads(done.stdout.splitlines()[-1])
    return Peer(f"{PEER} {VERSION}", answer["seconds"] / len(t), len(t), int(answer["failed"]))


def _installed() -> Path | None:
    home = ROOT / ".venv" if (ROOT / ".venv").is_dir() else Path(tempfile.gettempdir())
    folder = home / "peers" / f"{PEER}-{VERSION}"
    python = folder / "bin" / "python"
    if (folder / ".done").exists():
        return python
    print(f"  installing {PEER} {VERSION} into {folder}", flush=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", f"{PEER}=={VERSION}"],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"  {PEER} cannot be installed here; brute force stands in for it")
            return None
    (folder / ".done").touch()
    return python


def _brute(t: Floats, y: Floats) -> Peer:
    models = (Model.HEATING, Model.COOLING, Model.VEE, Model.BOTH)
    begun = time.process_time()
    for one, use in zip(t, y, strict=True):
        for model in models:
            brute.best(model, one, use, np.ones_like(use))
    taken = time.process_time() - begun
    return Peer("dense grid and bounded search", taken / len(t), len(t), 0)


def say() -> None:
    print("baselines: all models, statistics and choice, CPU time on one core")
    rates = {}
    for months, meters in METERS.items():
        t, y = made(meters, months)
        ours(t[:2000], y[:2000])
        seconds = min(ours(t, y) for _ in range(3))
        rates[months] = meters / seconds
        wanted = WANTED.get(months)
        verdict = (
            "" if wanted is None else f"  (promised {wanted:,}: {_kept(rates[months], wanted)})"
        )
        print(f"  {months} months: {rates[months]:10,.0f} meters/s{verdict}", flush=True)
    t, y = made(1, 12)
    print(f"  one meter alone: {min(ours(t, y) for _ in range(20)) * 1000:.1f} ms")
    print(f"  memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    t, y = made(PEER_METERS, 12)
    other = peer(t, y)
    ratio = other.per_meter * rates[12]
    print(
        f"  {other.name}: {other.per_meter * 1000:.1f} ms per meter of 12 months,"
        f" {other.failed} of {other.meters} not fitted; custody {ratio:,.0f}x"
        f" (promised 10,000: {_kept(ratio, 10_000)})",
        flush=True,
    )


def _kept(found: float, promised: float) -> str:
    return "kept" if found >= promised else "MISSED"


if __name__ == "__main__":
    say()
