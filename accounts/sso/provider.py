"""Where allauth looks for the kinds of providers that this app brings."""

from accounts.sso.oidc.provider import OidcProvider
from accounts.sso.saml.provider import SamlProvider

provider_classes = [OidcProvider, SamlProvider]
