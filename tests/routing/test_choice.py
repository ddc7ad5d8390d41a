"""Choosing an owner: each step, what it says, and who is left."""

from collections import Counter
from uuid import UUID

import pytest

from app.routing.models import Ask, Candidate, Fallback, Rule, Step, choose, told_choice
from app.routing.models.rules import STEPS, STRATEGIES, USUAL
from app.routing.models.telling import HOW, WHY

RULE = UUID(int=99)


def person(number, name, **more):
    return Candidate(id=UUID(int=number), name=name, **more)


def rule(*steps, **more):
    return Rule(
        id=RULE,
        name="Florida desk",
        steps=tuple(Step(step) if isinstance(step, str) else step for step in steps),
        **more,
    )


def ask_of(**more):
    return Ask(**{"state": "FL", **more})


def decide(wanted, people, ask=None, turns=None, fallback=None, matching=True):
    rules = wanted if isinstance(wanted, list) else [wanted]
    return choose(rules, lambda _: matching, people, ask or ask_of(), turns or {}, fallback or Fallback())


def said(choice):
    return told_choice(choice).sentence


LUIS = person(1, "Luis")
CASES = {
    "sticky": (
        rule("sticky"),
        person(2, "Maria"),
        ask_of(known_by=UUID(int=1)),
        "did not look after this person before",
    ),
    "hours": (rule("hours"), person(2, "Maria", at_work=False), ask_of(), "is off work now"),
    "presence": (rule("presence"), person(2, "Maria", presence="break"), ask_of(), "is on a break"),
    "cap": (rule("cap"), person(2, "Maria", cap=20, load=20), ask_of(), "has 20 of 20 leads"),
    "territory": (rule("territory"), person(2, "Maria", territories=["GA"]), ask_of(), "does not cover FL"),
    "skill": (rule("skill", skills=("tax",)), person(2, "Maria"), ask_of(), "lacks tax"),
    "language": (
        rule("language"),
        person(2, "Maria", languages=["fr"]),
        ask_of(),
        "does not speak the lead's language",
    ),
}


def test_every_step_has_a_case():
    assert set(CASES) == set(STEPS)


@pytest.mark.parametrize("step", CASES)
def test_a_step_lets_go_of_one_and_says_why(step):
    wanted, unfit, ask, why = CASES[step]
    fit = person(1, "Luis", skills=["tax"], languages=["en"], territories=["FL", "GA"], cap=20, load=19)
    choice = decide(wanted, [fit, unfit], ask)
    assert choice.winner is fit and f"Maria {why}" in said(choice)
    (narrowing,) = choice.trace[0].steps
    assert narrowing.step == step and narrowing.left == ["Luis"] and narrowing.dropped[0].who == "Maria"


@pytest.mark.parametrize("step", [step for step in CASES if step != "sticky"])
def test_a_step_that_must_hold_ends_the_rule_and_one_that_need_not_is_passed_over(step):
    wanted, unfit, ask, _ = CASES[step]
    strict = decide(wanted, [unfit], ask)
    assert strict.outcome == "nobody" and strict.winner is None
    loose = decide(rule(Step(step, must=False), skills=wanted.skills), [unfit], ask)
    assert loose.winner is unfit and loose.trace[0].steps[0].passed_over


def test_the_steps_narrow_in_their_order():
    """Skill first leaves Ana, who is away; presence first leaves Luis, who lacks the skill."""
    ana = person(1, "Ana", skills=["tax"], presence="away")
    luis = person(2, "Luis")
    one = decide(rule("skill", Step("presence", must=False), skills=("tax",)), [ana, luis])
    other = decide(rule("presence", Step("skill", must=False), skills=("tax",)), [ana, luis])
    assert (one.winner.name, other.winner.name) == ("Ana", "Luis")


def test_the_first_rule_that_leaves_somebody_decides():
    strict = Rule(id=UUID(int=7), name="Tax desk", steps=(Step("skill"),), skills=("tax",))
    choice = decide([strict, rule()], [LUIS])
    assert choice.rule.name == "Florida desk"
    assert [trace.rule for trace in choice.trace] == ["Tax desk", "Florida desk"]
    assert told_choice(choice).trace[0].steps[0].dropped[0].why == "lacks tax"


