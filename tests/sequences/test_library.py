"""The library: the blueprint's own sequences as cards, each a draft of one's own by one press."""

from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.messages.models import MessageTemplate
from app.sequences.models import Sequence
from tests.contacting import acting, rows

pytestmark = pytest.mark.anyio
PATH = "/admin/sequences"


async def nothing_left(cast: Any, slug: str = "harbor") -> None:
    async with acting(cast, slug, "ada") as work:
        await work.execute(update(Sequence).values(archived_at=clock.now()))


async def test_an_empty_list_offers_what_the_blueprint_brings(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert "Use this" not in (await ada.get(PATH)).text
    await nothing_left(cast)
    shown = (await ada.get(PATH)).text
    assert (
        "Hardship" in shown
        and "When a new lead arrives" in shown
        and "E-mail “Welcome" in shown
        and "Use this" in shown
    )
    assert "Use this" not in (await luis.get(PATH)).text  # looks only
    assert (await luis.get(f"{PATH}/library")).status_code == 404


async def test_one_press_makes_one_draft_with_the_blueprints_steps(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    assert f"{PATH}/library" in (await ada.get(f"{PATH}/new")).text
    assert "You have one" in (await ada.get(f"{PATH}/library")).text
    [theirs] = await rows(cast, "harbor", select(Sequence).where(Sequence.name == "hardship"))
    first = await ada.post(f"{PATH}/library/hardship", {"key": "pressed-once"})
    again = await ada.post(f"{PATH}/library/hardship", {"key": "pressed-once"})
    assert first.status_code == again.status_code == 303 and first.headers["location"] == again.headers["location"]
    [copy] = await rows(cast, "harbor", select(Sequence).where(Sequence.label == "Hardship 2"))
    assert (copy.state, copy.version, copy.steps, copy.trigger) == ("draft", 0, theirs.steps, theirs.trigger)
    assert (await ada.post(f"{PATH}/{copy.id}/on")).status_code == 303
    assert (await ada.post(f"{PATH}/library/no_such", {"key": "x"})).status_code == 404
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"{PATH}/library/hardship", {"key": "y"})).status_code == 404


async def test_what_was_undone_is_there_again_with_the_next_press(cast: Any) -> None:
    ada = await cast.browser("summit", "ada")
    made = await ada.post(f"{PATH}/library/welcome", {"key": "k"})
    assert (await ada.post(f"{made.headers['location']}/delete")).status_code == 303
    assert (await ada.get(made.headers["location"])).status_code == 404
    assert (await ada.post(f"{PATH}/library/welcome", {"key": "k"})).headers["location"] == made.headers["location"]
    assert (await ada.get(made.headers["location"])).status_code == 200


async def test_a_card_says_what_is_missing_here(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    before = (await ada.get(f"{PATH}/library")).text
    assert "which is missing" not in before
    async with acting(cast, "harbor", "ada") as work:
        gone = update(MessageTemplate).where(MessageTemplate.name == "hardship_1").values(archived_at=clock.now())
        await work.execute(gone)
    assert "which is missing" in (await ada.get(f"{PATH}/library")).text
