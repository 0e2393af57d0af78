"""A setting that is a host name, as people paste it."""

import pytest

from integrations.connector.registry import platforms
from integrations.services.manifests import check_config
from listbackup.core.errors import InvalidInput


@pytest.mark.parametrize(
    "text",
    [
        "acme.api-us1.com",
        "https://acme.api-us1.com",
        " HTTPS://Acme.api-us1.com/api/3/ ",
        "http://acme.api-us1.com:443/x?y",
    ],
)
def test_address_as_people_paste_it_then_its_host(text: str) -> None:
    assert check_config(platforms()["activecampaign"], {"host": text}) == {"host": "acme.api-us1.com"}


@pytest.mark.parametrize(
    "text", ["", "localhost", "10.0.0.1", "https://127.0.0.1/", "[::1]", "acme", "a b.example", "x.123"]
)
def test_address_that_is_no_host_name_then_refused_at_the_form(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_config(platforms()["activecampaign"], {"host": text})
    assert "host" in caught.value.fields
