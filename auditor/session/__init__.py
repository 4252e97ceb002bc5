"""The capture side of a session: standard library only, so that it runs inside mitmproxy."""
