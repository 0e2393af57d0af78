"""`?fields=a,b`: answers with these fields only."""

from typing import Any

from listbackup.core.errors import InvalidInput


class SparseFieldsMixin:
    """For serializers. An unknown name is a clear 400, not an empty answer."""

    fields: Any
    context: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        asked = request.query_params.get("fields") if request is not None and hasattr(request, "query_params") else None
        if not asked:
            return
        wanted = {name.strip() for name in asked.split(",") if name.strip()}
        unknown = wanted - set(self.fields)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise InvalidInput(
                f"There is no field {names}.", fields={"fields": [f"Choose from {', '.join(sorted(self.fields))}."]}
            )
        for name in set(self.fields) - wanted:
            self.fields.pop(name)
