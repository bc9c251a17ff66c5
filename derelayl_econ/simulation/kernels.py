"""Compiled kernels of one hand-over: train on a shard, then judge on held-out rows.

The game's only physical act is a *hand-over*: a trainer receives weights, runs mini-batch SGD on
its own samples and submits new weights; a validator compares the mean cross-entropy of incumbent
and candidate on the *same* held-out rows. This module is that act in numba; `learner` has the
same in NumPy, and both agree to 1e-12.

Numba as installed from PyPI has no vector maths library, so a scalar ``exp`` would dominate the
softmax. :func:`exp_negative` is the classical reduction x = k ln 2 + r with a Taylor polynomial
of degree 12 in r and 2^k put into the exponent bits: free of branches, so that LLVM vectorises
it, and right to two units in the last place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from derelayl_econ.compilation import compiled

__all__ = ["exp_negative", "handover", "judge", "train"]

_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer kept in the low bits
_SMALLEST = -708.0  # exp of less is below the normal numbers
_C2, _C3, _C4, _C5, _C6, _C7 = 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040
_C8, _C9, _C10, _C11, _C12 = 1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800, 1 / 479001600
_LOGS_AT_ONCE = 8  # sums of a softmax lie in [1, classes], so a product of eight cannot overflow


@intrinsic
def _bits_of(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _float_of(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


def _exp_negative(x: float) -> float:
    x = _SMALLEST if x < _SMALLEST else x
    shifted = x * _LOG2_E + _ROUND
    k = shifted - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    tail = _C8 + r * (_C9 + r * (_C10 + r * (_C11 + r * _C12)))
    p = 1.0 + r * (
        1.0 + r * (_C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * tail))))))
    )
    return _float_of(_bits_of(p) + (_bits_of(shifted) << 52))  # type: ignore[call-arg]


exp_negative = compiled(_exp_negative, inline="always")
"""exp(x) for x <= 0; NaN stays NaN."""


@compiled
def _exp_all(values: Any) -> None:
    flat = values.reshape(-1)
    for i in range(flat.size):
        flat[i] = exp_negative(flat[i])


@compiled
def _activate(values: Any, relu: bool) -> None:
    flat = values.reshape(-1)
    if relu:
        for i in range(flat.size):
            flat[i] = 0.0 if flat[i] < 0.0 else flat[i]
        return
    for i in range(flat.size):  # tanh|x| = (1 - e) / (1 + e), e = exp(-2|x|)
        x = flat[i]
        e = exp_negative(-2.0 * abs(x))
        tanh = (1.0 - e) / (1.0 + e)
        flat[i] = -tanh if x < 0.0 else tanh


@compiled
def _gather(features: Any, rows: Any, start: int, into: Any) -> None:
    width = features.shape[1]
    for i in range(rows.size):
        row = start + rows[i]
        for f in range(width):
            into[i, f] = features[row, f]


@compiled
def _shift(scores: Any, bias: Any) -> None:
    """Add the bias and subtract each row's maximum: the stable form of the softmax."""
    rows, classes = scores.shape
    for i in range(rows):
        top = -np.inf
        for c in range(classes):
            scores[i, c] += bias[c]
            top = max(top, scores[i, c])
        for c in range(classes):
            scores[i, c] -= top


@compiled
def _output_error(scores: Any, bias: Any, labels: Any, rows: Any, start: int, step: float) -> None:
    """Turn scores into step / batch * (softmax - target), in place."""
    size, classes = scores.shape
    _shift(scores, bias)
    _exp_all(scores)
    for i in range(size):
        total = 0.0
        for c in range(classes):
            total += scores[i, c]
        for c in range(classes):
            scores[i, c] *= step / (size * total)
        scores[i, labels[start + rows[i]]] -= step / size


@compiled
def _descend(weights: Any, bias: Any, inputs: Any, error: Any, change: Any) -> None:
    np.dot(inputs.T, error, change)
    for f in range(change.shape[0]):
        for c in range(change.shape[1]):
            weights[f, c] -= change[f, c]
    for i in range(error.shape[0]):
        for c in range(error.shape[1]):
            bias[c] -= error[i, c]


@compiled
def _layers(weights: Any, width: int, hidden: int, classes: int) -> Any:
    """Return views of a flat vector: input matrix and bias, output matrix and bias."""
    inner = (width + 1) * hidden
    outer = inner + hidden * classes
    return (
        weights[: width * hidden].reshape(width, hidden),
        weights[width * hidden : inner],
        weights[inner:outer].reshape(hidden, classes),
        weights[outer:],
    )


@compiled
def _step_logistic(out: Any, inputs: Any, labels: Any, rows: Any, start: int, step: float,
                   error: Any, change: Any) -> None:  # fmt: skip
    matrix, bias = out[: change.size].reshape(change.shape), out[change.size :]
    np.dot(inputs, matrix, error)
    _output_error(error, bias, labels, rows, start, step)
    _descend(matrix, bias, inputs, error, change)