def test_a_rule_that_does_not_match_or_is_off_is_not_asked():
    assert decide(rule(), [LUIS], matching=False).outcome == "nobody"
    assert decide(Rule(id=RULE, name="Off", on=False), [LUIS]).outcome == "nobody"
    assert decide(rule(), [LUIS]).outcome == "assigned"


def test_whoever_let_it_pass_is_not_asked_again():
    maria = person(2, "Maria")
    choice = decide(rule(*USUAL), [LUIS, maria], ask_of(passed=frozenset({LUIS.id})))
    assert choice.winner is maria and "Luis let it pass" in said(choice)
    assert decide(rule(), [LUIS], ask_of(passed=frozenset({LUIS.id}))).outcome == "nobody"


def test_the_pool_is_people_and_teams_else_roles():
    team = UUID(int=50)
    ana, tom = person(1, "Ana", team_id=team), person(2, "Tom", role="manager")
    assert decide(rule(teams=(team,)), [ana, tom]).winner is ana
    assert decide(rule(people=(tom.id,)), [ana, tom]).winner is tom
    assert decide(rule(roles=("manager",)), [ana, tom]).winner is tom
    assert decide(rule(roles=("agent",)), [tom]).outcome == "nobody"


def test_the_fallback_takes_what_nobody_could():
    boss = person(3, "Boss", role="manager")
    choice = decide(rule("presence"), [person(1, "Luis", presence="away"), boss], fallback=Fallback(boss.id))
    assert choice.outcome == "fallback" and choice.winner is boss and said(choice).endswith("so it went to Boss.")
    assert "Nobody was left in Florida desk" in said(choice)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("round_robin", {"Luis": 20, "Maria": 20}),
        ("weighted", {"Luis": 30, "Maria": 10}),
        ("results", {"Luis": 10, "Maria": 30}),
    ],
)
def test_strategies_share_out(strategy, expected):
    """Weights 3 to 1; results 1 + 9 × rate: 2.5 is rounded to 1 + 2 = 3 against 1."""
    people = [person(1, "Luis", weight=3, win_rate=0.0), person(2, "Maria", weight=1, win_rate=0.22)]
    turns, chosen = {}, Counter()
    for _ in range(40):
        choice = decide(rule(strategy=strategy), people, turns=turns)
        turns = {str(RULE): choice.turns}
        chosen[choice.winner.name] += 1
    assert chosen == expected


def test_the_least_loaded_is_the_one_with_the_smallest_share_of_the_cap():
    people = [person(1, "Luis", cap=10, load=5), person(2, "Maria", cap=40, load=10)]
    choice = decide(rule(strategy="least_loaded"), people)
    assert choice.winner.name == "Maria" and "most room" in said(choice)


def test_equally_loaded_take_turns():
    people = [person(1, "Luis", load=2), person(2, "Maria", load=2)]
    turns, chosen = {}, []
    for _ in range(4):
        choice = decide(rule(strategy="least_loaded"), people, turns=turns)
        turns = {str(RULE): choice.turns}
        chosen.append(choice.winner.name)
    assert chosen == ["Luis", "Maria", "Luis", "Maria"]


def test_the_sentence_reads_well():
    people = [person(1, "Luis"), person(2, "Maria", presence="away"), person(3, "Tom", cap=1, load=1)]
    assert said(decide(rule("cap", "presence"), people)) == (
        "Florida desk: of 3 people; Tom has 1 of 1 leads, Maria is away. Luis: was the only one left."
    )


def test_whatever_a_step_can_answer_and_a_rule_can_choose_has_its_words():
    assert set(STEPS) - {"presence"} <= set(WHY) and {"on_call", "wrap_up", "break", "away"} <= set(WHY)
    assert set(STRATEGIES) | {"known", "only"} == set(HOW)
