"""The demo: a world that was lived through by the product's own services, and the desk that shows what left it.

Only the command line imports this room.
"""
