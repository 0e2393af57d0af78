"""Forms of the page of keys."""

from django import forms


class HolderForm(forms.Form):
    """Who holds the wrapping key; left empty, the server does."""

    arn = forms.CharField(
        label="ARN of your KMS key",
        required=False,
        max_length=290,
        help_text="Allow our AWS identity kms:Encrypt and kms:Decrypt. Leave it empty to let ListBackup hold the key.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
