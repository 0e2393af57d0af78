"""An agency's grant holds no data of its own."""

import pytest

from backups.errors import SourceNotReady
from backups.services.sources import create_source
from integrations.models import Connection, CustomPlatform

MANIFEST = """
manifest: 1
key: agencyish
name: Agencyish
base_url: https://agency.test
config: {place: {label: Place, required: false, pattern: "[a-z]+"}}
auth:
  - kind: oauth2
    authorize_url: https://agency.test/a
    token_url: https://agency.test/t
    fan_out: {when: level, equals: Company, members: {request: {path: /m}}, id: id, member: place, token: {path: /t}}
streams: {things: {request: {path: "/{config.place}"}, key: id}}
"""


def test_a_source_of_an_agency_then_refused_and_of_its_member_made(olga):
    custom = CustomPlatform.objects.create(account=olga.account, key="agencyish", name="Agencyish", manifest=MANIFEST)
    fields = {"account": olga.account, "platform": "custom", "custom_platform": custom, "auth_kind": "oauth2"}
    agency = Connection.objects.create(name="Agency", **fields)
    with pytest.raises(SourceNotReady, match="agency's grant"):
        create_source(olga, connection=agency, streams=[], schedule="manual", start=False)
    member = Connection.objects.create(name="One", grant=agency, config={"place": "one"}, **fields)
    assert create_source(olga, connection=member, streams=[], schedule="manual", start=False).connection == member
