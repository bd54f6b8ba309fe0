"""Which records are one thing. Pure, and independent of the order in which anything arrived.

Used twice: for records that may be one paper, and for identifiers that may be one person.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

Node = TypeVar("Node", bound=Hashable)


class Edge(NamedTuple):
    """A reason to hold two nodes for one. Stronger reasons (a smaller `rank`) are taken first."""

    rank: tuple[int, ...]
    left: str
    right: str


class Clusters:
    """Union-find in which some unions are forbidden.

    `exclusive`: node → what may occur only once in a cluster, as {scheme: values}: two different DOIs, say.
    `apart`: pairs of nodes that a person has declared different; binds the whole cluster.
    """

    def __init__(
        self,
        exclusive: Mapping[str, Mapping[str, frozenset[str]]],
        apart: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._parent = {node: node for node in exclusive}
        self._marks = {node: {scheme: set(values) for scheme, values in of.items()} for node, of in exclusive.items()}
        self._members: dict[str, set[str]] = {node: {node} for node in exclusive}
        self._apart = [(a, b) for a, b in apart if a in self._parent and b in self._parent]

    def root(self, node: str) -> str:
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def _forbidden(self, a: str, b: str) -> bool:
        ours, theirs = self._marks[a], self._marks[b]
        if any(theirs.get(scheme) and values and len(values | theirs[scheme]) > 1 for scheme, values in ours.items()):
            return True
        return any({self.root(x), self.root(y)} == {a, b} for x, y in self._apart)

    def join(self, left: str, right: str, *, forced: bool = False) -> bool:
        """Make the two nodes one, unless that is forbidden; `forced` is a person's decision, which no mark vetoes."""
        a, b = sorted((self.root(left), self.root(right)))
        if a == b:
            return True
        if not forced and self._forbidden(a, b):
            return False
        self._parent[b] = a
        self._members[a] |= self._members.pop(b)
        for scheme, values in self._marks.pop(b).items():
            self._marks[a].setdefault(scheme, set()).update(values)
        return True

    def groups(self) -> list[frozenset[str]]:
        return sorted((frozenset(members) for members in self._members.values()), key=min)


def clusters(
    exclusive: Mapping[str, Mapping[str, frozenset[str]]],
    edges: Iterable[Edge],
    *,
    together: Iterable[tuple[str, str]] = (),
    apart: Iterable[tuple[str, str]] = (),
) -> list[frozenset[str]]:
    """The groups of nodes that are one. `together` and `apart` are decisions: no mark vetoes the first."""
    found = Clusters(exclusive, apart)
    for left, right in sorted(together):
        if left in exclusive and right in exclusive:
            found.join(left, right, forced=True)
    for edge in sorted(set(edges)):
        found.join(edge.left, edge.right)
    return found.groups()
