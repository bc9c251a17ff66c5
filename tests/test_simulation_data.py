"""Data: disjoint, stratified, skewed as asked, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.simulation.data import DATASETS, load_dataset, split_shards

SIZES = {"digits": (1797, 64, 10), "breast_cancer": (569, 30, 2), "wine": (178, 13, 3)}


@pytest.mark.parametrize("name", DATASETS)
def test_bundled_sets_have_their_published_sizes(name):
    data = load_dataset(name)
    total, width, classes = SIZES[name]
    assert len(data.labels) + len(data.test_labels) == total
    assert data.features.shape[1] == width
    assert data.classes == classes
    shares = [np.bincount(y, minlength=classes) / len(y) for y in (data.labels, data.test_labels)]
    assert np.abs(shares[0] - shares[1]).max() < 1.5 / len(data.test_labels)


@pytest.mark.parametrize("name", DATASETS)
def test_features_are_scaled_and_frozen(name):
    data = load_dataset(name)
    for array in (data.features, data.labels, data.test_features, data.test_labels):
        assert not array.flags.writeable
    if name == "digits":
        assert data.features.min() == 0
        assert data.features.max() == 1
    else:
        np.testing.assert_allclose(data.features.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(data.features.std(axis=0), 1, atol=1e-12)


@given(seed=st.integers(0, 2**32), people=st.integers(1, 12), shard=st.integers(1, 10),
       concentration=st.sampled_from([None, 0.05, 1.0, 50.0]))  # fmt: skip
def test_shards_and_reserve_partition_the_pool(seed, people, shard, concentration):
    data = load_dataset("wine")
    deal = split_shards(data, people, shard, np.random.default_rng(seed),
                        concentration=concentration)  # fmt: skip
    rows = np.concatenate([deal.members.ravel(), deal.reserve])
    assert np.array_equal(np.sort(rows), np.arange(len(data.labels)))
    assert deal.members.shape == (people, shard)
    again = split_shards(data, people, shard, np.random.default_rng(seed),
                         concentration=concentration)  # fmt: skip
    assert np.array_equal(again.members, deal.members)


def _labels_per_shard(concentration):
    data = load_dataset("digits")
    deal = split_shards(data, 50, 15, np.random.default_rng(3), concentration=concentration)
    return np.mean([np.unique(data.labels[rows]).size for rows in deal.members])


def test_small_concentrations_leave_few_labels_per_shard():
    # IID: 10 (1 - .9^15) = 7.9 labels expected among 15 samples.
    assert 7.2 < _labels_per_shard(None) < 8.6
    assert _labels_per_shard(0.1) < 4
    assert _labels_per_shard(0.1) < _labels_per_shard(1.0) < _labels_per_shard(None)


def test_the_reserve_has_every_label_in_proportion():
    data = load_dataset("digits")
    deal = split_shards(data, 50, 15, np.random.default_rng(0), concentration=0.1)
    counts, pool = np.bincount(data.labels[deal.reserve]), np.bincount(data.labels)
    expected = pool * deal.reserve.size / len(data.labels)
    # A cut at quantile q takes q n_c of a label to within 1, so q is right to within classes / n.
    assert (np.abs(counts - expected) <= 1 + pool * data.classes / len(data.labels)).all()


@pytest.mark.parametrize(("arguments", "message"), [
    ((10, 20), "pool"), ((0, 5), "participants"), ((5, 2.5), "shard"), (("a", 5), "participants"),
    ((5, float("nan")), "shard"),
])  # fmt: skip
def test_bad_splits_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        split_shards(load_dataset("wine"), *arguments, np.random.default_rng(0))


def test_bad_names_fractions_and_concentrations_are_refused():
    with pytest.raises(InputError, match="Did you mean digits"):
        load_dataset("digit")
    for fraction in (0.0, 1.0, -1, float("nan"), 0.001):
        with pytest.raises(InputError, match="test_fraction"):
            load_dataset("wine", fraction)
    with pytest.raises(InputError, match="concentration"):
        split_shards(load_dataset("wine"), 5, 5, np.random.default_rng(0), concentration=0)
