"""What nobody needs any more goes once a day."""

from datetime import timedelta

from sqlalchemy import delete

from app.access.models import Attempt, Session, SignIn, Token
from app.core import clock
from app.core.work import Work

HISTORY_DAYS = 400


async def tidy(work: Work) -> None:
    """Ended sessions and dead links after a week, counters after two days, the sign-in history after 400
    days.
    """
    now = clock.real_now()
    await work.execute(delete(Session).where(Session.expires_at < now - timedelta(days=7)))
    await work.execute(delete(Token).where(Token.expires_at < now - timedelta(days=7)))
    await work.execute(delete(Attempt).where(Attempt.window < now - timedelta(days=2)))
    await work.execute(delete(SignIn).where(SignIn.at < now - timedelta(days=HISTORY_DAYS)))
