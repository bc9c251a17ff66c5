"""Training is real and right: gradients, losses, both backends, an independent plain-loop leg."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.simulation import learner as module
from derelayl_econ.simulation.data import DATASETS, load_dataset
from derelayl_econ.simulation.learner import MODELS, NO_ROWS, Learner, Model, choose_backend


def _model(kind, name):
    data = load_dataset(name)
    return Model(kind=kind, features=data.features.shape[1], classes=data.classes, hidden=7), data


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", MODELS)
def test_gradient_matches_central_differences(kind, name):
    model, data = _model(kind, name)
    rng = np.random.default_rng(5)
    weights = rng.normal(0, 0.3, size=model.size)
    x, y = data.features[:20], data.labels[:20]
    gradient, h = model.gradient(weights, x, y), 1e-6
    for _ in range(10):
        direction = rng.normal(size=model.size)
        direction /= np.linalg.norm(direction)
        up, down = (model.losses(weights + s * h * direction, x, y).mean() for s in (1, -1))
        assert (up - down) / (2 * h) == pytest.approx(gradient @ direction, abs=2e-8, rel=1e-6)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", MODELS)
def test_training_reduces_the_loss_on_unseen_samples(kind, name):
    model, data = _model(kind, name)
    rng = np.random.default_rng(0)
    learner, weights = Learner(model=model, backend="numpy"), model.initial(rng)
    x, y = np.array(data.features), np.array(data.labels)
    assert learner.mean_loss(weights, data.test_features, data.test_labels) == pytest.approx(
        math.log(data.classes))  # fmt: skip
    order = rng.permutation(len(y))
    weights = learner.train(weights, x, y, np.concatenate([order, order]), epoch=len(y))
    loss = learner.mean_loss(weights, data.test_features, data.test_labels)
    assert loss < 0.5 * math.log(data.classes)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", [1, None])
def test_numba_and_numpy_agree_over_many_legs(kind, name, seed):
    seed = np.random.SeedSequence().entropy if seed is None else seed
    model, data = _model(kind, name)
    x, y = np.array(data.features), np.array(data.labels)
    twins = [Learner(model=model, backend=b, batch=4) for b in ("numpy", "numba")]
    rng = np.random.default_rng(seed)
    weights = [model.initial(np.random.default_rng(seed))] * 2
    for leg in range(60):
        order = np.concatenate([rng.permutation(15) for _ in range(2)])
        start, rows = int(rng.integers(4)) * 15, rng.integers(len(y), size=3 * 20)
        limit = 5 if leg % 3 else 2**62
        losses = np.zeros((2, 2, 3))
        for i, twin in enumerate(twins):
            new = twin.train(weights[i], x, y, order, epoch=15, start=start, limit=limit)
            twin.judge(new, weights[i], x, y, rows, losses[i])
            weights[i] = new
        np.testing.assert_allclose(losses[0], losses[1], atol=1e-12, rtol=0, err_msg=f"{seed}")
        np.testing.assert_allclose(*weights, atol=1e-12, rtol=0, err_msg=f"{seed}")


def _plain_leg(weights, x, y, order, batch, step, classes):
    """One leg of logistic regression in plain Python, written from the prose."""
    width = len(x[0])
    w = [list(weights[f * classes : (f + 1) * classes]) for f in range(width)]
    b = list(weights[width * classes :])
    for low in range(0, len(order), batch):
        rows = order[low : low + batch]
        errors = []
        for row in rows:
            scores = [b[c] + math.fsum(x[row][f] * w[f][c] for f in range(width))
                      for c in range(classes)]  # fmt: skip
            total = math.fsum(math.exp(s) for s in scores)
            errors.append([math.exp(scores[c]) / total - (c == y[row]) for c in range(classes)])
        for c in range(classes):
            for f in range(width):
                slope = math.fsum(e[c] * x[row][f] for e, row in zip(errors, rows, strict=True))
                w[f][c] -= step * slope / len(rows)
            b[c] -= step * math.fsum(e[c] for e in errors) / len(rows)
    return [v for line in w for v in line] + b


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_one_leg_equals_a_plain_loop(backend):
    model, data = _model("logistic", "digits")
    x, y, order = np.array(data.features[:17]), np.array(data.labels[:17]), np.arange(17)[::-1]
    start = np.random.default_rng(2).normal(0, 0.1, size=model.size)
    ours = Learner(model=model, backend=backend).train(start, x, y, order.copy(), epoch=17)
    plain = _plain_leg(start.tolist(), x.tolist(), y.tolist(), order.tolist(), 5, 0.1, 10)
    np.testing.assert_allclose(ours, plain, atol=1e-13, rtol=0)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_batches_do_not_cross_epochs_and_inputs_stay_as_they_are(backend):
    model, data = _model("logistic", "wine")
    x, y = np.array(data.features[:7]), np.array(data.labels[:7])
    learner, start, order = (
        Learner(model=model, backend=backend),
        np.zeros(model.size),
        np.arange(7),
    )
    twice = learner.train(start, x, y, np.concatenate([order, order]), epoch=7)
    once = learner.train(learner.train(start, x, y, order, epoch=7), x, y, order, epoch=7)
    assert np.array_equal(twice, once)
    assert np.array_equal(start, np.zeros(model.size))
    lazy = learner.train(start, x, y, order, epoch=7, limit=1)
    assert np.array_equal(lazy, learner.train(start, x, y, order[:5], epoch=7))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_losses_stay_finite_for_extreme_scores_and_nan_stays_nan(backend):
    model, data = _model("logistic", "wine")
    learner, x, y = Learner(model=model, backend=backend), data.features.copy(), data.labels.copy()
    huge = np.random.default_rng(0).normal(size=model.size) * 1e4
    assert math.isfinite(learner.mean_loss(huge, x, y))
    assert math.isnan(learner.mean_loss(np.full(model.size, np.nan), x, y))
    losses = np.zeros((2, 3))
    learner.judge(huge, huge, x[:30], y[:30], NO_ROWS, losses)
    blocks = model.losses(huge, x[:30], y[:30]).reshape(3, 10).mean(axis=1)
    np.testing.assert_allclose(losses, [blocks, blocks], rtol=1e-12)


def test_without_numba_numpy_is_used():
    code = ("import sys; sys.modules['numba'] = None\n"
            "from derelayl_econ.simulation.learner import choose_backend\n"
            "print(choose_backend('auto'))\n"
            "try: choose_backend('numba')\n"
            "except ValueError as error: print(error)")  # fmt: skip
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith("numpy\nbackend must be importable here; got 'numba'")


def test_auto_is_numba_when_it_can_be_imported(monkeypatch):
    assert choose_backend("auto") == "numba"
    monkeypatch.setattr(module, "_kernels", _refuse)
    assert choose_backend("auto") == "numpy"


def _refuse():
    raise ImportError("Numba needs an older NumPy")


@pytest.mark.parametrize("change", [
    {"step": 0}, {"step": float("nan")}, {"batch": 0}, {"batch": 2.5}, {"backend": "jax"},
])  # fmt: skip
def test_bad_learners_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        Learner(model=Model(kind="logistic", features=2, classes=2), **change)


def test_bad_models_are_refused():
    with pytest.raises(InputError, match="Did you mean"):
        Model(kind="logistics", features=2, classes=2)
    with pytest.raises(InputError, match="hidden"):
        Model(kind="mlp-tanh", features=2, classes=2, hidden=0)
