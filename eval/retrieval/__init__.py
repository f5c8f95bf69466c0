"""Retrieval measured: questions with their gold over documents in the forms that hospitals keep them in.

`python -m eval.retrieval` writes the documents, takes them into a registry and prints what was found.
"""
