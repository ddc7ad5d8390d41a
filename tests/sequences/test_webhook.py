"""The webhook step: signed, the same in every try, only to where the whole internet may go, and never in the way of others."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from app.core.agenda.perform import perform_by_schema
from app.core.attention import needs
from app.core.ports.signing import verify
from app.core.work import unit
from app.sequences import service
from app.sequences.models import Sequence, SequenceRun, SequenceTrace
from app.sequences.service import hooks
from app.team.models import Notice
from tenants.binding import bind
from tests.contacting import AFTERNOON, a_lead, acting, at, leave, one, rows
from tests.ports.peers import Canary, canary, says
from tests.sequences.test_durability import Killed, _leases_run_out, take_step
from tests.sequences.watching import again, made, put_in, told

pytestmark = pytest.mark.anyio
PATH = "/admin/sequences"
MINUTE = timedelta(minutes=1)


def hook(url: str, *names: str) -> list[dict[str, Any]]:
    return [{"kind": "webhook", "url": url, "fields": list(names)}, {"kind": "wait", "span": "9d"}]


@asynccontextmanager
async def answering(*statuses: str) -> AsyncIterator[Canary]:
    """A peer that answers with each of these in turn, and with the last one for ever."""
    left = list(statuses)

    async def script(request: bytes, writer: Any) -> None:
        status, *headers = (left.pop(0) if len(left) > 1 else left[0]).split("|")
        await says(b"{}", status, *headers)(request, writer)

    async with canary(script) as peer:
        yield peer


def read(request: bytes) -> tuple[dict[str, str], Any]:
    head, _, body = request.partition(b"\r\n\r\n")
    pairs = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, value in pairs}, msgspec.json.decode(body)


async def reasons(cast: Any, run: SequenceRun) -> list[tuple[str, str]]:
    """(what, why) of the webhook's lines."""
    found = select(SequenceTrace).where(SequenceTrace.run_id == run.id, SequenceTrace.kind == "webhook")
    return [(row.what, row.why) for row in await rows(cast, "harbor", found.order_by(SequenceTrace.id))]


async def test_the_chosen_fields_leave_signed_with_the_secret_that_was_shown_once(cast: Any) -> None:
    async with answering("200 OK") as peer:
        with at():
            ada = await cast.browser("harbor", "ada")
            sequence = await made(cast, [{"kind": "wait", "span": "1m"}], on=False)
            url = f"{PATH}/{sequence.id}"
            form = await ada.get(f"{url}/steps/new?kind=webhook")
            assert "Fields that are sent" in form.text and 'value="email" checked' in form.text
            step = {"kind": "webhook", "url": f"{peer.url}/crm", "fields": ["first_name", "total_debt"]}
            saved = await ada.post(f"{url}/steps", step)
            secret = re.search(r"whsec_[A-Za-z0-9+/=]+", saved.text)
            assert saved.status_code == 200 and secret
            assert (await ada.post(f"{url}/on")).status_code == 303
            for page in (url, f"{url}/steps/{(await one(cast, 'harbor', Sequence, sequence.id)).steps[1]['id']}"):
                again_ = await ada.get(page)
                assert again_.status_code == 200 and "whsec_" not in again_.text
            lead = await a_lead(cast, first_name="Dana")
            run = await put_in(cast, sequence, lead)
        with at(AFTERNOON + MINUTE):
            await leave(cast)
    [request] = peer.requests
    headers, body = read(request)
    assert request.startswith(b"POST /crm HTTP/1.1")
    raw = request.partition(b"\r\n\r\n")[2]
    assert verify([secret.group()], headers, raw) == headers["idempotency-key"] == body["id"]
    assert body["lead"] == {"id": str(lead.id), "fields": {"first_name": "Dana", "total_debt": None}}
    assert body["sequence"]["name"] == "Test run"
    assert await reasons(cast, run) == [("done", "It answered 200")]
    assert (await again(cast, run)).state == "done"
    with at(AFTERNOON + MINUTE):
        assert "It answered 200" in (await ada.get(f"{PATH}/runs/{run.id}")).text


