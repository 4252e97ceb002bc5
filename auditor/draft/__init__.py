"""Draft catalogue entries for traffic that nobody has described yet."""

from __future__ import annotations

from auditor.draft.learn import Learner
from auditor.draft.write import write_drafts

__all__ = ["Learner", "write_drafts"]
