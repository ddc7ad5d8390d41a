"""Why a bank sends a deposit back, and whether it may be tried again.

Codes and groups: Nacha Operating Rules (R-codes). Only entries returned for want of money may be presented again, twice
at most and within 180 days of the first (subsection 2.12.4). Ceilings over 60 days (subsection 2.17.2): unauthorised
0.5 %, administrative 3 %, all 15 %.
"""

from datetime import timedelta
from typing import Literal

import msgspec

from themes.catalogue import say

Group = Literal["funds", "account", "unauthorised", "stopped", "other"]


class ReturnCode(msgspec.Struct, frozen=True):
    """`client` is what a client reads, a key of the catalogue that is said anew for each."""

    code: str
    label: str
    group: Group
    client: str


_SHORT = say("There was not enough money in your bank account that day.")
_ACCOUNT = say("Your bank could not find the account. Give us the right one, and deposits go on.")
_REFUSED = say("Your bank says that this payment was not agreed. Call us before the next one.")
RETURNS = {
    row.code: row
    for row in (
        ReturnCode("R01", "Not enough money", "funds", _SHORT),
        ReturnCode("R02", "Account closed", "account", say("Your bank account was closed. Give us the new one.")),
        ReturnCode("R03", "No such account", "account", _ACCOUNT),
        ReturnCode("R04", "Account number not valid", "account", _ACCOUNT),
        ReturnCode("R05", "Consumer account, not authorised", "unauthorised", _REFUSED),
        ReturnCode("R07", "Authorisation revoked", "unauthorised", _REFUSED),
        ReturnCode("R08", "Payment stopped", "stopped", say("You or your bank stopped this payment.")),
        ReturnCode("R09", "Money not yet there", "funds", _SHORT),
        ReturnCode("R10", "Not authorised", "unauthorised", _REFUSED),
        ReturnCode("R11", "Not as authorised", "unauthorised", _REFUSED),
        ReturnCode("R16", "Account frozen", "other", say("Your bank has frozen the account. Call us, please.")),
        ReturnCode("R20", "Not a payment account", "other", _ACCOUNT),
        ReturnCode("R29", "Refused by a firm", "unauthorised", _REFUSED),
        ReturnCode("R51", "Item not eligible", "unauthorised", _REFUSED),
    )
}
MOST_ATTEMPTS = 3  # the first and two more
RETRY_WITHIN = timedelta(days=180)
RETRY_AFTER = 5  # business days, so that a payday may come between
WINDOW = timedelta(days=60)
# Group → the highest share of deposits that may come back, in basis points; "" is all of them.
CEILINGS = {"unauthorised": 50, "account": 300, "": 1_500}


def may_retry(code: str, attempt: int, age: timedelta) -> bool:
    """Whether the same payment may be presented again after its `attempt`th return."""
    known = RETURNS.get(code)
    return known is not None and known.group == "funds" and attempt < MOST_ATTEMPTS and age <= RETRY_WITHIN


def needs_mending(code: str) -> bool:
    """Whether no further deposit may be drawn until somebody has spoken with the client."""
    known = RETURNS.get(code)
    return known is None or known.group != "funds"
