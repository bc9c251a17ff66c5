r"""The one symbol table: symbol, LaTeX, code name, meaning, unit, domain and default.

Every parameter of the package is named here once. Constructors check their arguments against the
domains of this table (:func:`check`), scenarios use its code names as keys, formulas are written in
its SymPy symbols (:func:`symbol`) and rendered with its LaTeX. Source: the notation of the theory
notes (section 0), extended by the names its later sections use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from derelayl_econ.domains import (
    COUNT,
    HALF_OPEN_UNIT,
    INDEX,
    NON_NEGATIVE,
    OPEN_UNIT,
    POSITIVE,
    PROBABILITY,
    REAL,
    Domain,
    check_number,
)
from derelayl_econ.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import sympy as sp

__all__ = ["NOTATION", "Notation", "check", "check_error_rates", "symbol"]


@dataclass(frozen=True)
class Notation:
    """One row of the symbol table."""

    code: str
    symbol: str
    latex: str
    meaning: str
    unit: str
    domain: Domain
    default: float | None = None


_ROWS = (
    # participation and community
    Notation("participants", "N", "N", "candidates in the community", "people",
             Domain(2, integer=True)),
    Notation("users", "N_u", "N_u", "people who use the model each leg", "people", POSITIVE),
    Notation("threshold", "M", "M", "trainers needed before a leg is worth anything", "people",
             COUNT),
    Notation("others", "k", "k", "number of other participants who train", "people", INDEX),
    Notation("join_probability", "p", "p", "probability that a participant trains", "1",
             PROBABILITY),
    Notation("benefit", "b", "b", "one participant's benefit of a trained leg", "money",
             NON_NEGATIVE),
    Notation("leakage", "theta", r"\theta", "share of the value a non-contributor gets anyway", "1",
             PROBABILITY, 0.0),
    Notation("value", "v", "v", "a participant's value of one unit of quality, per leg",
             "money / (score leg)", NON_NEGATIVE, 0.0),
    Notation("flow_value", "nu_u", r"\nu_u", "one user's value of one unit of quality, per period",
             "money / (score leg)", NON_NEGATIVE),
    Notation("discount", "delta", r"\delta", "discount factor per leg", "1", OPEN_UNIT),
    Notation("outside", "U", "U", "payoff of not taking part", "money", REAL, 0.0),
    Notation("net_cost", "n", "n", "cost of training a leg minus the reward it earns", "money",
             REAL),
    Notation("headway", "d", "d", "(1 - discount) times the next level's value, minus v q", "money",
             REAL),
    Notation("next_value", "V_next", r"V_{k+1}", "value of a member at the next level", "money",
             REAL),
    Notation("intensity", "a", "a", "-N ln(probability that a member waits)", "1", NON_NEGATIVE),
    # quality and effort
    Notation("legs_per_period", "f", "f", "legs trained per period", "legs", NON_NEGATIVE),
    Notation("leg", "k", "k", "accepted legs so far", "legs", INDEX),
    Notation("quality", "q", "q", "model quality (verified score)", "score", REAL),
    Notation("quality_start", "q_0", "q_0", "quality before the first leg", "score", REAL),
    Notation("quality_max", "q_max", r"q_{\max}", "ceiling of model quality", "score", REAL),
    Notation("gap", "x", "x", "headroom left, q_max - q", "score", NON_NEGATIVE),
    Notation("gain", "g", "g", "quality gained by one accepted leg", "score", REAL),
    Notation("learning_rate", "gamma", r"\gamma", "share of the gap one accepted leg closes", "1",
             OPEN_UNIT),
    Notation("drift", "eta", r"\eta", "share of quality lost per leg (data drift)", "1",
             HALF_OPEN_UNIT, 0.0),
    Notation("effort", "E", "E", "cumulative training effort", "legs", NON_NEGATIVE),
    Notation("effort_scale", "E_0", "E_0", "effort scale of a learning curve", "legs", POSITIVE),
    Notation("exponent", "b", "b", "tail exponent of the shifted power curve", "1",
             Domain(0, 2, open_low=True)),
    Notation("steepness", "c", "c", "steepness of the Hill curve; above 1 it is S-shaped", "1",
             POSITIVE),
    Notation("step", "s", "s", "what one leg adds to the logit of a logistic walk", "1", POSITIVE),
    Notation("epoch_scale", "h", "h", "local epochs beyond which more of them help little",
             "epochs", POSITIVE),
    # money
    Notation("cost", "c", "c", "cost of training one leg", "money", POSITIVE),
    Notation("pool", "R", "R", "reward pool of one leg", "money", NON_NEGATIVE, 0.0),
    Notation("price", "lambda", r"\lambda", "reward per unit of verified improvement",
             "money / score", NON_NEGATIVE, 0.0),
    Notation("reward", "R", "R", "reward of one accepted submission", "money", NON_NEGATIVE),
    Notation("deposit", "D", "D", "stake, forfeited on rejection", "money", NON_NEGATIVE, 0.0),
    Notation("cost_honest", "c_h", "c_h", "cost of an honest submission", "money", NON_NEGATIVE),
    Notation("cost_cheat", "c_0", "c_0", "cost of a faked submission", "money", NON_NEGATIVE),
    Notation("saving", "s", "s", "cost saved by cheating, c_h - c_0", "money", POSITIVE),
    Notation("decay", "a", "a", "royalty decay per generation", "1", OPEN_UNIT),
    Notation("distance", "d", "d", "generations between a leg and its descendant", "legs", INDEX),
    Notation("royalty_share", "rho", r"\rho", "most that royalties may take of one leg's reward",
             "1", PROBABILITY, 1.0),
    # training cost and hardware
    Notation("parameters", "P", "P", "weights of the model", "1", POSITIVE),
    Notation("samples", "n", "n", "training samples (tokens) of one pass", "samples", POSITIVE),
    Notation("epochs", "e", "e", "passes over the training samples in one leg", "1", POSITIVE),
    Notation("flops", "F", "F", "floating-point operations of one leg", "FLOP", NON_NEGATIVE),
    Notation("sustained_flops", "F_s", r"\dot F", "sustained speed of the device", "FLOP / s",
             POSITIVE),
    Notation("watts", "W", "W", "power drawn while training", "W", NON_NEGATIVE),
    Notation("energy_price", "p_E", "p_E", "price of electricity", "money / kWh", NON_NEGATIVE),
    Notation("device_price", "P_d", "P_d", "price of the device", "money", NON_NEGATIVE),
    Notation("device_life", "T_d", "T_d", "life of the device", "h", POSITIVE),
    Notation("bytes_moved", "B", "B", "bytes down- and uploaded in one leg", "byte",
             NON_NEGATIVE, 0.0),
    Notation("transfer_price", "p_B", "p_B", "price of moving data (1 GB = 10^9 bytes)",
             "money / GB", NON_NEGATIVE, 0.0),
    Notation("evaluation_cost", "c_e", "c_e", "cost of evaluating one's own submission", "money",
             NON_NEGATIVE, 0.0),
    Notation("ledger_fee", "c_l", "c_l", "ledger fee of one submission", "money", NON_NEGATIVE,
             0.0),
    Notation("data_cost", "c_D", "c_D", "cost of the training data of one leg", "money",
             NON_NEGATIVE, 0.0),
    Notation("hourly_value", "p_h", "p_h", "what the device would earn elsewhere", "money / h",
             NON_NEGATIVE, 0.0),
    # verification
    Notation("false_reject", "alpha", r"\alpha", "probability that honest work is rejected", "1",
             HALF_OPEN_UNIT, 0.0),
    Notation("false_accept", "beta", r"\beta", "probability that a cheat is accepted", "1",
             HALF_OPEN_UNIT, 0.0),
    Notation("audit_rate", "y", "y", "probability that a submission is verified", "1", PROBABILITY),
    Notation("cheat_rate", "x", "x", "probability that a submission is faked", "1", PROBABILITY),
    Notation("verify_cost", "nu", r"\nu", "cost of one verification", "money", NON_NEGATIVE),
    Notation("bounty", "b_v", "b_v", "paid to the validator for catching a cheat", "money",
             NON_NEGATIVE),
    Notation("penalty", "l", r"\ell", "charged to the validator for passing a cheat", "money",
             NON_NEGATIVE),
    Notation("committee_size", "m", "m", "validators who decide by majority", "people",
             Domain(1, integer=True, odd=True)),
    Notation("correlation", "rho", r"\rho", "intra-class correlation of validators' errors", "1",
             HALF_OPEN_UNIT, 0.0),
    Notation("hold_out", "V", "V", "held-out samples behind one verdict", "samples", COUNT),
    Notation("acceptance", "P", "P", "probability that a submission is accepted", "1",
             PROBABILITY),
    Notation("margin", "tau", r"\tau", "improvement a submission must show (negative: tolerance)",
             "loss", REAL, 0.0),
    Notation("improvement", "m", r"\bar m", "mean true improvement of a submission", "loss", REAL),
    Notation("spread", "s", r"\varsigma", "standard deviation of the true improvement", "loss",
             NON_NEGATIVE),
    Notation("noise", "sigma", r"\sigma", "spread of the loss change from sample to sample", "loss",
             NON_NEGATIVE),
    # ecology
    Notation("matches", "L", "L", "trainers that one owner can be matched with in a round",
             "people", COUNT, 4),
    Notation("winning_share", "s", "s", "share of a round's trained models that win", "1",
             PROBABILITY, 0.5),
    Notation("success", "p", "p", "probability that a match yields a trained model", "1",
             PROBABILITY, 0.9),
    Notation("founders", "F", "F", "owners of the genesis model in the first round", "people",
             COUNT, 1),
    Notation("slots", "A", "A", "owners and trainers of a round together, N/2", "people", COUNT),
    Notation("owners", "M", "M", "model owners of a round", "people", NON_NEGATIVE),
    Notation("rounding_loss", "ell", r"\epsilon", "winners lost to rounding down, on average",
             "models", HALF_OPEN_UNIT),
    Notation("trained", "S", "S", "models trained in a round", "models", NON_NEGATIVE),
    Notation("matched", "n", "n", "pairs of owner and trainer in a round", "pairs", NON_NEGATIVE),
    Notation("trainer_chance", "P_T", "P_T", "probability that a non-owner trains in a round", "1",
             PROBABILITY),
    Notation("renewal", "h", "h", "probability that a non-owner gets the newest model in a round",
             "1", PROBABILITY),
    Notation("rounds", "t", "t", "rounds played", "rounds", COUNT, 100),
    Notation("reserve", "r", "r", "least deposit of a trainer", "coins", NON_NEGATIVE, 0.0),
    Notation("deposit_cap", "b_max", r"b_{\max}", "most that a trainer is asked to deposit",
             "coins", NON_NEGATIVE),
    Notation("endowment", "m_0", "m_0", "coins everybody starts with", "coins", NON_NEGATIVE, 0.0),
    Notation("gain_price", "lambda_c", r"\lambda_c", "coins per unit of a winner's gain",
             "coins / score", NON_NEGATIVE),
    Notation("coin_value", "e", "e", "money for which a coin is sold", "money / coin",
             NON_NEGATIVE, 0.0),
    Notation("coin_budget", "B_c", "B_c", "money that buys the coins issued in one round",
             "money / round", NON_NEGATIVE, 0.0),
    Notation("issue", "I", "I", "coins issued in a round", "coins", NON_NEGATIVE),
    Notation("winner_income", "omega", r"\omega", "discounted coins that a winner will receive",
             "coins", NON_NEGATIVE),
    Notation("royalty_sum", "W", "W", "sum of all royalty weights", "coins", NON_NEGATIVE),
    Notation("job_fees", "I_J", "I_J", "coins issued for the jobs of a round", "coins",
             NON_NEGATIVE),
    Notation("mining_income", "y_J", "y_J", "a non-owner's coins per round for jobs", "coins",
             NON_NEGATIVE),
    Notation("bid", "b_T", "b_T", "deposit of a trainer", "coins", NON_NEGATIVE),
    Notation("lag", "j", "j", "rounds since the model that a participant holds was made", "rounds",
             NON_NEGATIVE),
    # repeated games
    Notation("flow", "u", "u", "a member's benefit of a leg, net of the outside option",
             "money / leg", POSITIVE),
    Notation("agreed_payoff", "g", "g_i", "a player's payoff per round of what is agreed", "money",
             REAL),
    Notation("deviation_payoff", "d", "d_i", "payoff of the best deviation from it", "money", REAL),
    Notation("punishment_payoff", "p", "p_i", "payoff per round after a deviation", "money", REAL),
)  # fmt: skip

NOTATION: dict[str, Notation] = {row.code: row for row in _ROWS}
"""The symbol table by code name."""


@cache
def symbol(code: str) -> sp.Symbol:
    """Return the SymPy symbol of a code name (real, no further assumption).

    No sign is assumed: hypotheses belong into statements and proofs, where they can be seen, and
    SymPy would otherwise decide claims silently.
    """
    import sympy as sp

    if code not in NOTATION:
        raise InputError("symbol", code, "be in the notation table",
                         hint=did_you_mean(code, NOTATION))  # fmt: skip
    return sp.Symbol(code, real=True)


def check(**values: Any) -> dict[str, Any]:
    """Return the values as floats or ints after checking each against its domain in the table.

    Examples
    --------
    >>> check(participants=10, cost=2)
    {'participants': 10, 'cost': 2.0}
    >>> check(discount=1.2)
    Traceback (most recent call last):
        ...
    derelayl_econ.errors.InputError: discount must lie in (0, 1); got 1.2
    """
    return {
        code: check_number(code, value, NOTATION[code].domain) for code, value in values.items()
    }


def check_error_rates(false_reject: Any, false_accept: Any) -> tuple[float, float]:
    """Return (alpha, beta) after checking both and that a verdict carries information."""
    rates = check(false_reject=false_reject, false_accept=false_accept)
    total = rates["false_reject"] + rates["false_accept"]
    if total >= 1:
        raise InputError("false_reject + false_accept", total, "be below 1",
                         hint="A verdict with these rates is worse than a coin toss.")  # fmt: skip
    return rates["false_reject"], rates["false_accept"]
