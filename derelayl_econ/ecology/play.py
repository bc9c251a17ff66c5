"""How a run is played: the compiled loop, or the same rounds one phase at a time.

Both play the same phases with the same random numbers. The open form keeps a trace, and takes
another training: one in which real models are trained, say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from derelayl_econ.domains import COUNT, check_number
from derelayl_econ.ecology import kernels
from derelayl_econ.ecology import state as layout
from derelayl_econ.ecology.run import EcologyRun, EcologyTrace
from derelayl_econ.ecology.terms import winner_income
from derelayl_econ.errors import InputError, SimulationError
from derelayl_econ.results import frozen_array
from derelayl_econ.seeds import Seed, root_of

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = ["Training", "play", "rules_of", "start_of"]

Training = Callable[[layout.Rules, layout.State, np.random.Generator], None]
"""Writes the performance of each match's child into ``state.child``; NaN for a failure."""

_WORK = 5_000_000
"""Participants times rounds between two looks at the keyboard."""
MOST_WORDS = 500_000_000
"""Numbers that one run may keep (4 GB)."""
GENERATIONS = 64
"""Room for the tree of models at the start, in rounds in which everybody wins."""


def play(
    ecology: Ecology, rounds: int, rng: Seed, *, every: int = 1, trace: bool = False,
    training: Training | None = None,
) -> EcologyRun:  # fmt: skip
    """Play an ecology; see :meth:`Ecology.simulate <derelayl_econ.ecology.Ecology.simulate>`.

    Parameters
    ----------
    training : callable, optional
        What a training does, instead of a random step of ``ecology.gains``.
    """
    count = check_number("rounds", rounds, COUNT)
    step = check_number("every", every, COUNT)
    if not isinstance(trace, bool):
        raise InputError("trace", trace, "be True or False")
    _check_room(ecology.participants, count, step)
    stream = np.random.default_rng(root_of(rng))
    rules, state = rules_of(ecology), start_of(ecology, count, stream)
    records = _empty_records(ecology.participants, count, step)
    if not trace and training is None:
        state = _play_compiled(rules, state, stream, records, count)
        return _result(ecology, state, records, None)
    book = _Book() if trace else None
    state = _play_openly(rules, state, stream, records, count, training or kernels.train, book)
    return _result(ecology, state, records, book.closed() if book else None)


def rules_of(ecology: Ecology) -> layout.Rules:
    """Return the numbers that the kernel reads."""
    gains, wants, royalties = ecology.gains, ecology.preferences, ecology.royalties
    head, tail, ratio = np.empty(0), 1.0, 1.0
    if royalties.decay is not None:
        tail, ratio = royalties.royalty_share * (1 - royalties.decay), royalties.decay
    elif royalties.weights != "all":
        head, tail = np.array(royalties.weights), 0.0
    return layout.Rules(
        matches=ecology.matches, winning_share=ecology.winning_share, success=ecology.success,
        head=head, tail=tail, ratio=ratio,
        gain_price=-1.0 if ecology.gain_price is None else ecology.gain_price,
        reserve=ecology.reserve,
        cap=np.inf if ecology.deposit_cap is None else ecology.deposit_cap,
        stake=ecology.fees.owner_stake, fees=ecology.fees.rates(),
        grid=gains.performance.copy(), mean=gains.mean.copy(), spread=gains.spread.copy(),
        ceiling=gains.ceiling, logistic=gains.logistic, drift=gains.drift,
        decides=wants is not None,
        worth=wants.worth(gains.drift) if wants else 0.0,
        income=winner_income(royalties, wants.discount) if wants else 0.0,
        coin_value=wants.coin_value if wants else 0.0,
        coin_budget=wants.coin_budget if wants else 0.0,
        memory=wants.discount if wants else 0.0,
    )  # fmt: skip


def start_of(ecology: Ecology, rounds: int, rng: np.random.Generator) -> layout.State:
    """Return the state before the first round: the founders own the genesis model."""
    people, slots, founders = ecology.participants, ecology.slots, ecology.founders
    capacity = founders + GENERATIONS * slots
    state = layout.State(
        coins=np.full(people, ecology.endowment),
        trained=_whole(people), held=_whole(people, -1), best=np.zeros(people),
        cost=np.zeros(people), rider=np.zeros(people, bool), is_owner=np.zeros(people, bool),
        account=np.zeros(people), people=_whole(people),
        owner=_whole(slots), owner_node=_whole(slots), base=np.zeros(slots),
        staked=np.zeros(slots), trainer=_whole(slots), bid=np.zeros(slots),
        child=np.zeros(slots), live=_whole(slots), jobs=_whole(4),
        parent=_whole(capacity, -1), person=_whole(capacity), flow=np.zeros(capacity),
        stamp=_whole(capacity), first=_whole(rounds + 2),
        tally=_whole(layout.COUNTS), money=np.zeros(layout.SUMS),
    )  # fmt: skip
    first = np.arange(founders)
    state.is_owner[:founders], state.held[:founders] = True, 0
    state.best[:founders] = ecology.gains.quality(ecology.gains.start)
    state.owner[:founders] = state.owner_node[:founders] = state.person[:founders] = first
    state.base[:founders] = ecology.gains.start
    state.rider[people - ecology.free_riders :] = True
    state.first[1] = state.tally[layout.OWNERS] = founders
    state.tally[layout.TRUNK] = -1
    state.money[layout.ISSUED] = people * ecology.endowment
    state.money[layout.EXPECTED_ISSUE] = 1.0  # before anything is known, one coin
    if ecology.preferences is not None:
        state.cost[:] = ecology.preferences.draw_costs(people, rng)
    return state


