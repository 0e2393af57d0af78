"""Forms that every app uses."""

from typing import Any

from django import forms


class TypedNameForm(forms.Form):
    """Destroying asks for the name typed: `expected`."""

    typed = forms.CharField(label="Type the name to confirm")

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.expected.strip():
            raise forms.ValidationError(f"That is not the name. Type {self.expected}.")
        return typed
