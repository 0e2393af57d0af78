"""Forms that every app uses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms


def take_errors(
    form: forms.BaseForm, fields: Mapping[str, Sequence[str]], name_of: Callable[[str], str] = lambda name: name
) -> None:
    """Puts a service's errors by field beside the form's fields, or on top where there is no such field. `name_of` gives
    the form's name of a service's field."""
    for field, problems in fields.items():
        name = name_of(field)
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)


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
