"""The picture of a person. Apart from the person, so that no list of people loads it."""

from django.conf import settings
from django.db import models

from listbackup.core.db import BaseModel


class Picture(BaseModel):
    """`image` is a WebP that we made ourselves; `User.avatar` is the beginning of its hash, empty without a picture."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="picture")
    image = models.BinaryField()

    def __str__(self) -> str:
        return f"picture of {self.user_id}"
