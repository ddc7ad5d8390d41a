"""The kernel: which organisations exist, where their rows live, and how a transaction becomes theirs.

Nothing here knows a CRM noun or imports another room; what it needs from above arrives in one `Kernel` struct.
"""
