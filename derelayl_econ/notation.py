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
    RATE,
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
    # identity splitting and royalties
    Notation("split_parts", "m", "m", "identities under which one leg is presented", "1", COUNT),
    Notation("path_legs", "K", "K", "accepted legs on a path", "legs", COUNT),
    Notation("descendants", "D", "D", "legs accepted after one's own", "legs", INDEX),
    Notation("share_exponent", "r", "r", "exponent of the gain in a power share", "1", POSITIVE),
    Notation("hand_over_fee", "f", "f", "fee that the trainer of a hand-over pays", "money",
             NON_NEGATIVE, 0.0),
    Notation("income", "W", "W", "pay of one leg over its life", "money", NON_NEGATIVE),
    Notation("identity_cost", "phi", r"\varphi", "cost of registering one identity", "money",
             POSITIVE),
    Notation("identities", "m_i", "m_i", "identities that a participant registers", "1", INDEX),
    Notation("survival", "sigma", r"\sigma", "probability that the relay gets one more leg", "1",
             PROBABILITY),
    Notation("royalty", "b", "b", "royalty that a leg earns later", "money", NON_NEGATIVE),
    Notation("delay", "m", "m", "further legs before a royalty is paid", "legs", COUNT),
    Notation("detection", "h", "h", "probability per leg that careless work is found out", "1",
             PROBABILITY),
    Notation("kept_careful", "A", "A", "factor per leg on a careful trainer's royalty", "1",
             HALF_OPEN_UNIT),
    Notation("kept_careless", "B", "B", "factor per leg on a careless trainer's royalty", "1",
             HALF_OPEN_UNIT),
    Notation("treasury_factor", "A_T", "A_T", "the treasury's factor per leg on a royalty", "1",
             PROBABILITY, 1.0),
    Notation("place", "i", "i", "place of a leg on its path, from 1", "legs", COUNT),
    Notation("tilt", "x", "x", "ratio of neighbours' pay in a split-neutral split by length", "1",
             NON_NEGATIVE, 1.0),
    Notation("lean", "t", "t", "how far a split by length favours later legs", "1", PROBABILITY),
    Notation("gain_noise", "tau", r"\tau", "standard error of a verified gain", "score",
             NON_NEGATIVE),
    # contest for the baton, settlement as a tournament
    Notation("prize", "R", "R", "prize of a leg, shared in proportion to effort", "money",
             NON_NEGATIVE),
    Notation("unit_cost", "kappa", r"\kappa", "a participant's cost of one unit of effort",
             "money / leg", POSITIVE),
    Notation("own_effort", "e", "e", "one participant's effort", "legs", NON_NEGATIVE),
    Notation("others_effort", "T", "T", "effort of all the others together", "legs", NON_NEGATIVE),
    Notation("marginal_quality", "Q1", "Q'", "quality gained by one more unit of effort",
             "score / leg", NON_NEGATIVE, 0.0),
    Notation("active", "m", "m", "participants who exert effort", "people", COUNT),
    Notation("cost_sum", "K", "K", "sum of the unit costs of all who exert effort", "money / leg",
             POSITIVE),
    Notation("winner_prize", "W", "W", "prize of each submission that wins", "money",
             NON_NEGATIVE),
    Notation("total_prize", "T", "T", "prize money per submission", "money", NON_NEGATIVE),
    Notation("luck", "sigma", r"\sigma", "spread of a gain that is due to luck", "score",
             POSITIVE),
    Notation("cutoff", "z", "z", "luck that just wins where all exert the same effort", "1", REAL),
    Notation("density", "f", "f", "density of luck where one just wins", "1", NON_NEGATIVE),
    Notation("win_chance", "p_w", "p_w", "probability that a submission wins", "1", PROBABILITY),
    Notation("bend", "C2", "C''", "second derivative of a quadratic cost of effort",
             "money / score^2", POSITIVE),
    Notation("winners", "M", "M", "submissions that win", "submissions", COUNT),
    # evolution
    Notation("accept_honest", "pi_1", r"\pi_1", "probability that honest work is accepted", "1",
             PROBABILITY),
    Notation("accept_fake", "pi_0", r"\pi_0", "probability that a fake is accepted", "1",
             PROBABILITY),
    Notation("accepted_honest", "h", "h",
             "probability that another member's submission is honest and accepted", "1",
             PROBABILITY),
    Notation("accepted", "q", "q", "probability that another member's submission is accepted", "1",
             PROBABILITY),
    Notation("pool_share", "S", "S", "expected share of the pool that an accepted submission gets",
             "1", PROBABILITY),
    Notation("improved", "I", "I", "probability that others improve the model in this leg", "1",
             PROBABILITY),
    Notation("population", "Z", "Z", "size of a finite population", "people",
             Domain(2, integer=True)),
    Notation("players_of_first", "k", "k", "members of the population who play the first strategy",
             "people", INDEX),
    Notation("payoff_lead", "Delta", r"\Delta", "expected payoff of the first strategy minus that "
             "of the second", "money", REAL),
    Notation("selection", "w", "w", "intensity of selection", "1 / money", NON_NEGATIVE, 1.0),
    Notation("mutation", "mu", r"\mu", "probability that a step is a random switch", "1",
             PROBABILITY, 0.0),
    Notation("choice_noise", "zeta", r"\zeta", "noise of a logit choice", "money", POSITIVE),
    # coalitions, model sharing, potential game
    Notation("players", "n", "n", "players of a coalition game", "people", COUNT),
    Notation("predecessors", "s", "s", "players who come before one in a random order", "people",
             INDEX),
    Notation("coalition_value", "w_S", "w_S", "value of a unit of quality to a coalition",
             "money / score", NON_NEGATIVE),
    Notation("coalition_cost", "c_S", "c_S", "cost of the legs that a coalition trains", "money",
             NON_NEGATIVE),
    Notation("sampling_noise", "mu_e", r"\mu_e", "mean error variance of one sample", "error",
             POSITIVE),
    Notation("task_variance", "sigma^2", r"\sigma^2", "variance of the participants' true means",
             "error", NON_NEGATIVE),
    Notation("own_samples", "n_j", "n_j", "samples that a participant has", "samples", POSITIVE),
    Notation("other_samples", "n_o", "n_o", "samples that the others of a coalition have",
             "samples", NON_NEGATIVE),
    Notation("other_squares", "n_oo", "n_{oo}", "sum of the squares of the others' samples",
             "samples^2", NON_NEGATIVE),
    Notation("other_precision", "H", "H", "sum of 1/(sigma^2 + mu_e/n_i) over the others",
             "1 / error", NON_NEGATIVE),
    Notation("reward_factor", "lambda", r"\lambda", "reward per unit of own and mean effort",
             "money / effort^2", NON_NEGATIVE),
    Notation("effort_cost", "a", "a", "cost per squared unit of effort", "money / effort^2",
             POSITIVE),
    Notation("chosen_effort", "s", "s", "a participant's effort", "effort", NON_NEGATIVE),
    Notation("total_effort", "S", "S", "sum of all efforts", "effort", NON_NEGATIVE),
    Notation("effort_bound", "b", "b", "a participant's floor or ceiling of effort", "effort",
             NON_NEGATIVE),
    Notation("total_bound", "B", "B", "sum of all floors or of all ceilings", "effort",
             NON_NEGATIVE),
    # how much to train (contribution)
    Notation("height", "h", "h", "unit of quality of a curve without a ceiling", "score", POSITIVE,
             1.0),
    Notation("rise", "G", "G", "quality gained over the start by all effort together", "score",
             NON_NEGATIVE),
    Notation("rise_without", "G_-", r"G_{-}", "the same where one participant gives less",
             "score", NON_NEGATIVE),
    Notation("own_cost", "C", "C", "what a participant spends on training", "money", NON_NEGATIVE),
    Notation("others_cost", "C_-", r"C_{-}", "what all the others together spend on training",
             "money", NON_NEGATIVE),
    Notation("equalisation", "s", "s", "share of a participant's cost that transfers refund", "1",
             HALF_OPEN_UNIT),
    Notation("value_share", "w", "w", "a participant's value of quality over that of all", "1",
             PROBABILITY),
    # arrivals: train, buy or leave
    Notation("access", "A", "A", "benefit of access to the model", "money", REAL),
    Notation("access_fee", "phi", r"\phi", "fee for access without training", "money",
             NON_NEGATIVE),
    Notation("avoided", "m", "m", "what not training costs an arrival: fee or lost access", "money",
             REAL),
    Notation("training_share", "F", "F", "share of arrivals who train", "1", PROBABILITY),
    Notation("drifted_gap", "x_d", r"\tilde x", "gap that an arrival finds, after drift", "score",
             NON_NEGATIVE),
    Notation("lowest_cost", "c_lo", r"c_{\mathrm{lo}}", "smallest private cost of training a leg",
             "money", REAL),
    Notation("highest_cost", "c_hi", r"c_{\mathrm{hi}}", "largest private cost of training a leg",
             "money", REAL),
    Notation("improvement_threshold", "tau", r"\tau_{\min}",
             "least improvement that counts as training", "score", NON_NEGATIVE),
    # repeated games
    Notation("flow", "u", "u", "a member's benefit of a leg, net of the outside option",
             "money / leg", POSITIVE),
    Notation("agreed_payoff", "g", "g_i", "a player's payoff per round of what is agreed", "money",
             REAL),
    Notation("deviation_payoff", "d", "d_i", "payoff of the best deviation from it", "money", REAL),
    Notation("punishment_payoff", "p", "p_i", "payoff per round after a deviation", "money", REAL),
    # waterfilling
    Notation("cap_sum", "S", "S_k", "caps of a participant and all keener ones together", "legs",
             NON_NEGATIVE),
    Notation("demand", "x", "x_k", "total at which another leg just pays a participant", "legs",
             NON_NEGATIVE),
    # shares of a pool
    Notation("entitlement", "f_i", "f_i", "what a leg deserves, by any measure", "1", NON_NEGATIVE),
    Notation("entitlement_sum", "F", "F", "what all legs of a path deserve together", "1",
             POSITIVE),
    # sustainability report
    Notation("private_value", "w", "w", "present value of one unit of quality to a participant",
             "money / score", NON_NEGATIVE),
    Notation("committee_false_reject", "alpha_m", r"\alpha_m",
             "probability that the committee rejects honest work", "1", PROBABILITY),
    Notation("committee_false_accept", "beta_m", r"\beta_m",
             "probability that the committee accepts a fake", "1", PROBABILITY),
    Notation("first_gain", "h_0", "h_0", "quality gained by the first leg of an S-shaped curve",
             "score", NON_NEGATIVE),
    Notation("efficient_left", "r", "r", "share of the gap that the best total effort leaves", "1",
             RATE),
    Notation("left_without", "r_-", r"r_{-}", "share of the gap that the others' parts leave", "1",
             RATE),
    Notation("left_outside", "z", "z", "share of the gap left after the best reply outside a gate",
             "1", RATE),
    Notation("speed", "k", r"\kappa", "-ln(1 - gamma): 1 / effort scale of the geometric curve",
             "1 / leg", POSITIVE),
    Notation("pass_through", "P", "P", "coins that one more name draws from pay by improvement",
             "coins", NON_NEGATIVE),
    # menus for hidden costs
    Notation("type_cost", "theta_i", r"\theta_i", "a type's cost of one unit of work",
             "money / work", POSITIVE),
    Notation("cheaper_cost", "theta_prev", r"\theta_{i-1}",
             "cost of one unit of work of the next cheaper type", "money / work", POSITIVE),
    Notation("type_share", "f_i", "f_i", "probability of a type", "1", PROBABILITY),
    Notation("cheaper_share", "F_prev", "F_{i-1}", "probability of all cheaper types", "1",
             PROBABILITY),
    Notation("first_slope", "B1", "B'(0)", "worth of the first unit of effort", "money / effort",
             POSITIVE),
    # design: deposits, audits and committees
    Notation("capital_rate", "i", "i", "what a unit of deposit costs its owner per leg", "1",
             POSITIVE),
    Notation("temptation", "F", "F", "saving of a cheat per unit of what an audit tells apart",
             "money", POSITIVE),
    # unequal participants
    Notation("cost_ratio", "r_i", "r_i", "a participant's cost over the benefit", "1", POSITIVE),
    Notation("ratio_product", "P", "P", "product of the cost ratios of those who mix", "1",
             POSITIVE),
    Notation("mixers", "m", "m", "participants who neither train nor ride for sure", "people",
             Domain(2, integer=True)),
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
