"""Sign-in by django-allauth: e-mail and password, MFA, sessions, JWT for the API."""

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from listbackup.settings import env
from listbackup.settings.base import BASE_DOMAIN, VAR_DIR

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.password_rules.ContextWordsValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.web.forms.SignupDetailsForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BASE_DOMAIN != "localhost" else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "ListBackup"
MFA_PASSKEY_LOGIN_ENABLED = True

SOCIALACCOUNT_ADAPTER = "accounts.sso.adapter.SocialAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False  # the form asks for the company, as every sign-up does
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
# Who is linked by their address is decided in accounts/sso/adapter.py; a link once made stays.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
ACCOUNT_FORMS = {"reset_password": "accounts.sso.web.forms.PasswordResetForm"}
NAME_SERVICE_SECONDS = 5.0  # for one question
NAME_SERVERS = env.hosts("NAME_SERVERS") or env.hosts(
    "SSO_NAME_SERVERS"
)  # address or address:port; empty: the system's


def _social_app(name: str, **settings: Any) -> dict[str, Any]:
    """Settings of a provider for everybody; without OAUTH_<NAME>_CLIENT_ID it does not exist."""
    client_id, secret = env.text(f"OAUTH_{name}_CLIENT_ID"), env.text(f"OAUTH_{name}_CLIENT_SECRET")
    if client_id and not secret:
        raise SystemExit(f"OAUTH_{name}_CLIENT_SECRET is missing: expected the secret of OAUTH_{name}_CLIENT_ID")
    apps = [{"client_id": client_id, "secret": secret, "settings": settings}] if client_id else []
    return {"APPS": apps, "OAUTH_PKCE_ENABLED": True}


SOCIALACCOUNT_PROVIDERS = {
    "google": _social_app("GOOGLE") | {"SCOPE": ["openid", "email", "profile"]},
    "microsoft": _social_app("MICROSOFT", tenant=env.text("OAUTH_MICROSOFT_TENANT", "common")),
}

HEADLESS_ONLY = False
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"  # noqa: S105
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 300
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 86400


def _jwt_private_key() -> str:
    """`JWT_PRIVATE_KEY` (RS256, PEM), else one made once and kept beside the other local secrets."""
    given = env.text("JWT_PRIVATE_KEY")
    if given:
        return given
    file = VAR_DIR / "secrets" / "jwt_private_key.pem"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.touch(mode=0o600)
        file.write_bytes(pem)
    return file.read_text()


HEADLESS_JWT_PRIVATE_KEY = _jwt_private_key()
__all__ = [name for name in dir() if name.isupper() and name not in {"BASE_DOMAIN", "SECRET_KEY", "VAR_DIR"}]
