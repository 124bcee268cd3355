"""Timing: things run by turns, and the medians of their ratios."""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable


def timed(action: Callable[[], object]) -> float:
    """Run something once, and give the seconds it took."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def by_turns(runs: int, **actions: Callable[[], object]) -> dict[str, list[float]]:
    """Run several things by turns, and give the seconds that each took in each run."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(runs):
        for name, action in actions.items():
            seconds[name].append(timed(action))
    return seconds


def ratio(over: list[float], under: list[float]) -> float:
    """Give the median of the ratios of paired runs."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def in_fresh_process(code: str, runs: int, **variables: str) -> list[float]:
    """Run Python code in processes of their own, and give the number that it prints in each."""
    command = [sys.executable, "-c", code]
    return [
        float(subprocess.run(command, check=True, capture_output=True, env=variables).stdout or 0)  # noqa: S603 - ours
        for _ in range(runs)
    ]
