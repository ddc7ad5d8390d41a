"""Whose turn it is: smooth weighted round robin.

Each one in the circle gains their weight, the one who is furthest ahead is chosen and gives back the sum of
all weights. Over any run with the same people each is chosen in proportion to the weight, and never in
clumps. Who is away neither gains nor loses, so nobody is flooded on coming back.
"""

from collections.abc import Mapping, Sequence

Weights = Sequence[tuple[str, int]]  # id, weight from 0
Turns = Mapping[str, int]


def next_turn(circle: Weights, turns: Turns) -> tuple[str, dict[str, int]]:
    """Who is chosen, and the turns afterwards. Equals go by the order of their ids. Raises ValueError for
    nobody.

    A weight of 0 takes none while somebody else can; if all have it, all are equal.
    """
    if not circle:
        raise ValueError("nobody to choose from")
    counted = [(who, weight) for who, weight in circle if weight > 0] or [(who, 1) for who, _ in circle]
    whole = sum(weight for _, weight in counted)
    after = dict(turns)
    for who, weight in counted:
        after[who] = _held(after.get(who, 0), whole) + weight
    chosen = min(counted, key=lambda one: (-after[one[0]], one[0]))[0]
    after[chosen] -= whole
    return chosen, after


def _held(turn: int, whole: int) -> int:
    """However the circle changed, nobody is more than one full round ahead or behind."""
    return max(-whole, min(whole, turn))
