"""Run a capture session: which mode, what the tester does when, and the recording itself."""
