"""Text as other people sent it, made fit to keep. Pure Python."""


def encodable(text: str) -> str:
    """Without lone surrogates, which UTF-8, and so PostgreSQL, files and answers, cannot hold: `?` instead."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: str, most: int) -> str:
    """As a name: without NULs, every run of white space one blank, at most `most` characters."""
    return " ".join(text.replace("\0", "").split())[:most]


def paragraphs(text: str, most: int) -> str:
    """As a note: lines stay; without NULs and white space around it."""
    return text.replace("\0", "").strip()[:most]
