"""AWS KMS as a key provider: ours (`KMS_KEY_ID`) or the customer's own key, named by its ARN."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from listbackup.core.errors import InvalidInput

from .errors import KeyUnavailable

_ARN = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:kms:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:(?:key/[0-9a-zA-Z-]{1,64}|alias/[\w/-]{1,200})"
)
# Nobody holds the key any more, or holds it back: only its owner can change that.
_REFUSED = {"AccessDeniedException", "DisabledException", "KMSInvalidStateException", "NotFoundException"}


def check_arn(text: str) -> str:
    """The ARN of a KMS key or alias without white space around it. Raises InvalidInput for anything else."""
    arn = text.strip()
    if not _ARN.fullmatch(arn):
        raise InvalidInput(
            "This is no ARN of a KMS key.",
            code="key.bad_arn",
            remedy="It looks like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.",
        )
    return arn


def region_of(key_id: str) -> str | None:
    """The region that an ARN names; None for a bare key id or alias."""
    found = _ARN.fullmatch(key_id)
    return found[1] if found else None


class AwsKms:
    """Wraps by a key that never leaves KMS. The context is the encryption context, which policies of the key can ask for.

    `client` makes a boto3 client of `kms`, when it is first needed. Both methods raise KeyUnavailable.
    """

    def __init__(self, key_id: str, client: Callable[[], Any]) -> None:
        self.key_id, self._make = key_id, client
        self._client: Any = None

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call("encrypt", Plaintext=plain, EncryptionContext=dict(context))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call("decrypt", CiphertextBlob=wrapped, EncryptionContext=dict(context))
        return bytes(answer["Plaintext"])

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            if self._client is None:
                self._client = self._make()
            return getattr(self._client, name)(KeyId=self.key_id, **arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in ("InvalidCiphertextException", "IncorrectKeyException"):
                raise KeyUnavailable("A wrapped account key does not open: altered, or of another account.") from None
            why = "is not to be used" if code in _REFUSED else "did not answer as it should"
            raise KeyUnavailable(f"The KMS key {self.key_id} {why} ({code or 'no reason given'}).") from None
        except BotoCoreError as error:
            raise KeyUnavailable(f"KMS cannot be reached: {type(error).__name__}.") from None
