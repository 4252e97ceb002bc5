"""Rebuild a DJ set from what left, and compare it with what the tester did.

Readers turn observations into playback reports; everything after that is the same for all services.
"""
