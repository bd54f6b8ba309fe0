"""Weighted ridge regression on a sparse matrix, by conjugate gradients. The same input gives the same weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

MAX_STEPS = 80
TOLERANCE = 1e-4

Floats = npt.NDArray[np.float64]


def ridge(matrix: csr_matrix, targets: Floats, importance: Floats, penalty: float) -> Floats:
    """The weights w that minimise Σ importance · (target − mean − (row − mean row) · w)² + penalty · w².

    importance is taken relative to its mean. M. R. Hestenes and E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409.
    """
    importance = importance / importance.mean()
    centre = matrix.T @ importance / importance.sum()

    def back(errors: Floats) -> Floats:
        weighted = importance * errors
        return np.asarray(matrix.T @ weighted - centre * weighted.sum())

    def curvature(direction: Floats) -> Floats:
        return back(matrix @ direction - centre @ direction) + penalty * direction

    residual = back(targets - np.average(targets, weights=importance))
    weights = np.zeros(matrix.shape[1])
    direction, size = residual.copy(), residual @ residual
    goal = TOLERANCE**2 * size
    for _ in range(MAX_STEPS):
        if size <= goal:
            break
        bent = curvature(direction)
        step = size / (direction @ bent)
        weights += step * direction
        residual -= step * bent
        size, former = residual @ residual, size
        direction = residual + size / former * direction
    return weights
