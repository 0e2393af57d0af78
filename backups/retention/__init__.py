"""How long snapshots are kept: policies and what they choose. Pure Python; the services apply it."""
