from clients.models.branding import BrandImage, PortalBranding
from clients.models.client import Client, ClientGrant
from clients.models.person import ClientPerson, PortalSession
from clients.models.request import RestoreRequest

__all__ = [
    "BrandImage",
    "Client",
    "ClientGrant",
    "ClientPerson",
    "PortalBranding",
    "PortalSession",
    "RestoreRequest",
]
