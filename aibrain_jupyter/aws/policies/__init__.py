"""
Policy documents, read as IAM reads them. Imports no SDK.

``documents`` reads a document, ``patterns`` compares actions and ARNs, ``operators`` and
``conditions`` say when a condition is met, ``principals`` who is named, ``narrowing`` what a
condition asks of whom, ``scope`` which actions and resources are meant, ``questions``
answers what is asked of a document, and ``columns`` puts the answers together. What a document
leaves open is read so that no finding is hidden.
"""
