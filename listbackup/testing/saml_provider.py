"""A real SAML 2.0 identity provider: pysaml2's, in this process. It signs with xmlsec1, which its tests need installed."""

import base64
import datetime as dt
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

with warnings.catch_warnings():  # pysaml2 imports ciphers that cryptography has moved
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server
    from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

ENTITY_ID = "https://saml.acme.test/metadata"
SIGN_IN = "https://saml.acme.test/sign-in"


class SamlProvider:
    """`key_folder` gets its key and certificate."""

    def __init__(self, key_folder: Path, entity_id: str = ENTITY_ID) -> None:
        key, certificate = _key_pair(key_folder)
        self._config = {
            "entityid": entity_id,
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(SIGN_IN, BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                    "sign_response": False,
                    "sign_assertion": True,
                }
            },
            "key_file": str(key),
            "cert_file": str(certificate),
            "allow_unknown_attributes": True,
        }
        self.server: Any = None
        self.introduce([])

    def introduce(self, service_providers: list[str]) -> None:
        """The metadata of those whom it answers, as XML."""
        self.server = Server(config=IdPConfig().load({**self._config, "metadata": {"inline": service_providers}}))

    def metadata(self) -> str:
        return str(entity_descriptor(self.server.config))

    def answer(self, address: str, *, email: str, subject: str = "", **changes: Any) -> str:
        """The SAMLResponse (base64) to the request in `address`, which our page sent the browser to.

        `changes` go to pysaml2's create_authn_response: another destination, request id, ...
        """
        query = parse_qs(urlsplit(address).query)
        request = self.server.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT)
        arguments = self.server.response_args(request.message) | {
            "identity": {"mail": [email], "displayName": [email.split("@")[0].title()]},
            "name_id": NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject or f"subject of {email}"),
            "authn": {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"},
            "sign_assertion": True,
            "sign_alg": SIG_RSA_SHA256,
            "digest_alg": DIGEST_SHA256,
        }
        arguments.pop("binding", None)
        return base64.b64encode(str(self.server.create_authn_response(**{**arguments, **changes})).encode()).decode()


def _key_pair(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "saml.acme.test")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650 * 5))
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file
