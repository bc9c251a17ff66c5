"""Real data for the relay: who holds which samples, and which samples judge them.

A relay has N participants, each with a private *shard* of the same size; validators draw
*held-out* rows from a reserve that no trainer owns; the final *test set* belongs to nobody in the
game and only measures the true quality. The three are disjoint. Shards are alike in distribution
(IID) or skewed by label: participant i draws its label shares from a Dirichlet distribution with
one concentration for all labels, so that small concentrations give participants that know a few
labels only.

The data are the three classification sets inside scikit-learn: nothing is downloaded. Features
are standardised with the mean and spread of the training pool (constant columns become 0),
because the columns of ``breast_cancer`` and ``wine`` differ in scale by 10^4 and one SGD step
must suit all. The ``digits`` pixels share one scale (0..16) and are divided by 16 instead:
standardising would blow up border pixels that are inked a few times in a thousand images.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, OPEN_UNIT, POSITIVE, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.results import frozen_array

__all__ = ["DATASETS", "Dataset", "Shards", "load_dataset", "split_shards"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DATASETS = ("digits", "breast_cancer", "wine")
"""Names of the data sets that come with scikit-learn."""

_SPLIT_SEED = 20260502  # the split of pool and test set is part of the data, not of an experiment


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """A classification set, split once and for all into a training pool and a test set.

    Attributes
    ----------
    name : str
    features, test_features : (n, f) float arrays, read-only
    labels, test_labels : (n,) int64 arrays, read-only; labels are 0 .. classes - 1
    classes : int
    """

    name: str
    features: Floats
    labels: Integers
    test_features: Floats
    test_labels: Integers
    classes: int

    def __repr__(self) -> str:
        return (
            f"Dataset({self.name!r}, pool {len(self.labels)}, test {len(self.test_labels)}, "
            f"{self.features.shape[1]} features, {self.classes} classes)"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Shards:
    """Who holds what: rows of the training pool.

    Attributes
    ----------
    members : (N, size) int64 array, read-only
        Rows of each participant.
    reserve : (r,) int64 array, read-only
        Rows from which validators draw; disjoint from all shards.
    """

    members: Integers
    reserve: Integers


@cache
def load_dataset(name: str, test_fraction: float = 0.25) -> Dataset:
    """Return one of the bundled data sets with its fixed, stratified split.

    Parameters
    ----------
    name : {"digits", "breast_cancer", "wine"}
    test_fraction : float in (0, 1)
        Share of the samples kept for the final test set.

    Raises
    ------
    InputError
        For an unknown name or a fraction that leaves either part without some class.

    Examples
    --------
    >>> load_dataset("digits")
    Dataset('digits', pool 1348, test 449, 64 features, 10 classes)
    """
    if name not in DATASETS:
        raise InputError("dataset", name, "be a bundled data set",
                         hint=did_you_mean(name, DATASETS))  # fmt: skip
    fraction = check_number("test_fraction", test_fraction, OPEN_UNIT)
    features, labels = _read(name)
    order = _stratified_order(labels, np.random.default_rng(_SPLIT_SEED))
    cut = round(fraction * labels.size)
    test, pool = order[:cut], np.sort(order[cut:])
    classes = int(labels.max()) + 1
    for part in (test, pool):
        if np.unique(labels[part]).size < classes:
            raise InputError("test_fraction", test_fraction, "leave every class in both parts")
    scaled = features / 16.0 if name == "digits" else _standardise(features, pool)
    return Dataset(name=name, classes=classes,
                   features=frozen_array(scaled[pool]),
                   labels=frozen_array(labels[pool], np.int64),
                   test_features=frozen_array(scaled[test]),
                   test_labels=frozen_array(labels[test], np.int64))  # fmt: skip


def split_shards(
    dataset: Dataset,
    participants: int,
    shard: int,
    rng: np.random.Generator,
    *,
    concentration: float | None = None,
) -> Shards:
    """Deal equal shards of the training pool to all participants; what is left is the reserve.

    Parameters
    ----------
    participants, shard : int
        Number of participants and samples per participant.
    rng : numpy.random.Generator
    concentration : float, optional
        Dirichlet concentration of the label shares; None deals without regard to labels.

    Raises
    ------
    InputError
        If the pool is too small to leave a reserve.

    Examples
    --------
    >>> deal = split_shards(load_dataset("wine"), 10, 10, np.random.default_rng(0))
    >>> deal.members.shape, deal.reserve.size
    ((10, 10), 34)
    """
    people = check_number("participants", participants, COUNT)
    size = check_number("shard", shard, COUNT)
    needed, pool = people * size, dataset.labels.size
    if needed >= pool:
        hint = "Use fewer participants, smaller shards or a smaller test_fraction."
        raise InputError("participants * shard", needed, f"be below the pool of {pool} samples",
                         hint=hint)  # fmt: skip
    order = _stratified_order(dataset.labels, rng)
    reserve, rest = order[: pool - needed], rng.permutation(order[pool - needed :])
    if concentration is None:
        members = rest.reshape(people, size)
    else:
        strength = check_number("concentration", concentration, POSITIVE)
        shares = rng.dirichlet(np.full(dataset.classes, strength), size=people)
        members = _deal_by_label(rest, dataset.labels[rest], shares, size, rng)
    return Shards(members=frozen_array(members, np.int64),
                  reserve=frozen_array(np.sort(reserve), np.int64))  # fmt: skip


def _deal_by_label(rows: Integers, labels: Integers, shares: Floats, size: int,
                   rng: np.random.Generator) -> Integers:  # fmt: skip
    """Deal one sample per participant and turn; a label that ran out is redrawn among the rest.

    Dealing in turns spreads the shortage that comes with an exhausted pool over all participants,
    instead of leaving the last ones with whatever nobody wanted.
    """
    piles = [list(rows[labels == label]) for label in range(shares.shape[1])]
    left = np.array([len(pile) for pile in piles])
    members = np.empty((len(shares), size), dtype=np.int64)
    for turn in range(size):
        for person in rng.permutation(len(shares)):
            weight = shares[person] * (left > 0)
            if not weight.sum() > 0:  # every label this participant wants has run out
                weight = left.astype(np.float64)
            steps = np.cumsum(weight)
            label = int(np.searchsorted(steps, rng.random() * steps[-1], side="right"))
            members[person, turn] = piles[label].pop()
            left[label] -= 1
    return members


def _stratified_order(labels: Integers, rng: np.random.Generator) -> Integers:
    """Return a random order of all rows in which every prefix has each label in proportion."""
    place = np.empty(labels.size)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        place[rows] = (np.arange(rows.size) + rng.random()) / rows.size
    return np.argsort(place, kind="stable")


def _standardise(features: Floats, pool: Integers) -> Floats:
    mean, spread = features[pool].mean(axis=0), features[pool].std(axis=0)
    scaled: Floats = (features - mean) / np.where(spread > 0, spread, 1.0)
    return scaled


def _read(name: str) -> tuple[Floats, Integers]:
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    return np.asarray(bunch.data, dtype=np.float64), np.asarray(bunch.target, dtype=np.int64)
