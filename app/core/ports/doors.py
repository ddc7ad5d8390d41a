"""Which mail server and which carrier this process goes out through: as the environment says, unless
somebody stands in.

`MARQUEE_MAIL_URL` is an SMTP URL (`Smtp.from_url`). `MARQUEE_CARRIER_URL` is the simulator's address,
in the demo and in tests, or `twilio://<account sid>@api.twilio.com`; `MARQUEE_CARRIER_SECRET` goes
with either.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

from app.core.ports.addresses import LOOPBACK
from app.core.ports.carrier import Carrier
from app.core.ports.carrier.simulated import SimulatedCarrier
from app.core.ports.carrier.twilio import Account, TwilioCarrier
from app.core.ports.egress import Egress
from app.core.ports.failures import Unavailable
from app.core.ports.mail import Mailer
from app.core.ports.mail.simulated import SimulatedMailer
from app.core.ports.mail.smtp import Smtp, SmtpMailer
from app.core.runtime import runtime
from app.core.settings import Settings

_stand_in: ContextVar[tuple[Mailer, Carrier] | None] = ContextVar("stand_in", default=None)


class NotConfigured(Unavailable):
    """The environment names no such service; the message says which variable does."""


def mailer() -> Mailer:
    """Raises Unavailable while no mail server is set."""
    standing = _stand_in.get()
    return standing[0] if standing else choose_mailer(runtime().settings)


def carrier() -> Carrier:
    """Raises Unavailable while no carrier is set."""
    standing = _stand_in.get()
    return standing[1] if standing else choose_carrier(runtime().settings)


def egress() -> Egress:
    """The way to addresses that other people wrote."""
    return choose_egress(runtime().settings)


def choose_mailer(settings: Settings) -> Mailer:
    """Raises NotConfigured, and ValueError for a URL that would send in the clear."""
    if not settings.mail_url:
        raise NotConfigured("Set MARQUEE_MAIL_URL, like smtps://user:password@mail.example.com.")
    smtp = Smtp.from_url(settings.mail_url)
    if settings.playful and settings.carrier_url.startswith("http"):
        return SimulatedMailer(smtp, settings.carrier_url, settings.carrier_secret)
    return SmtpMailer(smtp, choose_egress(settings))


def choose_carrier(settings: Settings) -> Carrier:
    """Raises NotConfigured. The simulator is for the demo and the tests alone."""
    if not settings.carrier_url:
        raise NotConfigured("Set MARQUEE_CARRIER_URL and MARQUEE_CARRIER_SECRET.")
    parts = urlsplit(settings.carrier_url)
    if parts.scheme == "twilio":
        sid, base_url = parts.username or "", f"https://{parts.hostname}"
        return TwilioCarrier(Account(sid=sid, auth_token=settings.carrier_secret, base_url=base_url))
    if not settings.playful:
        raise NotConfigured("The simulated carrier is for the demo. Set MARQUEE_CARRIER_URL to a real one.")
    return SimulatedCarrier(settings.carrier_url, settings.carrier_secret)


def choose_egress(settings: Settings) -> Egress:
    """The public internet; where outside services are simulated, this machine too."""
    return Egress(allow=LOOPBACK, http=True) if settings.playful else Egress()


@contextmanager
def standing_in(mail: Mailer, calls: Carrier) -> Iterator[None]:
    """Nothing leaves inside the block: how the demo's history is lived through without outside sends."""
    token = _stand_in.set((mail, calls))
    try:
        yield
    finally:
        _stand_in.reset(token)
