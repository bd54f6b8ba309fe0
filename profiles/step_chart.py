"""One figure over time as SVG geometry: it keeps its value until it takes the next, so the line goes in steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 320, 56
MARGIN = 4  # room for the dots


@dataclass(frozen=True)
class Step:
    """A value from a moment on; None: unknown from then on."""

    since: datetime
    value: float | None


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    step: Step


@dataclass(frozen=True)
class StepChart:
    """`path` is the d of an SVG path; it has a gap where the value is unknown. `dots`: where known values begin."""

    width: int
    height: int
    path: str
    dots: tuple[Dot, ...]
    lowest: float
    highest: float


def step_chart(steps: Sequence[Step], until: datetime) -> StepChart | None:
    """The chart of steps in the order of time, the last of which holds until `until`. None where no value is known."""
    known = [step.value for step in steps if step.value is not None]
    if not known:
        return None
    lowest, highest = min(known), max(known)
    start = steps[0].since
    span = max((until - start).total_seconds(), 1.0)

    def across(moment: datetime) -> float:
        share = (moment - start).total_seconds() / span
        return round(MARGIN + min(1.0, max(0.0, share)) * (WIDTH - 2 * MARGIN), 1)

    def down(value: float) -> float:
        share = (value - lowest) / (highest - lowest) if highest > lowest else 0.5
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    dots = tuple(Dot(across(s.since), down(s.value), s) for s in steps if s.value is not None)
    ends = [across(s.since) for s in steps[1:]] + [across(until)]
    return StepChart(WIDTH, HEIGHT, _path(steps, dots, ends), dots, lowest, highest)


def _path(steps: Sequence[Step], dots: Sequence[Dot], ends: Sequence[float]) -> str:
    by_step = {id(dot.step): dot for dot in dots}
    parts: list[str] = []
    is_drawing = False
    for step, end in zip(steps, ends, strict=True):
        dot = by_step.get(id(step))
        if dot is not None:
            parts.append(f"V{dot.y}H{end}" if is_drawing else f"M{dot.x} {dot.y}H{end}")
        is_drawing = dot is not None
    return "".join(parts)
