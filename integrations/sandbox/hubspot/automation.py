"""Workflows."""

from integrations.sandbox.clock import iso
from integrations.sandbox.http import Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.hubspot.object_reads import BATCH_MOST, batch_inputs
from integrations.sandbox.hubspot.shapes import batch_body
from integrations.sandbox.platform import Platform

_SUMMARY = ("id", "isEnabled", "flowType", "revisionId", "createdAt", "updatedAt", "name", "objectTypeId", "uuid")


class Automation:
    """Handlers of /automation/v4/flows: the list is a summary, the detail has the actions."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/automation/v4/flows", self.flows, "automation")
        router.add("GET", "/automation/v4/flows/{id}", self.flow, "automation")
        router.add("POST", "/automation/v4/flows/batch/read", self.batch_read, "automation")

    def flows(self, request: Request) -> Reply:
        summaries = [{name: one[name] for name in _SUMMARY} for one in self._platform.items.all("flows")]
        return item_page(request, summaries)

    def flow(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("flows", request.params["id"])))

    def batch_read(self, request: Request) -> Reply:
        started = iso(self._platform.clock.now_ms())
        results, errors = [], []
        for one in batch_inputs(request.json(), BATCH_MOST):
            flow_id = str(one.get("flowId") or one.get("id") or "")
            document = self._platform.items.get("flows", flow_id)
            if document is None:
                context = {"ids": [flow_id]}
                errors.append(
                    {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Flow not found", "context": context}
                )
            else:
                results.append(document)
        return batch_body(results, errors, started, iso(self._platform.clock.now_ms()))
