"""What a platform pushes to us: whose word it is (`signature`), and which records it is about (`events`).

A webhook is a hint, never the data: what it names is read again at the platform.
"""
