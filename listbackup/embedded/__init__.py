"""PostgreSQL and Valkey from wheels, for machines that have neither.

`DATABASE_URL` and `REDIS_URL` switch each to a real service; then nothing here is used.
Every process that uses the embedded services holds a shared lock; the last one out stops them.
A crash leaves at worst a running server, which the next start finds and uses.
"""
