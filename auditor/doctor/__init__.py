"""Tell whether a machine is ready for a capture session, and clean again afterwards.

`machine` gathers facts, the checks turn facts into findings, and nothing here changes anything.
What is said about macOS and Windows was written from documentation and from output that others
published; it has run on Linux only.
"""
