r"""What a trainer and a validator compute: mini-batch SGD and held-out cross-entropy.

A *model* maps features to class scores: multinomial logistic regression, or a network with one
hidden layer (tanh or ReLU). Its weights are one flat float64 vector, so that they can be handed
on, hashed and forged alike. A trainer minimises the mean cross-entropy of its own samples by
mini-batch SGD with a constant step; a validator compares mean cross-entropies on common held-out
rows. This is real training: nothing here knows of learning curves.

The NumPy code below is the reference; :class:`Learner` runs it, or the compiled twin in
`kernels`, which agrees to 1e-12 and is several times faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, POSITIVE, check_number
from derelayl_econ.errors import InputError, did_you_mean

__all__ = ["BACKENDS", "MODELS", "Learner", "Model", "choose_backend"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MODELS = ("logistic", "mlp-tanh", "mlp-relu")
BACKENDS = ("auto", "numba", "numpy")
NO_ROWS: Integers = np.empty(0, dtype=np.int64)
NO_LIMIT = 2**62


@dataclass(frozen=True, kw_only=True)
class Model:
    """Architecture of the shared model.

    Parameters
    ----------
    kind : {"logistic", "mlp-tanh", "mlp-relu"}
    features, classes : int
    hidden : int
        Width of the hidden layer; ignored by the logistic model.

    Examples
    --------
    >>> Model(kind="logistic", features=64, classes=10).size
    650
    """

    kind: str
    features: int
    classes: int
    hidden: int = 32

    def __post_init__(self) -> None:
        if self.kind not in MODELS:
            raise InputError("model", self.kind, "be a known architecture",
                             hint=did_you_mean(self.kind, MODELS))  # fmt: skip
        for name in ("features", "classes", "hidden"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), COUNT))

    @property
    def width(self) -> int:
        """Hidden units; 0 for the logistic model."""
        return 0 if self.kind == "logistic" else self.hidden

    @property
    def relu(self) -> bool:
        """Whether the hidden layer is rectified linear (else tanh)."""
        return self.kind == "mlp-relu"

    @property
    def size(self) -> int:
        """Number of weights."""
        if self.width == 0:
            return (self.features + 1) * self.classes
        return (self.features + 1) * self.width + (self.width + 1) * self.classes

    def initial(self, rng: np.random.Generator) -> Floats:
        """Return starting weights: a zero output layer, so that the loss starts at ln(classes).

        Hidden weights are normal with variance 1 / features.
        """
        weights = np.zeros(self.size)
        inner = self.features * self.width
        weights[:inner] = rng.normal(0.0, self.features**-0.5, size=inner)
        return weights

    def losses(self, weights: Floats, features: Floats, labels: Integers) -> Floats:
        """Return the cross-entropy of every sample (nats)."""
        with np.errstate(over="ignore", invalid="ignore"):
            scores, _ = self._forward(weights, features)
            scores -= scores.max(axis=1, keepdims=True)
            picked = scores[np.arange(len(labels)), labels]
            result: Floats = np.log(np.exp(scores).sum(axis=1)) - picked
        return result

    def gradient(self, weights: Floats, features: Floats, labels: Integers) -> Floats:
        """Return the gradient of the mean cross-entropy with respect to the flat weights."""
        with np.errstate(over="ignore", invalid="ignore"):
            scores, activity = self._forward(weights, features)
            error = np.exp(scores - scores.max(axis=1, keepdims=True))
            error /= error.sum(axis=1, keepdims=True)
            error[np.arange(len(labels)), labels] -= 1.0
            error /= len(labels)
            output = np.concatenate([(activity.T @ error).ravel(), error.sum(axis=0)])
            if self.width == 0:
                return output
            slope = (activity > 0.0) if self.relu else 1.0 - activity**2
            back = (error @ self._output(weights)[0].T) * slope
            return np.concatenate([(features.T @ back).ravel(), back.sum(axis=0), output])

    def _forward(self, weights: Floats, features: Floats) -> tuple[Floats, Floats]:
        activity = features
        if self.width > 0:
            inner = self.features * self.width
            first = weights[:inner].reshape(self.features, self.width)
            activity = features @ first + weights[inner : inner + self.width]
            activity = np.maximum(activity, 0.0) if self.relu else np.tanh(activity)
        matrix, bias = self._output(weights)
        return activity @ matrix + bias, activity

    def _output(self, weights: Floats) -> tuple[Floats, Floats]:
        matrix = weights[
            -(self.width or self.features) * self.classes - self.classes : -self.classes
        ]
        return matrix.reshape(-1, self.classes), weights[-self.classes :]


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Training and judging with fixed hyper-parameters, in NumPy or compiled.

    Parameters
    ----------
    model : Model
    step : float
        SGD step size, > 0.
    batch : int
        Samples per SGD step; the last batch of an epoch may be smaller.
    backend : {"auto", "numba", "numpy"}
        ``"auto"`` takes numba where it can be imported.

    Examples
    --------
    >>> learner = Learner(model=Model(kind="logistic", features=1, classes=2), backend="numpy")
    >>> x, y = np.array([[1.0], [-1.0]]), np.array([0, 1])
    >>> print(learner.train(np.zeros(4), x, y, np.array([0, 1]), epoch=2))
    [ 0.05 -0.05  0.    0.  ]
    """

    model: Model
    step: float = 0.1
    batch: int = 5
    backend: str = "auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", check_number("step", self.step, POSITIVE))
        object.__setattr__(self, "batch", check_number("batch", self.batch, COUNT))
        object.__setattr__(self, "backend", choose_backend(self.backend))

    def train(self, weights: Floats, features: Floats, labels: Integers, order: Integers, *,
              epoch: int, start: int = 0, limit: int = NO_LIMIT) -> Floats:  # fmt: skip
        """Return the weights after SGD over ``order``.

        Parameters
        ----------
        weights : (size,) array, left as it is
        features, labels : (n, f) and (n,) arrays
        order : (epochs * epoch,) int64 array
            Rows in the order of use, counted from ``start``.
        epoch : int
            Samples per epoch; batches never reach across epochs.
        limit : int
            Stop after this many SGD steps.
        """
        if self.backend == "numba":
            m = self.model
            return _kernels().train(  # type: ignore[no-any-return]
                weights, features, labels, order, start, epoch, self.batch, self.step, limit,
                m.classes, m.width, m.relu)  # fmt: skip
        out, taken = weights.copy(), 0
        for first in range(0, order.size, epoch):
            last = min(first + epoch, order.size)
            for low in range(first, last, self.batch):
                if taken == limit:
                    return out
                rows = start + order[low : min(low + self.batch, last)]
                out -= self.step * self.model.gradient(out, features[rows], labels[rows])
                taken += 1
        return out

    def judge(self, candidate: Floats, incumbent: Floats, features: Floats, labels: Integers,
              rows: Integers, losses: Floats, *, known: bool = False) -> None:  # fmt: skip
        """Write the paired mean losses of incumbent and candidate, one column per validator.

        Parameters
        ----------
        features, labels : (n, f) and (n,) arrays
            Held-out samples; fastest in Fortran order.
        rows : (m * V,) int64 array
            The validators' rows in turn; empty means all rows, in m equal blocks.
        losses : (2, m) array, written
            Row 0 the incumbent's (left alone when ``known``), row 1 the candidate's.
        """
        if self.backend == "numba":
            m = self.model
            columns = np.ascontiguousarray(features.T)  # no copy where rows are already columns
            _kernels().judge(candidate, incumbent, columns, labels, rows, losses, known,
                             m.classes, m.width, m.relu)  # fmt: skip
            return
        if rows.size:
            features, labels = features[rows], labels[rows]
        shape = (losses.shape[1], -1)
        if not known:
            losses[0] = self.model.losses(incumbent, features, labels).reshape(shape).mean(axis=1)
        losses[1] = self.model.losses(candidate, features, labels).reshape(shape).mean(axis=1)

    def mean_loss(self, weights: Floats, features: Floats, labels: Integers) -> float:
        """Return the mean cross-entropy over all rows given."""
        losses = np.zeros((2, 1))
        self.judge(weights, weights, features, labels, NO_ROWS, losses, known=True)
        return float(losses[1, 0])


def choose_backend(name: str) -> str:
    """Return ``"numba"`` or ``"numpy"``; ``"auto"`` takes numba where it can be imported."""
    if name not in BACKENDS:
        raise InputError("backend", name, "be a known backend",
                         hint=did_you_mean(name, BACKENDS))  # fmt: skip
    if name == "numpy":
        return name
    usable = _numba_is_usable()
    if name == "numba" and not usable:
        raise InputError("backend", name, "be importable here",
                         hint="Install numba, or use backend='numpy'.")  # fmt: skip
    return "numba" if usable else "numpy"


def _numba_is_usable() -> bool:
    if find_spec("numba") is None:
        return False
    try:
        _kernels()
    except ImportError:  # a numba without its LLVM, or one that refuses this NumPy
        return False
    return True


@cache
def _kernels() -> ModuleType:
    from derelayl_econ.simulation import kernels

    return kernels


def kernel(name: str) -> Any:
    """Return a compiled kernel by name, for loops that cannot afford a wrapper."""
    return getattr(_kernels(), name)
