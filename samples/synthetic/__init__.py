"""Synthetic sessions: a script in the role of a client, recorded by a real mitmdump."""
