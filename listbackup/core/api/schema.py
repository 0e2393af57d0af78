"""What drf-spectacular cannot see by itself: every operation may answer with a problem."""

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "correlation_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
        "correlation_id": {"type": "string"},
    },
}
ANSWERS = {
    "400": "Some fields are wrong",
    "401": "Sign in first",
    "403": "The role in this account is too weak",
    "404": "No such thing for this caller",
    "405": "Method not allowed",
    "406": "The answer is JSON only",
    "409": "The state of things does not allow it",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "The idempotency key was used with another body",
    "429": "Too many requests",
    "502": "The platform answered with an error",
    "503": "Temporarily unavailable",
}


def add_problem_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Adds the problem schema and the error answers to every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                for status, description in ANSWERS.items():
                    operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
