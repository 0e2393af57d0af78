"""Seeded data: deterministic from (seed, scale), written straight into SQLite."""
