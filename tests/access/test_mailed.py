"""Links, codes, resets and invitations: through the mailbox, once, in time, here alone, and never round the
second factor.
"""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
import pytest
from sqlalchemy import select, update

from app.access import service as access
from app.access.models import Token
from app.core import clock
from app.core.ports.simulator.peer import Peer
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, code_in, code_now, follow, link_in, read_token, sign_in
from tests.drive import drain
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
FRESH = "four unrelated garden words"


@pytest.fixture
def mailbox(runtime):
    """A mail server that keeps everything; the product's relay leads there."""
    with Peer() as peer:
        kept, runtime.settings = (
            runtime.settings,
            msgspec.structs.replace(runtime.settings, mail_url=peer.mail_url),
        )
        yield peer.simulator.store
        runtime.settings = kept


async def mails(runtime, cast, mailbox, to=None):
    """What arrived after all due work is done, the oldest first."""
    outcomes = await drain(runtime, cast.tenants["harbor"])
    assert set(outcomes) <= {"done"}, outcomes
    return [message for message in mailbox.messages() if message.channel == "email" and to in (None, message.recipient)]


async def ask(browser, path, email="luis@example.com", **more):
    await read_token(browser, path)
    return await browser.post(path, {"email": email, **more})


async def mailed_link(cast, runtime, mailbox, kind="link", email="luis@example.com", **more):
    await ask(at(cast, "harbor"), f"/login/{kind}", email, **more)
    return link_in((await mails(runtime, cast, mailbox, email))[-1], f"/login/{kind}/")


async def test_looking_at_a_link_uses_nothing_up_and_its_button_lets_in_once(cast, runtime, mailbox):
    url = await mailed_link(cast, runtime, mailbox, next="/agent/board")
    for _ in range(3):  # scanners fetch links
        assert (await at(cast, "harbor").get(url)).status_code == 200
    phone = at(cast, "harbor", "203.0.113.9")
    page = await read_token(phone, url)
    assert "Hello, Luis Ortega" in page.text
    entered = await phone.post(url)
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent/board")
    assert (await phone.get("/account")).status_code == 200
    pressed_again = await phone.get(url)
    assert (pressed_again.status_code, pressed_again.headers["location"]) == (303, "/agent"), "in already"
    again = at(cast, "harbor")
    await read_token(again)
    assert [(await again.get(url)).status_code, (await again.post(url)).status_code] == [410, 410]


