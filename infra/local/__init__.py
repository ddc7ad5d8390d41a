"""What `make demo` and `make test` run on one machine: set-up, servers, supervisor, front-end build.

Nothing here is for production. Only roots and tests may import it.
"""
