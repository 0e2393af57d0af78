"""Proof of restorability: the last restore drill of a source, and the report."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from backups.selectors.proofs import damaged_of, proof_of
from backups.selectors.sources import get_source
from backups.services.proof_report import report_file
from listbackup.core.web.downloads import streamed

TAGS = ["sources"]


class ProvedStreamSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    records = serializers.IntegerField()
    rebuilt = serializers.IntegerField(help_text="records that were rebuilt and compared")


class DrillSerializer(serializers.Serializer[Any]):
    snapshot = serializers.UUIDField()
    number = serializers.IntegerField()
    taken_at = serializers.DateTimeField()
    manifest_sha256 = serializers.CharField()
    records = serializers.IntegerField()
    rebuilt = serializers.IntegerField()
    seconds = serializers.FloatField()
    streams = ProvedStreamSerializer(many=True)


class DamageSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="store.missing, .truncated, .flipped, .swapped, .replayed or .extra")
    object = serializers.CharField()
    detail = serializers.CharField()
    streams = serializers.ListField(child=serializers.CharField())
    records = serializers.IntegerField(help_text="versions of records in the object")


class AffectedSerializer(serializers.Serializer[Any]):
    streams = serializers.ListField(child=serializers.CharField())
    records = serializers.IntegerField()
    snapshots = serializers.ListField(child=serializers.UUIDField())


class DamagedSerializer(serializers.Serializer[Any]):
    snapshot = serializers.UUIDField(source="snapshot.pk")
    number = serializers.IntegerField(source="snapshot.number")
    seen_at = serializers.DateTimeField(source="snapshot.verified_at")
    count = serializers.IntegerField(help_text="damaged objects; the first hundred are listed")
    damages = DamageSerializer(many=True)
    affected = AffectedSerializer()


class ProofSerializer(serializers.Serializer[Any]):
    proved_at = serializers.DateTimeField(allow_null=True, help_text="null before the first good restore drill")
    proof = DrillSerializer(allow_null=True)
    damaged = DamagedSerializer(many=True, help_text="snapshots in which the last verification found damage")


class ProofView(AccountAPIView):
    permissions = {"get": "source.view"}

    @extend_schema(operation_id="sources_proof", responses=ProofSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """When the source was last proved restorable, and how."""
        source = get_source(self.context, pk)
        proof = proof_of(source)
        # `taken_at` is text already, so that the serializer only documents the shape.
        damaged = DamagedSerializer(damaged_of(source), many=True).data
        return Response({"proved_at": source.proved_at, "proof": asdict(proof) if proof else None, "damaged": damaged})


class ProofReportView(AccountAPIView):
    permissions = {"get": "source.view"}

    @extend_schema(
        operation_id="sources_proof_report", responses={(200, "application/pdf"): OpenApiTypes.BINARY}, tags=TAGS
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The proof as a PDF. It says so when there is none yet."""
        return streamed(request._request, report_file(get_source(self.context, pk)))