async def test_a_new_secret_signs_beside_the_one_of_before(cast: Any) -> None:
    async with answering("200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            step = (await one(cast, "harbor", Sequence, sequence.id)).steps[0]["id"]
            ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
            async with acting(cast, "harbor", "ada") as work:
                old = await service.secret_of(work, sequence.id, step)
            assert (await luis.post(f"{PATH}/{sequence.id}/steps/{step}/secret")).status_code == 404
            shown = await ada.post(f"{PATH}/{sequence.id}/steps/{step}/secret")
            new = re.search(r"whsec_[A-Za-z0-9+/=]+", shown.text).group()  # type: ignore[union-attr]
            assert new != old
            saved = await ada.post(f"{PATH}/{sequence.id}/steps/{step}", {"url": peer.url, "fields": "email"})
            assert saved.status_code == 303  # an ordinary change keeps the secret
            assert (await ada.post(f"{PATH}/{sequence.id}/on")).status_code == 303
            await put_in(cast, sequence, await a_lead(cast))
            await leave(cast)
    headers, _ = read(peer.requests[0])
    raw = peer.requests[0].partition(b"\r\n\r\n")[2]
    assert verify([old], headers, raw) == verify([new], headers, raw)


async def test_what_fails_is_tried_again_with_the_same_id_and_later_each_time(cast: Any) -> None:
    async with answering("503 Service Unavailable", "429 Too Many|Retry-After: 900", "200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            await leave(cast)
            assert (await again(cast, run)).due_at == AFTERNOON + MINUTE
        with at(AFTERNOON + MINUTE):
            await leave(cast)
            assert (await again(cast, run)).due_at == AFTERNOON + 16 * MINUTE  # as it asked, not after five
        with at(AFTERNOON + 16 * MINUTE):
            await leave(cast)
    assert [what for what, _ in await reasons(cast, run)] == ["held", "held", "done"]
    assert len({read(request)[0]["idempotency-key"] for request in peer.requests}) == 1
    assert (await told(cast, run))[-1] == ("wait", "waits")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert not await service.standings(work)  # forgotten


async def test_after_a_day_the_person_goes_on_without_it(cast: Any) -> None:
    async with answering("500 Oops") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
        moment = AFTERNOON
        for _ in range(12):
            with at(moment):
                await leave(cast)
                found = await again(cast, run)
                moment = found.due_at or moment
                if found.step != sequence.steps[0]["id"]:
                    break
    assert len(peer.requests) == 7 and (await reasons(cast, run))[-1] == ("refused", "It answered 500")
    assert AFTERNOON + timedelta(hours=20) < moment - timedelta(days=9) < AFTERNOON + timedelta(hours=24)


@pytest.mark.parametrize(
    "status, says_", [("400 Bad", "It answered 400"), ("302 Found|Location: http://127.0.0.1:1/", "sends elsewhere")]
)
async def test_a_plain_no_is_not_repeated_and_no_redirect_is_followed(cast: Any, status: str, says_: str) -> None:
    async with answering(status) as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            await leave(cast)
    assert len(peer.requests) == 1
    [(what, why)] = await reasons(cast, run)
    assert what == "refused" and says_ in why and (await told(cast, run))[-1] == ("wait", "waits")


async def test_gone_pauses_the_step_tells_somebody_and_resuming_loses_nobody(cast: Any) -> None:
    async with answering("410 Gone", "200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            first = await put_in(cast, sequence, await a_lead(cast))
            await leave(cast)
            second = await put_in(cast, sequence, await a_lead(cast, phone="+17275550143", email=None))
            await leave(cast)
            assert len(peer.requests) == 1  # nobody is sent to where it is gone
            assert [what for what, _ in await reasons(cast, second)] == ["held"]
            assert await rows(cast, "harbor", select(Notice.id).where(Notice.kind == "sequence.hook_paused"))
            async with acting(cast, "harbor", "ada") as work:
                said = [need.sentence for need in await needs(work, work.person)]
            assert any("waits for 127.0.0.1: It answered 410" in sentence for sentence in said)
            ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
            assert "Paused: people wait here" in (await ada.get(f"{PATH}/{sequence.id}")).text
            assert (await ada.get("/notices")).status_code == 200
            url = f"{PATH}/{sequence.id}/steps/{sequence.steps[0]['id']}/resume"
            assert (await luis.post(url)).status_code == 404
            assert (await ada.post(url)).status_code == 303
            await leave(cast)
            assert len(peer.requests) == 3
            assert {(await reasons(cast, run))[-1][0] for run in (first, second)} == {"done"}
            assert (await ada.post(url)).status_code == 404
            healed = await ada.get(f"{PATH}/{sequence.id}")
            assert healed.status_code == 200 and "Paused: people" not in healed.text


async def test_a_paused_one_that_was_taken_out_can_still_be_let_go_on_and_a_deleted_one_needs_nobody(cast: Any) -> None:
    async with answering("410 Gone", "200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            await leave(cast)
            ada = await cast.browser("harbor", "ada")
            url = f"{PATH}/{sequence.id}"
            assert (await ada.post(f"{url}/steps/{sequence.steps[0]['id']}/delete")).status_code == 303
            assert (await ada.post(f"{url}/on")).status_code == 303
            assert "no longer in these steps is paused" in (await ada.get(url)).text
            assert (await ada.post(f"{url}/steps/{sequence.steps[0]['id']}/resume")).status_code == 303
            await leave(cast)
            assert (await reasons(cast, run))[-1][0] == "done"
            assert "no longer in these steps" not in (await ada.get(url)).text
        gone = await a_paused_sequence(cast)
        async with acting(cast, "harbor", "ada") as work:
            assert any("waits for" in need.sentence for need in await needs(work, work.person))
        assert (await ada.post(f"{PATH}/{gone.id}/pause")).status_code == 303
        assert (await ada.post(f"{PATH}/{gone.id}/delete")).status_code == 303
        async with acting(cast, "harbor", "ada") as work:
            assert not any("waits for" in need.sentence for need in await needs(work, work.person))


async def a_paused_sequence(cast: Any) -> Sequence:
    async with answering("410 Gone") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            await put_in(cast, sequence, await a_lead(cast, phone="+17275550188", email=None))
            await leave(cast)
    return sequence


async def test_ten_refusals_in_a_row_pause_it_and_one_good_answer_begins_anew(cast: Any) -> None:
    async with answering(*["403 No"] * 9, "200 OK", "403 No") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            for number in range(10, 30):
                await put_in(cast, sequence, await a_lead(cast, phone=f"+172755501{number}", email=None))
                await leave(cast)
            async with unit(tenant=cast.tenants["harbor"]) as work:
                [known] = (await service.standings(work)).values()
            assert known.failures == 10 and known.paused_at == AFTERNOON and len(peer.requests) == 20
            await put_in(cast, sequence, await a_lead(cast, phone="+17275550177", email=None))
            await leave(cast)
            assert len(peer.requests) == 20


async def test_an_address_that_only_fails_is_left_in_peace_and_paused_after_an_hour(cast: Any) -> None:
    """A short outage in a rush of leads pauses nothing, and is not hammered."""
    async with answering("503 Oops") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            for number in range(10, 40):
                await put_in(cast, sequence, await a_lead(cast, phone=f"+172755501{number}", email=None))
            await leave(cast)
            assert len(peer.requests) == 3  # from the third failure on it rests
        moment, paused = AFTERNOON, None
        while paused is None and moment < AFTERNOON + timedelta(hours=8):
            moment += 10 * MINUTE
            with at(moment):
                await leave(cast)
                async with unit(tenant=cast.tenants["harbor"]) as work:
                    [known] = (await service.standings(work)).values()
                paused = known.paused_at
        assert paused is not None and paused >= AFTERNOON + timedelta(hours=1) and known.failures == 10
        assert len(peer.requests) == 10


async def test_a_worker_killed_after_the_post_sends_the_same_id_again_and_goes_on_once(
    cast: Any, monkeypatch: Any
) -> None:
    async with answering("200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            step = await take_step(cast)
            with bind(None):
                await perform_by_schema(step.tenant_role, step.id, step.lease)
            killed = {"left": 1}
            good = hooks.standing.counted

            async def dies(*args: Any, **options: Any) -> Any:
                if killed["left"]:
                    killed["left"] -= 1
                    raise Killed
                return await good(*args, **options)

            monkeypatch.setattr(hooks.standing, "counted", dies)
            row = await take_step(cast, "sequences.post")
            with bind(None), pytest.raises(Killed):
                await perform_by_schema(row.tenant_role, row.id, row.lease)
            assert len(peer.requests) == 1 and (await told(cast, run))[-1] == ("", "started")
            await _leases_run_out(cast)
            await leave(cast)
    assert [read(request)[0]["idempotency-key"] for request in peer.requests] == [
        f"{run.id}.{sequence.steps[0]['id']}"
    ] * 2
    assert [what for what, _ in await reasons(cast, run)] == ["done"]
    assert await rows(
        cast, "harbor", select(func.count()).select_from(SequenceTrace).where(SequenceTrace.what == "waits")
    ) == [1]


async def test_who_was_stopped_while_it_was_under_way_goes_nowhere(cast: Any, monkeypatch: Any) -> None:
    async with answering("200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            good = hooks.settle

            async def stopped_first(work: Any, *args: Any) -> None:
                async with unit(tenant=cast.tenants["harbor"]) as other:
                    await service.stop(other, run.id, "Stopped by a test")
                await good(work, *args)

            effect = hooks.agenda.kinds.find("sequences.post")
            changed = {**{name: getattr(effect, name) for name in effect.__slots__}, "settle": stopped_first}
            monkeypatch.setitem(hooks.agenda.kinds._kinds, "sequences.post", type(effect)(**changed))
            await leave(cast)
    found = await again(cast, run)
    assert found.state == "stopped" and len(peer.requests) == 1
    assert [what for what, _ in await reasons(cast, run)] == ["done"]


async def test_while_the_sequence_is_paused_nothing_leaves_and_then_it_does(cast: Any) -> None:
    async with answering("200 OK") as peer:
        with at():
            sequence = await made(cast, hook(peer.url))
            run = await put_in(cast, sequence, await a_lead(cast))
            async with acting(cast, "harbor", "ada") as work:
                await service.pause(work, sequence.id)
            await leave(cast)
            assert peer.requests == []
            async with acting(cast, "harbor", "ada") as work:
                await service.turn_on(work, sequence.id)
            await leave(cast)
            assert len(peer.requests) == 1 and [what for what, _ in await reasons(cast, run)] == ["done"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://10.0.0.9/",
    ],
)
async def test_outside_the_demo_no_private_address_is_ever_called(cast: Any, url: str) -> None:
    """Checked when it leaves, after the name is resolved; loopback is a peer in the demo and in tests alone."""
    before = cast.runtime.settings
    try:
        cast.runtime.settings = msgspec.structs.replace(before, demo=False, test=False)
        reply = await hooks.post(hooks.Post(id="x", url=url, body=b"{}", secrets=[]), "key")
    finally:
        cast.runtime.settings = before
    assert reply.final and not reply.ok and reply.status == 0


@pytest.mark.parametrize(
    "step, says_",
    [
        ({"url": "ftp://example.com/"}, "must start with https://"),
        ({"url": ""}, "must start with https://"),
        ({"url": "https://user:word@example.com/"}, "Take the user name"),
        ({"url": "https://example.com/", "fields": "nothing"}, "is gone, or sealed"),
    ],
)
async def test_an_address_that_could_never_work_is_refused_beside_its_form(
    cast: Any, step: dict[str, str], says_: str
) -> None:
    ada = await cast.browser("harbor", "ada")
    sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
    refused = await ada.post(f"{PATH}/{sequence.id}/steps", {"kind": "webhook", **step})
    assert refused.status_code == 422 and says_ in refused.text
    assert len((await one(cast, "harbor", Sequence, sequence.id)).steps) == 1


async def test_the_form_shows_what_would_leave_about_a_real_lead(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        ada = await cast.browser("harbor", "ada")
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
        url = f"{PATH}/{sequence.id}/steps/trial?kind=webhook&fields=first_name&fields=email&lead={lead.id}"
        shown = (await ada.get(url, headers={"HX-Request": "true"})).text
        assert "Dana" in shown and "dana@example.net" in shown and "<html" not in shown


async def test_a_test_goes_to_the_saved_address_and_says_how_it_went_and_moves_nobody(cast: Any) -> None:
    async with answering("500 Oops", "200 OK") as peer:
        with at():
            ada = await cast.browser("harbor", "ada")
            sequence = await made(cast, hook(f"{peer.url}/crm", "first_name"), on=False)
            lead = await a_lead(cast, first_name="Dana")
            step = (await one(cast, "harbor", Sequence, sequence.id)).steps[0]["id"]
            url = f"{PATH}/{sequence.id}/steps/{step}"
            assert "No test was sent yet" in (await ada.get(url)).text
            for said in ("It did not work", "It answered 200"):
                assert (await ada.post(f"{url}/test", {"lead": str(lead.id)})).status_code == 303
                assert "On its way" in (await ada.get(f"{url}/test")).text
                await leave(cast)
                assert said in (await ada.get(f"{url}/test")).text
            assert (await ada.post(f"{url}/test", {"lead": "x"})).status_code == 404
            luis = await cast.browser("harbor", "luis")
            assert (await luis.post(f"{url}/test", {"lead": str(lead.id)})).status_code == 404
    _, body = read(peer.requests[-1])
    assert body["type"] == "sequence.test" and body["lead"]["fields"] == {"first_name": "Dana"}
    assert await rows(cast, "harbor", select(SequenceRun)) == []
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await service.standings(work) == {}
