"""Which mail server and which carrier this process goes out through: as the settings say, unless somebody stands in."""

from contextlib import contextmanager
from collections.abc import Iterator
from contextvars import ContextVar

from app.core.ports.addresses import LOOPBACK
from app.core.ports.carrier import Carrier
from app.core.ports.carrier.simulated import SimulatedCarrier
from app.core.ports.egress import Egress
from app.core.ports.failures import Unavailable
from app.core.ports.mail import Mailer
from app.core.ports.mail.smtp import Smtp, SmtpMailer
from app.core.runtime import runtime

_stand_in: ContextVar[tuple[Mailer, Carrier] | None] = ContextVar("stand_in", default=None)


def mailer() -> Mailer:
    """Raises Unavailable while no mail server is set."""
    if (standing := _stand_in.get()) is not None:
        return standing[0]
    settings = runtime().settings
    if not settings.mail_url:
        raise Unavailable("No mail server is set: MARQUEE_MAIL_URL.")
    return SmtpMailer(Smtp.from_url(settings.mail_url), _egress())


def carrier() -> Carrier:
    """Raises Unavailable while no carrier is set."""
    if (standing := _stand_in.get()) is not None:
        return standing[1]
    settings = runtime().settings
    if not settings.carrier_url:
        raise Unavailable("No carrier is set: MARQUEE_CARRIER_URL.")
    return SimulatedCarrier(settings.carrier_url, settings.carrier_secret, _egress())


def _egress() -> Egress:
    """The demo's and the tests' own peers are on this machine, where nothing else may be called."""
    playful = runtime().settings.playful
    return Egress(allow=LOOPBACK if playful else (), http=playful)


@contextmanager
def standing_in(mail: Mailer, calls: Carrier) -> Iterator[None]:
    """Nothing leaves inside the block: how the demo's history is lived through without outside sends."""
    token = _stand_in.set((mail, calls))
    try:
        yield
    finally:
        _stand_in.reset(token)
