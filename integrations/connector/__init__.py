"""Reads SaaS platforms that manifests describe. Pure Python: no Django, no database, no broker.

    manifest.py      text -> Manifest (marks.py positions, manifest.schema.json shape, semantics.py sense, build.py objects)
    model.py         the objects of a manifest
    registry.py      the platforms that come with the product
    reader.py        Reader: check, discover, count, read            <- what the rest of the product calls
    passes.py        a stream's passes: live, archived, windows, children; runs.py is the checkpoint
    walk.py          pages of one request; pagination.py from one page to the next
    children.py      children that are read with a page of parents; discovery.py streams found at run time
    exchange.py      one request: turn (limits.py), signature (auth.py, oauth.py), retries.py, judgement (responses.py)
    shapes.py        decoders: records are sliced as raw bytes, only key, cursor and deletion flag are decoded
    cursors.py deletions.py lookups.py templates.py records.py errors.py

A record's bytes are never changed, with two exceptions that cannot keep them: a list of fields too long for one request
(`chunks`) and a child list too long for one answer (`batch.merge`) are put together value by value.

How to write a manifest: docs/connectors.md.
"""
