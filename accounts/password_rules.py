"""Words that everybody would guess here: no password may be built around one of them."""

from typing import Any

from django.core.exceptions import ValidationError

# docs/asvs.md names this list (OWASP ASVS 5.0, 6.1.2 and 6.2.11).
WORDS = ("listbackup", "backup", "restore", "snapshot", "hubspot", "stripe", "quickbooks")
LEFT = 8  # characters that must stay when the words are taken away


class ContextWordsValidator:
    """Refuses "ListBackup2026!" and the like: without such words, too little is left to guess."""

    def validate(self, password: str, user: Any = None) -> None:
        whole = rest = password.casefold()
        for word in WORDS:
            rest = rest.replace(word, "")
        if rest != whole and len(rest) < LEFT:
            raise ValidationError(
                "This password is built around a word that is guessed first here.", code="context_word"
            )

    def get_help_text(self) -> str:
        return "Do not build it around words such as backup or the name of a platform."
