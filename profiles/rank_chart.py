"""Cited-by counts in their order as SVG geometry, with the square of the h-index in it. Numbers in, no script. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_RANKS = 200
LEAST = 12  # so many places are drawn at least, so that few papers do not become walls
WIDTH, HEIGHT = 640, 288  # the drawing stays inside, whatever is drawn
SLOPE = 2  # counts are drawn up to so many times h; what rises above is cut off and marked


@dataclass(frozen=True)
class RankBar:
    """A rectangle in pixels from the top left, for the paper at `rank`; `is_cut`: its count rises above the drawing.

    `inside`: how much of its height lies in the square, measured from the ground.
    """

    x: float
    y: float
    width: float
    height: float
    rank: int
    count: int
    inside: float
    inside_y: float
    is_cut: bool


@dataclass(frozen=True)
class RankChart:
    """One place across is as long as one citation up, so that h papers of h citations are a square."""

    width: float
    height: float
    bars: tuple[RankBar, ...]
    side_x: float  # the right edge of the square; the left one is 0
    side_y: float  # its upper edge
    side: float  # its height, down to the ground
    places: int
    top: int
    cut: int  # bars that rise above the drawing
    cut_x: float  # the right edge of the last of them
    beyond: int  # papers with a known count that the drawing leaves out


def rank_chart(counts: Sequence[int], h: int, known: int) -> RankChart | None:
    """The chart of the highest counts, in order; `known`: how many there are in all. None where there are none."""
    if not counts:
        return None
    places = max(LEAST, min(known, MAX_RANKS, 3 * h))
    top = max(LEAST // 2, round(SLOPE * h))
    scale = min(WIDTH / places, HEIGHT / top)
    drawn = counts[:places]
    bars = tuple(_bar(rank, count, h, top, scale) for rank, count in enumerate(drawn, 1))
    return RankChart(
        width=round(places * scale, 1),
        height=round(top * scale, 1),
        bars=bars,
        side_x=round(min(h, places) * scale, 1),
        side_y=round((top - h) * scale, 1),
        side=round(h * scale, 1),
        places=places,
        top=top,
        cut=sum(bar.is_cut for bar in bars),
        cut_x=max((round(bar.x + bar.width, 2) for bar in bars if bar.is_cut), default=0.0),
        beyond=known - len(drawn),
    )


def _bar(rank: int, count: int, h: int, top: int, scale: float) -> RankBar:
    gap = 1 if scale >= 3 else 0
    height = min(count, top) * scale
    inside = round(h * scale, 2) if rank <= h else 0.0
    return RankBar(
        x=round((rank - 1) * scale, 2),
        y=round(top * scale - height, 2),
        width=round(scale - gap, 2),
        height=round(height, 2),
        rank=rank,
        count=count,
        inside=inside,
        inside_y=round(top * scale - inside, 2),
        is_cut=count > top,
    )
