"""Two trees of schema changes: `control` (registry and spine, once a database) and `tenant` (once a tenant).

Versions import nothing of the app; they are expand → backfill → contract, so that yesterday's code runs on today's
schema. The runner is `tenants.migrate`.
"""
