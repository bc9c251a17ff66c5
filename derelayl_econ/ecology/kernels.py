r"""The compiled round of the ecology: roles, bids, matches, training, settlement, royalties.

The rules themselves are told in :mod:`derelayl_econ.ecology`. Everything compiled is in this one
file, because the cache of compiled code looks only at the file of the outermost function; the
arrays are in :mod:`derelayl_econ.ecology.state`.

Royalties make the cost: a winner of version t pays t + 1 people. But the models form a *tree* whose
branches soon meet: the walk up from a round's winners carries one amount per distinct ancestor, and
once a single ancestor is left, all older ones (the *trunk*) are ancestors of every model to come.
Trunk income is kept in one account per participant, sum_v ratio^(t - v) over the trunk models v it
owned, so that a round costs O(N + branches) and not O(winners * t).
"""

from __future__ import annotations

import numpy as np

from derelayl_econ.compilation import compiled
from derelayl_econ.ecology.state import (
    BRANCHES,
    BURNED,
    DEPOSITS,
    DONE,
    ENCRYPTION,
    ESCROW,
    EXPECTED_ISSUE,
    EXTINCT,
    FULL,
    ISSUED,
    JOINED,
    MATCHED,
    OLDEST,
    OWNERS,
    POSTED,
    ROUND,
    SETTLEMENT,
    SHORT,
    TESTING,
    TOLERANCE,
    TRAINED,
    TRUNK,
    UNBALANCED,
    VERSION_BINS,
    Floats,
    Integers,
    Records,
    Rules,
    State,
)

__all__ = ["imbalance", "make_room", "open_round", "play", "record", "settle", "train"]


@compiled
def shown(rules: Rules, performance: float) -> float:
    """Return the quality that a performance number stands for."""
    return 1.0 / (1.0 + np.exp(-performance)) if rules.logistic else performance


@compiled
def mint(state: State, person: int, coins: float) -> None:
    """Issue new coins to somebody."""
    state.coins[person] += coins
    state.money[ISSUED] += coins


@compiled
def between(grid: Floats, values: Floats, x: float) -> float:
    """Interpolate linearly; beyond its ends the grid goes on level."""
    if x <= grid[0]:
        return values[0]  # type: ignore[no-any-return]
    if x >= grid[-1]:
        return values[-1]  # type: ignore[no-any-return]
    k = np.searchsorted(grid, x)
    share = (x - grid[k - 1]) / (grid[k] - grid[k - 1])
    return values[k - 1] + share * (values[k] - values[k - 1])  # type: ignore[no-any-return]


@compiled
def open_round(rules: Rules, state: State, rng: np.random.Generator) -> None:
    """Assign roles, take bids, match, and put the deposits into escrow."""
    tally, size = state.tally, state.coins.size
    owners, slots = tally[OWNERS], size // 2
    if rules.drift > 0.0:
        state.best[:] *= 1.0 - rules.drift
        state.base[:owners] *= 1.0 - rules.drift
    wanted = slots - owners
    draw_roles(state, rng, wanted)
    takers = take_bids(rules, state, wanted)
    order = np.argsort(-state.bid[:takers], kind="mergesort")  # stable: ties stay in random order
    state.bid[:takers], state.trainer[:takers] = state.bid[order], state.trainer[order]
    best_first = np.argsort(-state.base[:owners], kind="mergesort")
    state.owner[:owners] = state.owner[best_first]
    state.owner_node[:owners] = state.owner_node[best_first]
    state.base[:owners] = state.base[best_first]
    tally[MATCHED] = min(takers, rules.matches * owners)
    post_deposits(rules, state)


@compiled
def draw_roles(state: State, rng: np.random.Generator, wanted: int) -> None:
    """Put ``wanted`` trainers, in random order, before the miners; draw the miners' jobs."""
    free = 0
    for person in range(state.coins.size):
        if not state.is_owner[person]:
            state.people[free] = person
            free += 1
    for i in range(wanted):
        j = rng.integers(i, free)
        state.people[i], state.people[j] = state.people[j], state.people[i]
    for job in range(4):
        state.jobs[job] = state.people[rng.integers(wanted, free)]


