"""Processes that may do arithmetic and nothing else: where text that a tenant wrote is parsed and
rendered.

A jail keeps a few *cells*. A cell is a process that imports its work once, shuts the doors behind
itself and then forks once for every request, so each request starts from the same clean state, dies
with it, and can hold no memory of another tenant. The doors, as many as the machine has: bubblewrap
(a file system of its own), a network namespace without a network, Landlock (no files but those
named), a seccomp filter (no sockets, no programs, no new processes, no signals), and limits on time,
memory and files. `Jail.fences` says which of them stand.
"""

from themes.jail.pool import Broke, Busy, Jail, JailError, Limits, TookTooLong, TookTooMuch

__all__ = ["Broke", "Busy", "Jail", "JailError", "Limits", "TookTooLong", "TookTooMuch"]
