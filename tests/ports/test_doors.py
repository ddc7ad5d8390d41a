"""Which services the environment chooses, and that a mail of unknown fate can be asked for in the demo
(P3).
"""

import msgspec
import pytest

from app.core.ports.carrier.simulated import SimulatedCarrier
from app.core.ports.carrier.twilio import TwilioCarrier
from app.core.ports.doors import NotConfigured, choose_carrier, choose_egress, choose_mailer
from app.core.ports.egress import NotAllowed
from app.core.ports.failures import OutcomeUnknown
from app.core.ports.mail import Mail
from app.core.ports.mail.smtp import SmtpMailer
from app.core.ports.simulator.peer import Peer
from app.core.settings import Settings

pytestmark = pytest.mark.anyio
BARE = Settings(database_url="x", owner_database_url="x", redis_url="x", secret_key="x" * 32)


def settings(**changes: object) -> Settings:
    return msgspec.structs.replace(BARE, **changes)


async def test_a_mail_of_unknown_fate_is_asked_for_not_sent_again(peer: Peer) -> None:
    desk = {"mail_url": peer.mail_url, "carrier_url": peer.http_url, "carrier_secret": peer.secret}
    chosen = choose_mailer(settings(demo=True, **desk))
    lost = Mail(from_address="hello@harbor.example", to="lost@example.com", subject="Hi", text="Hi")
    assert await chosen.ask(lost, "k1") is None
    with pytest.raises(OutcomeUnknown):
        await chosen.send(lost, "k1")
    found = await chosen.ask(lost, "k1")
    assert found is not None and found.message_id == peer.mails()[0].key and await chosen.ask(lost, "k2") is None


async def test_each_url_its_adapter() -> None:
    assert isinstance(choose_carrier(settings(test=True, carrier_url="http://127.0.0.1:1")), SimulatedCarrier)
    assert isinstance(choose_carrier(settings(carrier_url="twilio://AC1@api.twilio.com")), TwilioCarrier)
    assert type(choose_mailer(settings(mail_url="smtps://u:p@mail.example.com"))) is SmtpMailer


@pytest.mark.parametrize("changes", [{}, {"carrier_url": "http://127.0.0.1:1"}])
async def test_what_is_not_set_or_only_for_play_is_said(changes: dict[str, str]) -> None:
    with pytest.raises(NotConfigured):
        choose_carrier(settings(**changes))
    with pytest.raises(NotConfigured):
        choose_mailer(settings(**changes))


async def test_the_way_to_this_machine_is_open_in_play_alone(peer: Peer) -> None:
    url = f"{peer.http_url}/messages.json"
    assert (await choose_egress(settings(demo=True)).get(url)).ok
    with pytest.raises(NotAllowed):
        await choose_egress(settings()).get(url)