@compiled
def take_bids(rules: Rules, state: State, wanted: int) -> int:
    """Let trainers decide and bid; return how many stand ready with their bids."""
    tally, now = state.tally, state.tally[ROUND]
    offer, income, coin = prospects(rules, state)
    wins = rules.success * rules.winning_share
    takers, joined = 0, 0
    for i in range(wanted):
        person = state.people[i]
        asked = max(min(float(now - state.trained[person] + 1), rules.cap), rules.reserve)
        bid = min(state.coins[person], asked)
        if rules.decides and not state.rider[person]:
            better = rules.success * max(0.0, offer - state.best[person])
            earned = coin * (wins * income - (1.0 - wins) * bid)
            if rules.worth * better + earned < state.cost[person]:
                continue
        joined += 1
        if bid >= rules.reserve:
            state.trainer[takers], state.bid[takers] = person, bid
            takers += 1
    tally[JOINED], tally[SHORT] = joined, joined - takers
    return takers


@compiled
def prospects(rules: Rules, state: State) -> tuple[float, float, float]:
    """Return the expected quality of a new model, coins of a winner, and money per coin."""
    owners = state.tally[OWNERS]
    if not rules.decides or owners == 0:
        return 0.0, 0.0, 0.0
    before, after = 0.0, 0.0
    for i in range(owners):
        gained = state.base[i] + between(rules.grid, rules.mean, state.base[i])
        before += shown(rules, state.base[i]) / owners
        after += shown(rules, min(gained, rules.ceiling)) / owners
    pay = 1.0 if rules.gain_price < 0.0 else rules.gain_price * max(0.0, after - before)
    coin = rules.coin_value
    if rules.coin_budget > 0.0:
        coin += rules.coin_budget / state.money[EXPECTED_ISSUE]
    return after, pay * rules.income, coin


@compiled
def post_deposits(rules: Rules, state: State) -> None:
    """Move the bids of matched pairs into escrow."""
    for j in range(state.tally[OWNERS]):
        state.staked[j] = min(state.coins[state.owner[j]], rules.stake) / rules.matches
    for i in range(state.tally[MATCHED]):
        j = i // rules.matches
        state.coins[state.owner[j]] -= state.staked[j]
        state.coins[state.trainer[i]] -= state.bid[i]
        state.money[ESCROW] += state.staked[j] + state.bid[i]
    state.money[POSTED] = state.money[ESCROW]


