"""For any facts: the next lawful minute is lawful and the first; the window ends where it says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.compliance.models import (
    Attempt,
    Consent,
    Facts,
    Listing,
    OptOut,
    Reassigned,
    Request,
    Suppression,
    parse,
    somewhere,
)
from app.compliance.models.gate import refusals, whole_minute
from app.compliance.models.hours import FAR
from app.core.places import Whereabouts, states
from tests.compliance.cases import (
    BOOK,
    CLOSED_ON_HOLIDAYS,
    FIFTY_ONE,
    hours_of,
    judge,
    willing,
)

MINUTE = timedelta(minutes=1)
START = datetime(2026, 1, 1, tzinfo=UTC)

# Two years with their clock changes, to the second.
moments = st.integers(0, 730 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))
phones = st.sampled_from(
    "+17275550142 +14045550142 +18505550142 +14015550142 +19075550142 +18085550142 +14805550142 +15045550142 "
    "+12075550142 +12065550142 +12125550142 +16055550142 +17875550142 +18005550142".split()
)
zips = st.sampled_from([None, None, "90210", "33602", "02903", "46402", "75201", "68102", "99546"])
places = st.builds(somewhere, phones, zips)
channels = st.sampled_from(["call", "sms"])
requests = st.builds(
    Request,
    channel=st.sampled_from(["call", "sms", "email"]),
    purpose=st.sampled_from(["marketing", "marketing", "servicing", "transactional"]),
    automated=st.booleans(),
    vertical=st.sampled_from([None, "sales", "legal-intake", "debt-collection"]),
    subject=st.sampled_from([None, "debt", "injury"]),
)


@st.composite
def people(draw: st.DrawFn, now: datetime) -> Facts:
    """Somebody with a history around `now`, mostly contactable."""
    earlier = st.timedeltas(timedelta(), timedelta(hours=40)).map(lambda gap: now - gap)
    long_ago = st.timedeltas(timedelta(days=20), timedelta(days=600)).map(lambda gap: now - gap)
    attempt = st.builds(
        Attempt, earlier, channels, st.just("marketing"), st.booleans(), st.sampled_from([None, "debt"])
    )
    lifted = st.builds(
        OptOut, long_ago, channels, words=st.just("STOP"), lifted_at=st.just(now - timedelta(hours=1)),
        lifted_by=st.sampled_from(["person", "staff"]),
    )  # fmt: skip
    return Facts(
        draw(places),
        phone="+17275550142",
        email="dana@example.com",
        name="Dana",
        consents=draw(
            st.sampled_from([(Consent(frozenset({"call", "sms", "email"}), now - timedelta(days=700)),), ()])
        ),
        opt_outs=tuple(draw(st.lists(lifted, max_size=1))),
        listings=draw(st.sampled_from([(), (), (Listing("national"),)])),
        scrubbed_at=draw(st.none() | long_ago),
        attempts=tuple(draw(st.lists(attempt, max_size=6))),
        inquired_at=draw(st.none() | long_ago),
        purchased_at=draw(st.none() | long_ago),
        suppressions=draw(st.sampled_from([(), (), (), (Suppression("bounce", now, "email"),)])),
        reassigned=draw(st.none() | st.builds(Reassigned, long_ago, st.sampled_from(["no", "no_data"]))),
        incident_on=draw(st.none() | st.just((now - timedelta(days=25)).date())),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Request, Facts, datetime]:
    now = draw(moments)
    return draw(requests), draw(people(now)), now


@given(situations())
@settings(max_examples=150, deadline=None)
def test_the_next_lawful_minute_is_lawful_and_the_first(situation: tuple[Request, Facts, datetime]) -> None:
    request, facts, now = situation
    verdict = judge(request, facts, now)
    following = verdict.next_lawful_at
    if verdict.allowed:
        assert following == now
        return
    if following is None:
        later = [now + timedelta(hours=hours) for hours in range(1, 24 * 2 * FAR, 5)]
        assert all(refusals(request, facts, BOOK, at) for at in later)
        return
    assert following == whole_minute(following) >= now
    assert judge(request, facts, following).allowed
    moment = whole_minute(now)
    steps = min((following - moment) // timedelta(minutes=15) + 1, 400)
    tried = [moment + timedelta(minutes=15) * n for n in range(steps)] + [following - MINUTE]
    assert all(refusals(request, facts, BOOK, at) for at in tried if now <= at < following)


@given(situations())
@settings(max_examples=120, deadline=None)
def test_the_window_ends_where_it_says_and_no_sooner(situation: tuple[Request, Facts, datetime]) -> None:
    request, facts, now = situation
    verdict = judge(request, facts, now)
    end = verdict.window_ends_at
    if not verdict.allowed or end is None:
        assert end is None
        return
    assert now < end
    assert refusals(request, facts, BOOK, end)
    inside = [now + (end - now) * n / 24 for n in range(24)] + [end - timedelta(microseconds=1)]
    assert not any(refusals(request, facts, BOOK, at) for at in inside)


@given(situations())
@settings(max_examples=100, deadline=None)
def test_a_verdict_says_itself(situation: tuple[Request, Facts, datetime]) -> None:
    verdict = judge(*situation)
    assert verdict.sentence.startswith("OK") is verdict.allowed
    assert verdict.zone in situation[1].where.zones
    for refusal in verdict.refusals:
        assert refusal.sentence[0].isupper() and refusal.source
        assert refusal.until is None or refusal.until > verdict.at
    assert len({refusal.code for refusal in verdict.refusals}) == len(verdict.refusals)


@st.composite
def homes(draw: st.DrawFn) -> Whereabouts:
    """One or two states with any of their zones."""
    within = draw(st.lists(st.sampled_from(FIFTY_ONE), min_size=1, max_size=2))
    zones = st.sampled_from(sorted(set().union(*(states()[code].zones for code in within))))
    return Whereabouts(frozenset(draw(st.lists(zones, min_size=1, max_size=2))), frozenset(within))


@given(homes(), moments, st.booleans(), channels)
@settings(max_examples=400, deadline=None)
def test_hours_agree_with_the_table_written_by_hand(
    where: Whereabouts, now: datetime, automated: bool, channel: str
) -> None:
    """Away from December and the states with holidays of their own, the table is the whole truth."""
    if where.states & (CLOSED_ON_HOLIDAYS | {"NE"}):
        where = Whereabouts(where.zones, frozenset({"TX"}))
    request = Request(channel, automated=automated)  # type: ignore[arg-type]
    expected = True
    for zone in where.zones:
        wall = now.astimezone(ZoneInfo(zone))
        for state in where.states:
            span = hours_of(state, automated, wall.date())
            expected &= span is not None and span[0] <= wall.hour < span[1]
    verdict = judge(request, willing(where, now), now)
    assert verdict.allowed is expected, verdict.sentence


@given(situations(), st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(0, 12), st.integers(13, 24))
@settings(max_examples=150, deadline=None)
def test_a_coming_change_of_the_law_moves_the_next_minute_rightly(
    situation: tuple[Request, Facts, datetime], effective: date, opening: int, closing: int
) -> None:
    request, facts, now = situation
    change = {
        "id": "us.hours",
        "state": "US",
        "kind": "hours",
        "says": "Other hours",
        "week": {"daily": f"{opening:02}:00-{closing:02}:00"},
        "source": "An invented act",
        "confidence": "K",
        "effective": effective,
    }
    book = BOOK.corrected([parse(change, overridden=True)])
    verdict = judge(request, facts, now, book)
    if verdict.next_lawful_at and not verdict.allowed:
        assert judge(request, facts, verdict.next_lawful_at, book).allowed
        before = verdict.next_lawful_at - MINUTE
        assert before < now or refusals(request, facts, book, before)
    if verdict.window_ends_at:
        assert refusals(request, facts, book, verdict.window_ends_at)