async def test_two_hands_on_one_link_open_it_once(cast, runtime, mailbox):
    url = await mailed_link(cast, runtime, mailbox)
    browsers = [at(cast, "harbor") for _ in range(8)]
    for browser in browsers:
        await read_token(browser, url)
    answers = await asyncio.gather(*(browser.post(url) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7


async def test_the_code_of_the_mail_works_on_the_device_that_asked(cast, runtime, mailbox):
    desk = at(cast, "harbor")
    sent = await ask(desk, "/login/link", next="/agent/board")
    assert sent.headers["location"].startswith("/login/link/sent/")
    await follow(desk, sent)
    (message,) = await mails(runtime, cast, mailbox)
    code = code_in(message)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert (await desk.post(sent.headers["location"], {"code": wrong})).status_code == 422
    entered = await desk.post(sent.headers["location"], {"code": f"{code[:3]} {code[3:]}"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent/board")
    assert (await at(cast, "harbor").get(link_in(message, "/login/link/"))).status_code == 410


async def test_a_code_can_be_guessed_at_five_times(cast, runtime, mailbox):
    desk = at(cast, "harbor")
    sent = await ask(desk, "/login/link")
    (message,) = await mails(runtime, cast, mailbox)
    code = code_in(message)
    for number in range(5):
        await desk.post(sent.headers["location"], {"code": f"{(int(code) + 1 + number) % 1_000_000:06d}"})
    assert (await desk.post(sent.headers["location"], {"code": code})).status_code == 422


async def test_nobody_learns_from_asking_whether_an_address_is_known(cast, runtime, mailbox):
    for path in ("/login/link", "/login/reset"):
        shown = []
        for email in ("luis@example.com", "nobody.here@example.com"):
            browser = at(cast, "harbor")
            answer = await ask(browser, path, email)
            page = await follow(browser, answer)
            where = re.sub(r"[0-9a-f-]{36}", "ID", answer.headers["location"])
            shown.append((where, page.status_code, re.sub(r"[0-9a-f-]{36,40}", "…", page.text)))
        assert shown[0] == shown[1]
    assert {message.recipient for message in await mails(runtime, cast, mailbox)} == {"luis@example.com"}


async def test_five_mails_a_day_and_a_stranger_cannot_use_them_up(cast, runtime, mailbox):
    assert (await sign_in(at(cast, "harbor", "192.0.2.1"), "luis@example.com")).status_code == 303
    for _ in range(8):
        assert (await ask(at(cast, "harbor", "203.0.113.9"), "/login/link")).status_code == 303
    assert len(await mails(runtime, cast, mailbox)) == 5
    await ask(at(cast, "harbor", "192.0.2.1"), "/login/link")
    assert len(await mails(runtime, cast, mailbox)) == 6
    for number in range(13):
        answer = await ask(at(cast, "harbor", "203.0.113.9"), "/login/link", f"guess{number}@example.com")
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) <= 3600


@pytest.mark.parametrize("kind", ["link", "reset"])
@pytest.mark.parametrize("state", ["deactivated", "invited"])
async def test_only_active_people_get_mail(cast, runtime, mailbox, kind, state):
    await people.change(cast, "harbor", "luis", state=state)
    await ask(at(cast, "harbor"), f"/login/{kind}")
    await ask(at(cast, "harbor"), f"/login/{kind}", "maria@example.com")
    assert [message.recipient for message in await mails(runtime, cast, mailbox)] == ["maria@example.com"]


@pytest.mark.parametrize(("kind", "minutes"), [("link", 15), ("reset", 60)])
async def test_links_die_of_age(cast, runtime, mailbox, kind, minutes):
    url = await mailed_link(cast, runtime, mailbox, kind)
    for moved, status in ((minutes - 1, 200), (2, 410)):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(update(Token).values(expires_at=Token.expires_at - timedelta(minutes=moved)))
        assert (await at(cast, "harbor").get(url)).status_code == status


async def test_a_link_opens_nothing_elsewhere_and_cannot_be_forged(cast, runtime, mailbox):
    url = await mailed_link(cast, runtime, mailbox)
    head, _, signature = url.rpartition(".")
    forged = [
        f"{head}.{'0' * 40}",
        head,
        url.replace("/login/link/", "/login/reset/"),
        f"{head}.{signature}é",
    ]
    assert [(await at(cast, "harbor").get(one)).status_code for one in forged] == [410] * 4
    assert (await at(cast, "summit").get(url)).status_code == 410
    assert (await at(cast, "harbor").get(url)).status_code == 200


async def test_nothing_that_opens_anything_is_stored(cast, runtime, mailbox):
    url = await mailed_link(cast, runtime, mailbox)
    (message,) = await mails(runtime, cast, mailbox)
    signature = url.rpartition(".")[2]
    code = code_in(message)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (token,) = list(await work.scalars(select(Token)))
        stored = str({column.name: getattr(token, column.name) for column in Token.__table__.columns})
    assert signature not in stored and code not in stored


@pytest.mark.parametrize("headers", [{"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}])
async def test_links_lead_to_the_registered_host_alone(cast, runtime, mailbox, headers):
    await ask(at(cast, "harbor", **headers), "/login/reset")
    (message,) = await mails(runtime, cast, mailbox)
    found = {urlsplit(url).netloc for url in re.findall(r"https?://[^\s\"<>]+", message.body)}
    assert found == {"harbor.localhost:8000"} and "evil" not in message.raw.decode()


async def test_a_reset_sets_a_new_password_and_ends_everything_open(cast, runtime, mailbox):
    inside = await cast.browser("harbor", "luis")
    stale = await mailed_link(cast, runtime, mailbox, "link")
    url = await mailed_link(cast, runtime, mailbox, "reset")
    browser = at(cast, "harbor")
    await read_token(browser, url)
    weak = await browser.post(url, {"password": "luis@example.com"})
    assert weak.status_code == 422 and "first that a thief would guess" in weak.text
    entered = await browser.post(url, {"password": FRESH})
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent")
    assert (await inside.get("/account")).status_code == 303
    assert (await at(cast, "harbor").get(stale)).status_code == 410
    assert (await at(cast, "harbor").get(url)).status_code == 410
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", PASSWORD)).status_code == 422
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", FRESH)).status_code == 303
    assert "Your password was changed" in {message.subject for message in await mails(runtime, cast, mailbox)}


async def test_no_mail_leads_round_the_second_factor(cast, runtime, mailbox):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    await drain(runtime, cast.tenants["harbor"])
    for kind, fields in (("link", {}), ("reset", {"password": FRESH})):
        url = await mailed_link(cast, runtime, mailbox, kind)
        browser = at(cast, "harbor")
        await read_token(browser, url)
        halfway = await browser.post(url, fields)
        assert halfway.headers["location"] == "/login/code"
        assert (await browser.get("/account")).status_code == 303
        await follow(browser, halfway)
        code = code_now(secret, -1 if kind == "link" else 0)
        assert (await browser.post("/login/code", {"code": code})).status_code == 303
    await people.change(cast, "harbor", "maria", role_id=(await people.row(cast, "harbor", "ada")).role_id)
    await people.demand_totp(cast, "harbor", "admin")
    url = await mailed_link(cast, runtime, mailbox, "link", "maria@example.com")
    browser = at(cast, "harbor")
    await read_token(browser, url)
    assert (await browser.post(url)).headers["location"] == "/login/enrol"


async def test_mails_wear_the_tenant_and_say_it_in_the_readers_language(cast, runtime, mailbox):
    await people.change(cast, "harbor", "luis", preferences={"locale": "es_US"})
    for email in ("luis@example.com", "maria@example.com"):
        await ask(at(cast, "harbor"), "/login/link", email)
    by = {message.recipient: message for message in await mails(runtime, cast, mailbox)}
    assert by["maria@example.com"].subject == "Your sign-in link"
    assert by["luis@example.com"].subject == "Su enlace para entrar"
    for message in by.values():
        raw = message.raw.decode()
        assert "Harbor Debt Relief" in raw and "marquee" not in raw.lower()
        assert "Auto-Submitted: auto-generated" in raw


async def test_whoever_asks_in_spanish_gets_a_spanish_mail_unless_they_chose_another_language(cast, runtime, mailbox):
    await people.change(cast, "harbor", "luis", preferences={"locale": "en_US"})
    spanish = {"Accept-Language": "es-MX,es;q=0.9"}
    for email in ("luis@example.com", "maria@example.com"):
        browser = at(cast, "harbor")
        await read_token(browser, "/login/link")
        await browser.post("/login/link", {"email": email}, headers=spanish)
    by = {message.recipient: message.subject for message in await mails(runtime, cast, mailbox)}
    assert by == {"luis@example.com": "Your sign-in link", "maria@example.com": "Su enlace para entrar"}


async def invitation(cast, runtime, mailbox, role="agent", email="nora@example.com", **more):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        invited = await access.invite(work, email=email, name="Nora Novak", role=role, **more)
    message = (await mails(runtime, cast, mailbox, email))[-1]
    return invited.person, link_in(message, "/invitation/")


async def test_an_invitation_is_accepted_with_a_name_and_a_password(cast, runtime, mailbox):
    person, url = await invitation(cast, runtime, mailbox)
    assert (await sign_in(at(cast, "harbor"), "nora@example.com")).status_code == 422
    browser = at(cast, "harbor")
    page = await read_token(browser, url)
    assert "Welcome to Harbor Debt Relief" in page.text and "Nora Novak" in page.text
    for fields, said in (
        ({"name": "", "password": FRESH}, "Enter a name."),
        ({"name": "N", "password": "short"}, "12 characters"),
    ):
        refused = await browser.post(url, fields)
        assert refused.status_code == 422 and said in refused.text
    entered = await browser.post(url, {"name": "Nora Nowak", "password": FRESH})
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent")
    row = await people.row(cast, "harbor", "nora")
    assert (row.state, row.name, row.email_verified_at is not None) == ("active", "Nora Nowak", True)
    assert (await at(cast, "harbor").get(url)).status_code == 410
    assert (await browser.get(url)).headers["location"] == "/agent", "in already"
    assert (await sign_in(at(cast, "harbor"), "nora@example.com", FRESH)).status_code == 303
    assert person.id == row.id


async def test_a_client_just_arrives_and_comes_back_by_link(cast, runtime, mailbox):
    _, url = await invitation(cast, runtime, mailbox, role="client")
    browser = at(cast, "harbor")
    await read_token(browser, url)
    assert (await browser.post(url)).headers["location"] == "/portal"
    assert (await people.row(cast, "harbor", "nora")).password_hash is None
    back = await mailed_link(cast, runtime, mailbox, "link", "nora@example.com")
    await read_token(browser, back)
    assert (await browser.post(back)).headers["location"] == "/portal"


async def test_a_new_invitation_ends_the_old_and_a_revoked_one_opens_nothing(cast, runtime, mailbox):
    person, first = await invitation(cast, runtime, mailbox)
    admin = await cast.browser("harbor", "ada")
    assert (await admin.post(f"/admin/people/{person.id}/invitation")).status_code == 303
    second = link_in((await mails(runtime, cast, mailbox))[-1], "/invitation/")
    assert [(await at(cast, "harbor").get(url)).status_code for url in (first, second)] == [410, 200]
    assert (await admin.post(f"/admin/people/{person.id}/invitation/revoke")).status_code == 303
    assert (await at(cast, "harbor").get(second)).status_code == 410
    assert (await admin.get(f"/admin/people/{person.id}")).status_code == 404


async def test_a_role_that_demands_a_second_factor_demands_it_of_the_invited(cast, runtime, mailbox):
    await people.demand_totp(cast, "harbor", "agent")
    _, url = await invitation(cast, runtime, mailbox)
    browser = at(cast, "harbor")
    await read_token(browser, url)
    assert (await browser.post(url, {"name": "Nora", "password": FRESH})).headers["location"] == "/login/enrol"
    assert (await browser.get("/account")).status_code == 303


async def test_a_mail_that_is_put_off_is_tried_again_unless_it_is_void_by_then(cast, runtime, mailbox):
    for first in ("luis", "maria"):
        await people.change(cast, "harbor", first, email=f"busy.{first}@example.com")
        await ask(at(cast, "harbor"), "/login/link", f"busy.{first}@example.com")
    assert (await drain(runtime, cast.tenants["harbor"]))["retry"] == 2
    async with unit(tenant=cast.tenants["harbor"]) as work:
        person = await access.find_person(work, "busy.luis@example.com")
        await access.deactivate(work, person.id)
    soon = clock.now() + timedelta(seconds=20)
    outcomes = await drain(runtime, cast.tenants["harbor"], until=soon)
    assert (outcomes["retry"], outcomes["done"]) == (1, 1)


async def test_the_code_under_pressure_lets_in(cast, runtime, mailbox, monkeypatch):
    from app.access.models.policy import Limit

    monkeypatch.setattr("app.access.service.throttle.PERSON", (Limit("person", 86_400, 0),))
    browser = at(cast, "harbor", "203.0.113.77")
    await follow(browser, await sign_in(browser, "luis@example.com"))
    first = re.search(r"\d{6}", (await mails(runtime, cast, mailbox))[-1].subject)
    assert (await browser.post("/login/code/again", {})).status_code == 303
    second = re.search(r"\d{6}", (await mails(runtime, cast, mailbox))[-1].subject)
    assert first and second and first[0] != second[0]
    assert (await browser.post("/login/code", {"code": first[0]})).status_code == 422
    assert (await browser.post("/login/code", {"code": second[0]})).headers["location"] == "/agent"


async def test_whoever_let_an_invitation_run_out_gets_a_new_one_by_asking_for_a_link(cast, runtime, mailbox):
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        await access.invite(work, email="dana@example.com", name="Dana Reyes", role="client")
    old = link_in((await mails(runtime, cast, mailbox, "dana@example.com"))[-1], "/invitation/")
    async with unit(tenant=harbor) as work:
        await work.execute(update(Token).values(expires_at=clock.real_now() - timedelta(minutes=1)))
    gone = await at(cast, "harbor").get(old)
    assert gone.status_code == 410 and 'href="/login/link"' in gone.text and "E-mail me a new link" in gone.text
    await ask(at(cast, "harbor"), "/login/link", "dana@example.com")
    fresh = link_in((await mails(runtime, cast, mailbox, "dana@example.com"))[-1], "/invitation/")
    assert fresh != old and (await at(cast, "harbor").get(fresh)).status_code == 200
