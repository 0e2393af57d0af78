from integrations.models.connection import Connection
from integrations.models.custom_platform import CustomPlatform, CustomPlatformVersion

__all__ = ["Connection", "CustomPlatform", "CustomPlatformVersion"]
