"""One line of what the demo's world holds."""

from collections.abc import Callable
from typing import Any

import msgspec


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """`find` selects the record that `page` shows at `{}`; nothing found means that the world lacks it."""

    name: str
    who: str
    page: str
    say: str
    find: Callable[[], Any]
