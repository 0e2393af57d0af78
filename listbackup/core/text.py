"""Text as other people sent it, made fit to keep. Pure Python."""


def encodable(text: str) -> str:
    """Without lone surrogates, which UTF-8, and so PostgreSQL, files and answers, cannot hold: `?` instead."""
    return text.encode("utf-8", "replace").decode()
