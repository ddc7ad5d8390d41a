"""What an answer cost is told in practice installations, and to nobody else."""

import re

import msgspec
import pytest

pytestmark = pytest.mark.anyio


async def test_an_answer_tells_its_cost_only_in_practice(cast, monkeypatch):
    ada = await cast.browser("harbor", "ada")
    told = (await ada.get("/account")).headers["server-timing"]
    figures = re.fullmatch(r'app;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) statements", cpu;dur=([\d.]+)', told)
    whole, asking, statements, worked = map(float, figures.groups())
    assert 0 < asking < whole and worked < whole and statements >= 2
    monkeypatch.setattr(cast.runtime, "settings", msgspec.structs.replace(cast.runtime.settings, test=False))
    answer = await ada.get("/account")
    assert answer.status_code == 200 and "server-timing" not in answer.headers
