"""Whose turn it is: shares by weight, no clumps, nobody flooded on coming back."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.routing.models import next_turn

weights = st.lists(st.integers(0, 9), min_size=1, max_size=8).map(
    lambda found: [(f"p{place}", weight) for place, weight in enumerate(found)]
)


def run(circle, rounds, turns=None):
    turns, chosen = turns or {}, []
    for _ in range(rounds):
        who, turns = next_turn(circle, turns)
        chosen.append(who)
    return chosen, turns


@given(weights)
def test_in_one_full_round_each_gets_exactly_the_weight(circle):
    counted = {who: weight for who, weight in circle if weight} or {who: 1 for who, _ in circle}
    chosen, _ = run(circle, sum(counted.values()))
    assert Counter(chosen) == counted


@given(weights, st.integers(1, 60))
def test_at_every_moment_nobody_is_a_whole_turn_short_or_over(circle, rounds):
    counted = {who: weight for who, weight in circle if weight} or {who: 1 for who, _ in circle}
    whole, chosen = sum(counted.values()), run(circle, rounds)[0]
    for who, weight in counted.items():
        assert abs(chosen.count(who) - rounds * weight / whole) <= len(counted)


@given(st.integers(2, 8), st.integers(1, 40))
def test_equals_go_strictly_in_turn(people, rounds):
    circle = [(f"p{place}", 1) for place in range(people)]
    chosen, _ = run(circle, rounds)
    assert chosen == [f"p{place % people}" for place in range(rounds)]


@given(weights, st.integers(0, 200))
def test_whoever_comes_back_is_not_flooded(circle, away_for):
    """One is away for long; afterwards nobody, not even that one, gets more than a round's share at once."""
    absent, *others = [*circle, ("other", 1)]
    _, turns = run(circle, 5)
    _, turns = run(others, away_for, turns)
    counted = {who: weight for who, weight in circle if weight} or {who: 1 for who, _ in circle}
    whole = sum(counted.values())
    chosen, _ = run(circle, whole, turns)
    assert chosen.count(absent[0]) <= counted.get(absent[0], 0) + len(circle) + 1


@given(st.lists(weights, min_size=1, max_size=30))
def test_turns_stay_small_however_the_circle_changes(circles):
    turns = {}
    for circle in circles:
        _, turns = next_turn(circle, turns)
    assert all(abs(turn) <= 9 * 8 * 2 for turn in turns.values())


def test_a_weight_of_nothing_gets_nothing_while_somebody_has_one():
    chosen, _ = run([("a", 0), ("b", 3)], 10)
    assert set(chosen) == {"b"}
    assert set(run([("a", 0), ("b", 0)], 10)[0]) == {"a", "b"}
