"""What happens inside mitmproxy while a session is recorded; used by `addons/auditor_capture.py`."""