@compiled
def _step_mlp(out: Any, inputs: Any, labels: Any, rows: Any, start: int, step: float,
              error: Any, hidden: int, relu: bool) -> None:  # fmt: skip
    classes = error.shape[1]
    first, first_bias, second, second_bias = _layers(out, inputs.shape[1], hidden, classes)
    activity = np.dot(inputs, first)
    for i in range(activity.shape[0]):
        for h in range(hidden):
            activity[i, h] += first_bias[h]
    _activate(activity, relu)
    np.dot(activity, second, error)
    _output_error(error, second_bias, labels, rows, start, step)
    back = np.dot(error, second.T)
    for i in range(back.shape[0]):
        for h in range(hidden):
            a = activity[i, h]
            back[i, h] *= (1.0 if a > 0.0 else 0.0) if relu else 1.0 - a * a
    _descend(second, second_bias, activity, error, np.empty(second.shape))
    _descend(first, first_bias, inputs, back, np.empty(first.shape))


@compiled
def train(weights: Any, features: Any, labels: Any, order: Any, start: int, epoch: int, batch: int,
          step: float, limit: int, classes: int, hidden: int, relu: bool) -> Any:  # fmt: skip
    """Return new weights after mini-batch SGD over ``order`` (rows relative to ``start``)."""
    out = weights.copy()
    width, taken = features.shape[1], 0
    samples, errors = np.empty((batch, width)), np.empty((batch, classes))
    change = np.empty((width, classes))
    for first in range(0, order.size, epoch):
        last = min(first + epoch, order.size)
        for low in range(first, last, batch):
            if taken == limit:
                return out
            rows = order[low : min(low + batch, last)]
            inputs, error = samples[: rows.size], errors[: rows.size]
            _gather(features, rows, start, inputs)
            if hidden == 0:
                _step_logistic(out, inputs, labels, rows, start, step, error, change)
            else:
                _step_mlp(out, inputs, labels, rows, start, step, error, hidden, relu)
            taken += 1
    return out


@compiled
def _scores(weights: Any, columns: Any, classes: int, hidden: int, relu: bool) -> Any:
    """Return class scores without bias, and the bias; one column per sample."""
    width = columns.shape[0]
    if hidden == 0:
        split = width * classes
        return np.dot(weights[:split].reshape(width, classes).T, columns), weights[split:]
    first, first_bias, second, second_bias = _layers(weights, width, hidden, classes)
    activity = np.dot(first.T, columns)
    for h in range(hidden):
        for i in range(columns.shape[1]):
            activity[h, i] += first_bias[h]
    _activate(activity, relu)
    return np.dot(second.T, activity), second_bias


@compiled
def _stabilise(scores: Any, bias: Any) -> Any:
    """Add the bias, subtract each column's maximum, and return the maxima."""
    classes, samples = scores.shape
    top = np.full(samples, -np.inf)
    for c in range(classes):
        for i in range(samples):
            score = scores[c, i] + bias[c]
            scores[c, i] = score
            top[i] = score if score > top[i] else top[i]  # a select vectorises, max() does not
    for c in range(classes):
        for i in range(samples):
            scores[c, i] -= top[i]
    return top


@compiled
def _group_losses(weights: Any, columns: Any, labels: Any, losses: Any, classes: int, hidden: int,
                  relu: bool) -> None:  # fmt: skip
    """Write the mean cross-entropy of each of ``losses.size`` equal groups of samples.

    Samples are columns: every loop over them runs along memory, so that it vectorises.
    """
    scores, bias = _scores(weights, columns, classes, hidden, relu)
    total = _stabilise(scores, bias)
    samples = columns.shape[1]
    size = samples // losses.size
    for g in range(losses.size):
        losses[g] = 0.0
    for i in range(samples):
        losses[i // size] -= scores[labels[i], i]
        total[i] = 0.0
    _exp_all(scores)
    for c in range(classes):
        for i in range(samples):
            total[i] += scores[c, i]
    product = 1.0
    for i in range(samples):
        product *= total[i]
        if i % _LOGS_AT_ONCE == _LOGS_AT_ONCE - 1 or (i + 1) % size == 0:
            losses[i // size] += np.log(product)
            product = 1.0
    for g in range(losses.size):
        losses[g] /= size


@compiled
def judge(candidate: Any, incumbent: Any, columns: Any, labels: Any, rows: Any, losses: Any,
          known: bool, classes: int, hidden: int, relu: bool) -> None:  # fmt: skip
    """Write losses[0] (incumbent, unless ``known``) and losses[1] (candidate), one per validator.

    ``columns`` are the held-out samples, one per column; ``rows`` are those to use, all validators'
    in turn; empty means every one.
    """
    inputs, targets = columns, labels
    if rows.size > 0:
        inputs, targets = np.empty((columns.shape[0], rows.size)), np.empty_like(rows)
        for f in range(columns.shape[0]):
            for i in range(rows.size):
                inputs[f, i] = columns[f, rows[i]]
        for i in range(rows.size):
            targets[i] = labels[rows[i]]
    if not known:
        _group_losses(incumbent, inputs, targets, losses[0], classes, hidden, relu)
    _group_losses(candidate, inputs, targets, losses[1], classes, hidden, relu)


@compiled
def handover(weights: Any, features: Any, labels: Any, order: Any, start: int, epoch: int,
             batch: int, step: float, limit: int, held: Any, held_labels: Any, rows: Any,
             losses: Any, known: bool, classes: int, hidden: int, relu: bool) -> Any:  # fmt: skip
    """Train and judge in one call: what an honest hand-over costs a simulation."""
    out = train(weights, features, labels, order, start, epoch, batch, step, limit, classes,
                hidden, relu)  # fmt: skip
    judge(out, weights, held, held_labels, rows, losses, known, classes, hidden, relu)
    return out
