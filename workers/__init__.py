"""Where agenda rows are done: the relay hands row ids to Dramatiq, actors perform them. Nothing else knows Dramatiq."""
