"""Split tests: an arm by weight and by lot, the same one whenever it is asked, with what became of those who took it."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core.ports.carrier import InboundSms
from app.core.work import unit
from app.leads import service as leads
from app.messages.service import arriving, outside
from app.sequences import queries
from app.sequences.models import Sequence, SequenceRun, SequenceVersion, Split, arm_of, read
from app.sequences.models.steps import Arm
from app.sequences.queries.testing import ArmLine, finding
from app.sequences.service import runs
from app.tasks.models import Task
from tests.contacting import AFTERNOON, a_lead, acting, at, leave, one, rows
from tests.sequences.test_durability import _breaking, due_now
from tests.sequences.watching import again, made, put_in, told

pytestmark = pytest.mark.anyio
PATH = "/admin/sequences"


def split(**more: Any) -> dict[str, Any]:
    """Half and half: a task "Short" or a task "Long"."""
    arms = [
        {"name": name, "label": label, "weight": 50, "steps": [{"kind": "task", "title": label, "id": f"t{name}"}]}
        for name, label in (("a", "Short"), ("b", "Long"))
    ]
    return {"kind": "split", "id": "test", "arms": arms, **more}


STEPS = [split(), {"kind": "wait", "span": "5d"}]


def test_arms_are_taken_by_weight_and_the_same_key_takes_the_same_one() -> None:
    step = Split(id="s", arms=(Arm(name="a", label="A", weight=90), Arm(name="b", label="B", weight=10)))
    keys = [str(uuid4()) for _ in range(3000)]
    taken = [arm_of(step, key).name for key in keys]
    assert taken == [arm_of(step, key).name for key in keys]
    assert 0.07 < Counter(taken)["b"] / len(taken) < 0.13
    other = Split(id="other", arms=step.arms)
    assert taken != [arm_of(other, key).name for key in keys]  # one test does not decide the next


async def test_each_takes_one_arm_comes_back_and_the_trace_says_which(cast: Any) -> None:
    with at():
        sequence = await made(cast, STEPS)
        [step, wait] = read((await one(cast, "harbor", Sequence, sequence.id)).steps)
        for number in range(10, 18):
            lead = await a_lead(cast, phone=f"+172755501{number}", email=None)
            run = await put_in(cast, sequence, lead)
            await leave(cast)
            arm = arm_of(step, str(run.id))  # type: ignore[arg-type]
            titles = await rows(cast, "harbor", select(Task.title).where(Task.entity_id == lead.id))
            assert titles == [arm.label] and ("split", f"arm:{arm.name}") in await told(cast, run)
            assert (await again(cast, run)).step == wait.id
        ada = await cast.browser("harbor", "ada")
        assert arm.label in (await ada.get(f"{PATH}/runs/{run.id}")).text


async def test_a_worker_that_breaks_in_a_split_takes_the_same_arm_again(cast: Any, monkeypatch: Any) -> None:
    with at():
        sequence = await made(cast, STEPS)
        run = await put_in(cast, sequence, await a_lead(cast))
        broken = {"left": 3}
        monkeypatch.setattr(runs, "place", _breaking(runs.place, broken))
        for _ in range(6):
            await leave(cast)
            await due_now(cast)
        assert broken["left"] == 0
        assert len(await rows(cast, "harbor", select(Task.id))) == 1
        kinds = [what for kind, what in await told(cast, run) if kind == "split"]
        assert len(kinds) == 1 and kinds[0].startswith("arm:")


async def test_what_became_of_each_arm_stands_with_it(cast: Any) -> None:
    """One answers, one is won, the others go on."""
    with at():
        sequence = await made(cast, STEPS)
        [step, _] = read((await one(cast, "harbor", Sequence, sequence.id)).steps)
        took: Counter[str] = Counter()
        people = []
        for number in range(10, 16):
            lead = await a_lead(cast, phone=f"+172755501{number}", email=None)
            run = await put_in(cast, sequence, lead)
            people.append((lead, arm_of(step, str(run.id)).name))  # type: ignore[arg-type]
            took[people[-1][1]] += 1
        await leave(cast)
    with at(AFTERNOON + timedelta(hours=1)):
        (answers, first), (wins, second) = people[0], people[1]
        async with unit(tenant=cast.tenants["harbor"]) as work:
            own = await outside.own_number(work)
            said = InboundSms(event_id="e", id="i", from_="+17275550110", to=own, text="Call me")
            await arriving.receive_sms(work, said)
        async with acting(cast, "harbor", "ada") as work:
            await leads.update(work, wins.id, {"total_debt": 20000, "monthly_income": 4000, "hardship": "medical"})
            await leads.change_stage(work, wins.id, "enrolled")
        async with acting(cast, "harbor", "ada") as work:
            [line] = (await queries.tests(work, await queries.sequence(work, sequence.id))).values()
        arms = {arm.name: arm for arm in line.arms}
        assert {name: arm.took for name, arm in arms.items() if arm.took} == dict(took)
        assert arms[first].replied >= 1 and sum(arm.replied for arm in arms.values()) == 1
        assert arms[second].won >= 1 and sum(arm.won for arm in arms.values()) == 1
        assert "Not enough data" in line.finding and line.won == "Enrolled"
        assert (await again(cast, await _run(cast, answers))).state == "stopped"


async def _run(cast: Any, lead: Any) -> SequenceRun:
    return (await rows(cast, "harbor", select(SequenceRun).where(SequenceRun.lead_id == lead.id)))[0]  # type: ignore[no-any-return]


async def test_the_arm_that_is_kept_takes_everybody_even_those_who_began_before(cast: Any) -> None:
    """At once, on the live steps alone; what else the draft says stays unpublished. Undo splits again."""
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}, *STEPS])
        waiting = [
            await put_in(cast, sequence, await a_lead(cast, phone=f"+172755501{n}", email=None)) for n in range(10, 20)
        ]
        ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
        url = f"{PATH}/{sequence.id}/steps"
        step = (await one(cast, "harbor", Sequence, sequence.id)).steps[1]["id"]
        assert (await ada.post(url, {"kind": "task", "title": "Not yet"})).status_code == 303  # unpublished
        assert (await luis.post(f"{url}/{step}/keep", {"arm": "b"})).status_code == 404
        assert (await ada.post(f"{url}/{step}/keep", {"arm": "z"})).status_code == 404
        assert "Keep this arm" in (await ada.get(f"{PATH}/{sequence.id}")).text
        assert (await ada.post(f"{url}/{step}/keep", {"arm": "b"})).status_code == 303
        assert (await ada.post(f"{url}/{step}/keep", {"arm": "b"})).status_code == 303  # twice is once
        row = await one(cast, "harbor", Sequence, sequence.id)
        versions = await rows(
            cast, "harbor", select(SequenceVersion.steps).where(SequenceVersion.sequence_id == row.id)
        )
        assert row.version == len(versions) == 2 and "Not yet" not in str(versions) and "Not yet" in str(row.steps)
        assert "This test is over" in (await ada.get(f"{PATH}/{sequence.id}")).text
    with at(AFTERNOON + timedelta(days=2)):
        await leave(cast)
        titles = Counter(await rows(cast, "harbor", select(Task.title)))
        assert titles == Counter({"Long": len(waiting)})
        assert (await ada.post(f"{url}/{step}/keep")).status_code == 303
        for number in range(20, 40):
            await put_in(cast, sequence, await a_lead(cast, phone=f"+172755501{number}", email=None), f"c{number}")
    with at(AFTERNOON + timedelta(days=4)):
        await leave(cast)
        assert set(await rows(cast, "harbor", select(Task.title))) == {"Long", "Short"}


async def test_a_split_is_made_filled_and_changed_with_plain_forms(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
    url = f"{PATH}/{sequence.id}/steps"
    form = await ada.get(f"{url}/new?kind=split")
    assert form.text.count('name="arm_label"') == 3  # two, and one more to fill in
    rows_ = {"arm": ["", "", ""], "arm_label": ["Short", "Long", ""], "arm_weight": ["70", "30", ""]}
    assert (await ada.post(url, {"kind": "split", **rows_})).status_code == 303
    step = (await one(cast, "harbor", Sequence, sequence.id)).steps[1]
    assert [(arm["name"], arm["label"], arm.get("weight", 50)) for arm in step["arms"]] == [
        ("a", "Short", 70),
        ("b", "Long", 30),
    ]
    refused = await ada.post(f"{PATH}/{sequence.id}/on")
    assert refused.status_code == 422 and "Put a step into one of its branches" in refused.text
    inner = {"kind": "task", "title": "Inside", "after": step["id"], "branch": "b"}
    assert (await ada.post(url, inner)).status_code == 303
    shown = (await ada.get(f"{PATH}/{sequence.id}")).text
    assert "Short" in shown and "70%" in shown and "Inside" in shown
    lost = {"arm": ["a", "b", ""], "arm_label": ["Short", "", "New"], "arm_weight": ["1", "1", "1"]}
    kept = await ada.post(f"{url}/{step['id']}", lost)
    assert kept.status_code == 422 and "There are steps in “Long”" in kept.text and "New" in kept.text
    fine = {"arm": ["a", "b", ""], "arm_label": ["", "Long", "New"], "arm_weight": ["", "5", ""]}
    assert (await ada.post(f"{url}/{step['id']}", fine)).status_code == 303
    arms = (await one(cast, "harbor", Sequence, sequence.id)).steps[1]["arms"]
    assert [(arm["name"], arm["label"], len(arm.get("steps", []))) for arm in arms] == [
        ("b", "Long", 1),
        ("c", "New", 0),
    ]
    assert (await ada.post(f"{PATH}/{sequence.id}/on")).status_code == 303


@pytest.mark.parametrize(
    "arms, says",
    [
        ([("", "One", "50")], "2 to 5 arms"),
        ([("", "One", "50"), ("", "one", "50")], "name of its own"),
        ([("", "One", "0"), ("", "Two", "50")], "weight of 1"),
        ([("", "One", "half"), ("", "Two", "50")], "whole number"),
        ([("", "x" * 61, "5"), ("", "Two", "5")], "60 characters"),
        ([("", f"Arm {n}", "5") for n in range(6)], "2 to 5 arms"),
    ],
)
async def test_a_split_that_could_never_work_is_refused(cast: Any, arms: list[tuple[str, str, str]], says: str) -> None:
    ada = await cast.browser("harbor", "ada")
    sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
    columns = dict(zip(("arm", "arm_label", "arm_weight"), map(list, zip(*arms, strict=True)), strict=True))
    refused = await ada.post(f"{PATH}/{sequence.id}/steps", {"kind": "split", **columns})
    assert refused.status_code == 422 and says in refused.text and arms[0][1] in refused.text
    assert len((await one(cast, "harbor", Sequence, sequence.id)).steps) == 1


def test_a_finding_needs_people_and_a_difference_that_chance_does_not_explain() -> None:
    def line(name: str, took: int, replied: int) -> ArmLine:
        return ArmLine(name=name, label=name, share=0.5, kept=False, took=took, replied=replied)

    assert "Not enough data" in finding([line("A", 29, 20), line("B", 500, 1)])
    assert finding([line("A", 100, 20), line("B", 100, 18)]) == "No clear difference yet."
    assert finding([line("A", 100, 0), line("B", 100, 0)]) == "No clear difference yet."
    assert finding([line("A", 200, 20), line("B", 200, 50)]).startswith("“B” gets more answers: 25% against 10%")


async def test_moving_to_and_fro_between_arms_loses_nothing(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    sequence = await made(cast, STEPS, on=False)
    url = f"{PATH}/{sequence.id}/steps"
    where = {"parent": "test", "branch": "b", "place": "1"}
    assert (await ada.post(f"{url}/ta/move", where)).status_code == 303
    [test, _] = (await one(cast, "harbor", Sequence, sequence.id)).steps
    assert [[step["id"] for step in arm.get("steps", [])] for arm in test["arms"]] == [[], ["tb", "ta"]]
    assert (await ada.post(f"{url}/test/move", {"parent": "test", "branch": "a", "place": "0"})).status_code == 303
    assert (await ada.post(f"{url}/undo")).status_code == 303
    [test, _] = (await one(cast, "harbor", Sequence, sequence.id)).steps
    assert [[step["id"] for step in arm.get("steps", [])] for arm in test["arms"]] == [["ta"], ["tb"]]
