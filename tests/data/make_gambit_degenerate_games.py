"""Write gambit_degenerate_games.json with Gambit, an implementation that shares nothing with ours.

Run it in an environment that has pygambit 17 (earlier ones do not report the cliques):

    python tests/data/make_gambit_degenerate_games.py
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

SEED, GAMES = 20100142, 346
TARGET = Path(__file__).with_name("gambit_degenerate_games.json")


def draw(chance: random.Random) -> tuple[list[list[int]], list[list[int]]]:
    """Return two tables of payoffs in {0, 1, 2}, some with equal rows or columns."""
    rows, columns = chance.randint(2, 5), chance.randint(2, 5)
    tables = []
    for _ in range(2):
        table = [[chance.choice((0, 1, 2)) for _ in range(columns)] for _ in range(rows)]
        if rows > 1 and chance.random() < 0.25:
            table[0] = list(table[-1])
        if columns > 1 and chance.random() < 0.25:
            for row in table:
                row[0] = row[-1]
        tables.append(table)
    return tables[0], tables[1]


def text(table: list[list[int]]) -> str:
    return "/".join("".join(str(entry) for entry in row) for row in table)


def profile_text(profile: object, players: list[object]) -> str:
    sides = [[Fraction(p.numerator, p.denominator) for _, p in profile[q]] for q in players]
    return "|".join(" ".join(str(p) for p in side) for side in sides)


def solve(A: list[list[int]], B: list[list[int]]) -> dict[str, object]:
    import pygambit  # not at the top: pytest imports this file while it looks for doctests

    game = pygambit.StrategicGame.from_arrays(A, B)
    players = list(game.players)
    answer = pygambit.nash.enummixed_solve(game, rational=True, cliques=True)
    # Gambit lists some profiles twice, from different bases of one vertex.
    found = sorted({profile_text(profile, players) for profile in answer.equilibria})
    place = {words: number for number, words in enumerate(found)}
    cliques = sorted(
        sorted({place[profile_text(profile, players)] for profile in clique})
        for clique in answer.cliques
    )
    return {"A": text(A), "B": text(B), "equilibria": found, "cliques": cliques}


def main() -> None:
    import pygambit

    chance, seen, games = random.Random(SEED), set(), []
    while len(games) < GAMES:
        A, B = draw(chance)
        if (text(A), text(B)) not in seen:
            seen.add((text(A), text(B)))
            games.append(solve(A, B))
    head = {
        "source": f"pygambit {pygambit.__version__}, nash.enummixed_solve(rational=True, "
        "cliques=True); written by tests/data/make_gambit_degenerate_games.py",
        "format": "payoffs: rows apart by /, one digit per entry; equilibria: x|y; cliques: "
        "indices of the extreme equilibria in each maximal Nash subset; repetitions removed",
    }
    lines = [json.dumps(game, separators=(",", ":")) for game in games]
    start = json.dumps(head, indent=0)[:-2]
    TARGET.write_text(start + ',\n"games": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
