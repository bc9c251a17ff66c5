"""Partitions: their number, and stability against the definitions by plain loops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.games.partitions import (
    blocking_coalitions,
    coalitions_by_player,
    deviations,
    partitions,
)

FRESH = np.random.SeedSequence().entropy


def groups(label):
    return [frozenset(np.flatnonzero(label == c).tolist()) for c in range(max(label) + 1)]


def mask(coalition):
    return sum(1 << i for i in coalition)


def set_partitions(players):
    """All partitions by putting the last player everywhere: an independent recursion."""
    if not players:
        yield []
        return
    *rest, last = players
    for smaller in set_partitions(rest):
        for k in range(len(smaller)):
            yield [c | {last} if j == k else c for j, c in enumerate(smaller)]
        yield [*smaller, frozenset({last})]


@pytest.mark.parametrize(("players", "bell"), [(1, 1), (2, 2), (3, 5), (4, 15), (8, 4140)])
def test_bell_numbers(players, bell):
    """Bell 1934: 1, 2, 5, 15, 52, 203, 877, 4140."""
    assert len(partitions(players)) == bell


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5, 6])
def test_every_partition_once_and_in_order(players):
    labels = partitions(players)
    assert labels.tolist() == sorted(labels.tolist())
    found = {frozenset(groups(label)) for label in labels}
    assert len(found) == len(labels)
    assert found == {frozenset(p) for p in set_partitions(list(range(players)))}


def test_coalitions_are_numbered_by_their_lowest_players():
    for label in partitions(6):
        firsts = [label.tolist().index(c) for c in range(max(label) + 1)]
        assert firsts == sorted(firsts)


def test_masks_of_coalitions():
    for label, own in zip(partitions(5), coalitions_by_player(partitions(5)), strict=True):
        assert own.tolist() == [mask(groups(label)[label[i]]) for i in range(5)]


def test_partitions_are_shared_and_safe():
    with pytest.raises(ValueError, match="read-only"):
        partitions(3)[0, 0] = 5


def ranks(players, seed, levels):
    return np.random.default_rng(seed).integers(0, levels, (2**players, players))


def coalitions(players):
    for size in range(1, players + 1):
        yield from map(frozenset, itertools.combinations(range(players), size))


def blocked(rank, partition, coalition):
    home = {i: c for c in partition for i in c}
    return all(rank[mask(coalition), i] < rank[mask(home[i]), i] for i in coalition)


def may_move(rank, partition, player, target):
    """Player leaves for ``target`` (a coalition or nobody): better off, and nobody there worse."""
    home = next(c for c in partition if player in c)
    joined = mask(target | {player})
    return rank[joined, player] < rank[mask(home), player] and all(
        rank[joined, i] <= rank[mask(target), i] for i in target
    )


@given(st.integers(2, 4), st.integers(0, 2**32), st.sampled_from([2, 3, 100]))
@settings(max_examples=40)
def test_stability_by_definition(players, seed, levels):
    rank, labels = ranks(players, seed, levels), partitions(players)
    blocking = blocking_coalitions(rank, labels)
    mover, joined = deviations(rank, labels)
    for k, label in enumerate(labels):
        partition = groups(label)
        assert (blocking[k] != 0) == any(blocked(rank, partition, c) for c in coalitions(players))
        moves = {
            (i, mask(target | {i}))
            for i in range(players)
            for target in [frozenset(), *partition]
            if i not in target and may_move(rank, partition, i, target)
        }
        assert (mover[k] >= 0) == bool(moves)
        if blocking[k]:
            leavers = frozenset(i for i in range(players) if blocking[k] >> i & 1)
            assert blocked(rank, partition, leavers)
        if mover[k] >= 0:
            assert (mover[k], joined[k]) in moves


def test_indifference_moves_nobody():
    rank = np.zeros((16, 4), dtype=np.int64)
    assert not blocking_coalitions(rank, partitions(4)).any()
    assert (deviations(rank, partitions(4))[0] == -1).all()


def test_a_hedonic_game_without_core_stable_partition():
    """Three who each prefer the next to the one before, and pairs to being alone or all together.

    Banerjee, Konishi, Soenmez 2001, Soc. Choice Welfare 18:135, example 2 (roommates).
    """
    rank = np.full((8, 3), 9)
    for i in range(3):
        rank[mask({i, (i + 1) % 3}), i] = 0
        rank[mask({i, (i + 2) % 3}), i] = 1
        rank[mask({i}), i] = 2
        rank[0b111, i] = 3
    assert (blocking_coalitions(rank, partitions(3)) != 0).all()


def test_relabelling_players_relabels_stability():
    rng = np.random.default_rng(FRESH)
    players = 5
    rank, new = ranks(players, FRESH % 2**32, 50), rng.permutation(players)
    moved = np.empty_like(rank)
    for s in range(2**players):
        target = sum(1 << int(new[i]) for i in range(players) if s >> i & 1)
        moved[target, new] = rank[s]
    stable = {
        frozenset(groups(label))
        for label, b in zip(partitions(players), blocking_coalitions(rank, partitions(players)),
                            strict=True)
        if not b
    }  # fmt: skip
    stable_moved = {
        frozenset(groups(label))
        for label, b in zip(partitions(players), blocking_coalitions(moved, partitions(players)),
                            strict=True)
        if not b
    }  # fmt: skip
    renamed = {frozenset(frozenset(int(new[i]) for i in c) for c in p) for p in stable}
    assert renamed == stable_moved, FRESH
