"""Makes a first manifest of an OpenAPI 3 document, for a person to look through.

document.py   text -> plain data, bounded; references within the document
lists.py      what a list operation answers: where its records are, what identifies one, when it changed
paging.py     how a list operation pages and filters
proposal.py   propose: the manifest's text and what the document did not say
"""
