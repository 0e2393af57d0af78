"""Text that spreadsheet programs open. Pure Python."""

# what a spreadsheet takes for a formula at the start of a cell; the full-width ones are folded by some
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def writable(text: str) -> str:
    """Without lone surrogates and NUL, which no file of text or tables can hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front of what looks like one."""
    text = writable(text)
    return (
        f"'{text}"
        if text.lstrip(" \u00a0\u3000\ufeff").startswith(_FORMULA) or text.startswith(("\t", "\r", "\n"))
        else text
    )