@compiled
def train(rules: Rules, state: State, rng: np.random.Generator) -> None:
    """Let each matched trainer improve its base model, or fail; a rider hands it back as it is."""
    for i in range(state.tally[MATCHED]):
        base = state.base[i // rules.matches]
        if state.rider[state.trainer[i]]:
            state.child[i] = base
        elif rng.random() < rules.success:
            gain = between(rules.grid, rules.mean, base)
            gain += between(rules.grid, rules.spread, base) * rng.standard_normal()
            state.child[i] = min(base + gain, rules.ceiling)
        else:
            state.child[i] = np.nan


@compiled
def settle(rules: Rules, state: State) -> None:
    """Pay the miners, find the winners, return or burn deposits, pay royalties, name owners."""
    tally, money = state.tally, state.money
    issued = money[ISSUED]
    trained = share_models(rules, state)
    pay_miners(rules, state, trained)
    ranking = np.argsort(-state.child[: tally[MATCHED]], kind="mergesort")  # failures come last
    winners = int(np.floor(rules.winning_share * trained))
    return_and_burn(rules, state, ranking, winners)
    grow_tree(rules, state, ranking, winners)
    if winners > 0:
        pay_royalties(rules, state, winners)
    name_owners(state, ranking, winners)
    surprise = money[ISSUED] - issued - money[EXPECTED_ISSUE]
    money[EXPECTED_ISSUE] += (1.0 - rules.memory) * surprise


@compiled
def share_models(rules: Rules, state: State) -> int:
    """Give each trainer its model and the encrypting miner all of them; return their number."""
    version, trained, top = state.tally[ROUND] + 1, 0, -np.inf
    for i in range(state.tally[MATCHED]):
        if np.isnan(state.child[i]):
            continue
        person, quality = state.trainer[i], shown(rules, state.child[i])
        state.trained[person] = state.held[person] = version
        state.best[person] = max(state.best[person], quality)
        top = max(top, quality)
        trained += 1
    if trained > 0:
        miner = state.jobs[ENCRYPTION]
        state.held[miner] = version
        state.best[miner] = max(state.best[miner], top)
    state.tally[TRAINED] = trained
    return trained


@compiled
def pay_miners(rules: Rules, state: State, trained: int) -> None:
    """Issue the fees of the four jobs."""
    fees, jobs = rules.fees, state.jobs
    mint(state, jobs[DEPOSITS], fees[0] * state.tally[MATCHED])
    mint(state, jobs[ENCRYPTION], fees[1] * trained)
    mint(state, jobs[TESTING], fees[2] + fees[3] * trained)
    mint(state, jobs[SETTLEMENT], fees[4] * trained)


@compiled
def return_and_burn(rules: Rules, state: State, ranking: Integers, winners: int) -> None:
    """Give winners and their owners the deposits back, burn the others'."""
    for place in range(state.tally[MATCHED]):
        i = ranking[place]
        j = i // rules.matches
        if place < winners:
            state.coins[state.trainer[i]] += state.bid[i]
            state.coins[state.owner[j]] += state.staked[j]
        else:
            state.money[BURNED] += state.bid[i] + state.staked[j]
        state.money[ESCROW] -= state.bid[i] + state.staked[j]


@compiled
def grow_tree(rules: Rules, state: State, ranking: Integers, winners: int) -> None:
    """Append this round's winners to the tree of models, with the coins each one brings."""
    version = state.tally[ROUND] + 1
    start = state.first[version]
    for place in range(winners):
        i = ranking[place]
        j = i // rules.matches
        node = start + place
        state.parent[node], state.person[node] = state.owner_node[j], state.owner[j]
        state.flow[node], state.stamp[node] = 1.0, 0
        if rules.gain_price >= 0.0:
            gain = shown(rules, state.child[i]) - shown(rules, state.base[j])
            state.flow[node] = rules.gain_price * max(0.0, gain)
    state.first[version + 1] = start + winners


@compiled
def pay_royalties(rules: Rules, state: State, winners: int) -> None:
    """Pay w_d to the owner of each winner's ancestor at distance d, d = 0 its own."""
    version, live, many = state.tally[ROUND] + 1, state.live, winners
    for k in range(winners):
        live[k] = state.first[version] + k
    for distance in range(version + 1):
        if rules.tail > 0.0 and many == 1:
            pay_trunk(rules, state, live[0], version - distance)
            break
        if rules.tail == 0.0 and distance >= rules.head.size:
            break
        weight = rules.tail * rules.ratio**distance if rules.tail > 0.0 else rules.head[distance]
        for k in range(many):
            mint(state, state.person[live[k]], weight * state.flow[live[k]])
        if distance < version:
            many = climb(state, many, version)
        state.tally[BRANCHES] = distance + 1


@compiled
def climb(state: State, many: int, version: int) -> int:
    """Replace the live models by their distinct parents, amounts added up; return their number."""
    parents = 0
    for k in range(many):
        node = state.live[k]
        parent = state.parent[node]
        if state.stamp[parent] != version:
            state.stamp[parent], state.flow[parent] = version, 0.0
            state.live[parents] = parent
            parents += 1
        state.flow[parent] += state.flow[node]
    return parents


@compiled
def pay_trunk(rules: Rules, state: State, node: int, level: int) -> None:
    """Pay the only ancestor left and all of its ancestors, from one account per participant."""
    version, tally, amount = state.tally[ROUND] + 1, state.tally, state.flow[node] * rules.tail
    if rules.ratio < 1.0:
        state.account[:] *= rules.ratio
    tip = level
    while tip > tally[TRUNK]:  # the trunk has grown: each model joins it once
        state.account[state.person[node]] += rules.ratio ** (version - tip)
        node = state.parent[node]
        tip -= 1
    tally[TRUNK] = max(tally[TRUNK], level)
    if amount > 0.0:
        for person in range(state.account.size):
            mint(state, person, amount * state.account[person])


@compiled
def name_owners(state: State, ranking: Integers, winners: int) -> None:
    """Make the winning trainers the next owners."""
    for j in range(state.tally[OWNERS]):
        state.is_owner[state.owner[j]] = False
    start = state.first[state.tally[ROUND] + 1]
    for place in range(winners):
        i = ranking[place]
        state.owner[place], state.owner_node[place] = state.trainer[i], start + place
        state.base[place] = state.child[i]
        state.is_owner[state.trainer[i]] = True
    state.tally[OWNERS] = winners


@compiled
def make_room(rules: Rules, state: State) -> bool:
    """Drop models that no walk will reach again if the tree is full; return whether it fits."""
    now, slots, capacity = state.tally[ROUND], state.owner.size, state.parent.size
    used = state.first[now + 1]
    if used + slots <= capacity:
        return True
    needed = max(0, now + 1 - rules.head.size)
    if rules.tail > 0.0:
        needed = min(needed, max(0, state.tally[TRUNK]))
    needed = max(needed, state.tally[OLDEST])
    gone = state.first[needed]
    for node in range(gone, used):
        state.parent[node - gone] = state.parent[node] - gone
        state.person[node - gone], state.stamp[node - gone] = state.person[node], state.stamp[node]
    state.owner_node[: state.tally[OWNERS]] -= gone
    for level in range(needed, now + 2):
        state.first[level] -= gone
    state.tally[OLDEST] = needed
    return bool(used - gone + slots <= capacity)


@compiled
def imbalance(state: State) -> float:
    """Return |issued - held - burned - escrow| relative to what was issued."""
    money = state.money
    gap = money[ISSUED] - state.coins.sum() - money[BURNED] - money[ESCROW]
    return float(abs(gap) / max(1.0, money[ISSUED]))


@compiled
def record(rules: Rules, state: State, records: Records, owners: int) -> None:
    """Write down the settled round, which ``owners`` owners began, and go on to the next."""
    tally, money, size = state.tally, state.money, state.coins.size
    row, wealth, ranked, latest = tally[ROUND], np.sort(state.coins), 0.0, state.held.max()
    for k in range(size):
        ranked += (2.0 * (k + 1) - size - 1.0) * wealth[k]
        age = min(latest - state.held[k], VERSION_BINS - 2)
        records.versions[row, VERSION_BINS - 1 if state.held[k] < 0 else age] += 1
    served = -(-tally[MATCHED] // rules.matches)
    for k, whole in enumerate((owners, served, tally[JOINED], tally[SHORT], tally[MATCHED],
                               tally[TRAINED], tally[OWNERS], tally[BRANCHES])):  # fmt: skip
        records.whole[row, k] = whole
    total = wealth.sum()
    gini = ranked / (size * total) if total > 0.0 else 0.0
    winners = state.base[: tally[OWNERS]].mean() if tally[OWNERS] > 0 else np.nan
    for k, number in enumerate((money[ISSUED], money[BURNED], money[POSTED], total, gini,
                                state.best.max(), winners)):  # fmt: skip
        records.money[row, k] = number
    tally[ROUND] += 1
    if tally[ROUND] % records.every == 0:
        records.coins[tally[ROUND] // records.every - 1] = state.coins


@compiled
def play(rules: Rules, state: State, rng: np.random.Generator, records: Records, stop: int) -> int:
    """Play rounds until ``stop`` rounds are played or the relay ends; return how it ended."""
    while state.tally[ROUND] < stop:
        if not make_room(rules, state):
            return FULL
        owners = state.tally[OWNERS]
        open_round(rules, state, rng)
        if not imbalance(state) <= TOLERANCE:  # so that NaN is caught, too
            return UNBALANCED
        train(rules, state, rng)
        settle(rules, state)
        if not imbalance(state) <= TOLERANCE:  # so that NaN is caught, too
            return UNBALANCED
        record(rules, state, records, owners)
        if state.tally[OWNERS] == 0:
            return EXTINCT
    return DONE