def _play_compiled(
    rules: layout.Rules, state: layout.State, rng: np.random.Generator,
    records: layout.Records, rounds: int,
) -> layout.State:  # fmt: skip
    stretch = max(1, _WORK // state.coins.size)
    while True:
        stop = min(rounds, int(state.tally[layout.ROUND]) + stretch)
        ending = kernels.play(rules, state, rng, records, stop)
        if ending == layout.FULL:
            state = _roomier(state)
        elif ending == layout.UNBALANCED:
            raise _unbalanced(state)
        elif ending == layout.EXTINCT or stop == rounds:
            return state


def _play_openly(
    rules: layout.Rules, state: layout.State, rng: np.random.Generator,
    records: layout.Records, rounds: int, training: Training, book: _Book | None,
) -> layout.State:  # fmt: skip
    while state.tally[layout.ROUND] < rounds:
        while not kernels.make_room(rules, state):
            state = _roomier(state)
        owners = int(state.tally[layout.OWNERS])
        kernels.open_round(rules, state, rng)
        _audit(state)
        training(rules, state, rng)
        if book is not None:
            book.note_matches(rules, state)
        kernels.settle(rules, state)
        _audit(state)
        if book is not None:
            book.note_winners(state)
        kernels.record(rules, state, records, owners)
        if state.tally[layout.OWNERS] == 0:
            break
    return state


class _Book:
    """Takes down every match and every job."""

    def __init__(self) -> None:
        self.matches: list[pd.DataFrame] = []
        self.jobs: list[layout.Integers] = []

    def note_matches(self, rules: layout.Rules, state: layout.State) -> None:
        pairs = int(state.tally[layout.MATCHED])
        place = np.arange(pairs) // rules.matches
        self.matches.append(pd.DataFrame({
            "round": int(state.tally[layout.ROUND]) + 1, "owner": state.owner[place],
            "trainer": state.trainer[:pairs].copy(), "bid": state.bid[:pairs].copy(),
            "stake": state.staked[place], "base": state.base[place],
            "child": state.child[:pairs].copy(),
        }))  # fmt: skip
        self.jobs.append(state.jobs.copy())

    def note_winners(self, state: layout.State) -> None:
        winners = state.owner[: state.tally[layout.OWNERS]]  # they own the next round
        self.matches[-1]["won"] = np.isin(self.matches[-1]["trainer"], winners)

    def closed(self) -> EcologyTrace:
        return EcologyTrace(matches=pd.concat(self.matches, ignore_index=True),
                            jobs=frozen_array(self.jobs, np.int64))  # fmt: skip


def _roomier(state: layout.State) -> layout.State:
    """Return the state with twice the room for the tree of models."""
    grown = {name: np.concatenate([getattr(state, name), np.zeros_like(getattr(state, name))])
             for name in ("parent", "person", "flow", "stamp")}  # fmt: skip
    return state._replace(**grown)


def _audit(state: layout.State) -> None:
    if not kernels.imbalance(state) <= layout.TOLERANCE:  # so that NaN is caught, too
        raise _unbalanced(state)


def _unbalanced(state: layout.State) -> SimulationError:
    money = state.money
    return SimulationError(
        f"coins are not conserved in round {state.tally[layout.ROUND] + 1}: issued "
        f"{money[layout.ISSUED]:.12g}, held {state.coins.sum():.12g}, burned "
        f"{money[layout.BURNED]:.12g}, in escrow {money[layout.ESCROW]:.12g}"
    )


def _empty_records(people: int, rounds: int, every: int) -> layout.Records:
    return layout.Records(
        whole=np.zeros((rounds, len(layout.WHOLE)), np.int64),
        money=np.zeros((rounds, len(layout.NUMBERS))),
        versions=np.zeros((rounds, layout.VERSION_BINS), np.int64),
        coins=np.zeros((rounds // every, people)), every=every,
    )  # fmt: skip


def _result(
    ecology: Ecology, state: layout.State, records: layout.Records, trace: EcologyTrace | None
) -> EcologyRun:
    played, every = int(state.tally[layout.ROUND]), records.every
    whole = dict(zip(layout.WHOLE, frozen_array(records.whole[:played].T, np.int64), strict=True))
    money = dict(zip(layout.NUMBERS, frozen_array(records.money[:played].T), strict=True))
    kept = played // every
    return EcologyRun(
        ecology=ecology, rounds=played, alive=bool(state.tally[layout.OWNERS] > 0), trace=trace,
        version_shares=frozen_array(records.versions[:played] / ecology.participants),
        coins=frozen_array(records.coins[:kept]),
        coin_rounds=frozen_array(every * np.arange(1, kept + 1), np.int64),
        wealth=frozen_array(state.coins), held=frozen_array(state.held, np.int64),
        **whole, **money,
    )  # fmt: skip


def _check_room(people: int, rounds: int, every: int) -> None:
    """Refuse what would not fit into memory, before anything runs."""
    words = rounds * (len(layout.WHOLE) + len(layout.NUMBERS) + layout.VERSION_BINS)
    words += (rounds // every) * people
    if words > MOST_WORDS:
        raise InputError("rounds", rounds,
                         f"need less than {8 * MOST_WORDS / 1e9:g} GB for {people} participants",
                         hint=f"Keep the coins of fewer rounds: every={rounds}, say.")  # fmt: skip


def _whole(size: int, value: int = 0) -> layout.Integers:
    return np.full(size, value, dtype=np.int64)
