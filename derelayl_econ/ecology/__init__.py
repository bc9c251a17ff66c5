r"""The DeRelayL ecology: a whole community under the rules of the authors' public simulation.

The rules [R] are those of GitHub ``Tengfei-Ma13206/DeRelayL_Simulation`` (2024; older than the
paper), retold here; everything after them is our own analysis (theory notes, section 5).

*Players*: N participants. *State*: everybody's coins and models, and this round's owners: the
winning trainers of the last round, in round 1 participant 0 alone, who made the genesis model
(version 0, performance 0). Nobody has coins at the start.

*A round* r = 0, 1, ...

1. Roles: the M owners; N/2 - M trainers, drawn uniformly among the others; all others are miners.
2. Bids: a trainer deposits min(coins, lag + 1), lag = r minus the version of the model it trained
   last (0 if none). An owner deposits min(coins, .001)/L per match.
3. Matches: owners in order of performance, trainers in order of bids (ties in random order); the
   best owner takes the top L = 4, the next the next four, ... An owner may get none.
4. Training: each match succeeds with probability p = .9. The child's performance is the base's plus
   a normal number with mean 1 and standard deviation 1; its version is r + 1. The trainer holds it,
   whether it wins or not.
5. Jobs, each given to a uniformly drawn miner: recording deposits (.001 each), encrypting (.001 per
   model; that miner holds all of them too), testing (.1 per round and .001 per model), settling
   (.101 per model).
6. Settlement: the best floor(s n) of the n trained models win, s = .5. Their trainers get the bid
   back and own the next round. Their owners get that match's deposit back and 1 coin, and so does
   the owner of *every* ancestor of a winner, the genesis model included: a winner of version t
   issues t + 1 coins. All other deposits are burned.

*Other rules* (ours) are parameters of :class:`Ecology`: geometric or windowed royalties, a reserve
or a cap on deposits, pay by gain, gains that fade, free riders, and costs and utilities with which
participants decline (:mod:`~derelayl_econ.ecology.terms`).

*Theory*: :mod:`~derelayl_econ.ecology.mean_field` (owners, ages, coins),
:mod:`~derelayl_econ.ecology.owner_chain` (extinction, exactly),
:mod:`~derelayl_econ.ecology.inequality` (Gini), :mod:`~derelayl_econ.ecology.front` (speed of
improvement, deposits burned), :mod:`~derelayl_econ.ecology.declining` (who goes on when training
costs). *Simulation*: :mod:`~derelayl_econ.ecology.kernels`.
"""

from derelayl_econ.ecology.ecology import Ecology
from derelayl_econ.ecology.gains import TrainingGains
from derelayl_econ.ecology.terms import JobFees, Preferences

__all__ = ["Ecology", "JobFees", "Preferences", "TrainingGains"]
