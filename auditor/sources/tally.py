"""Count losses without letting their list grow with the damage."""

from __future__ import annotations

from dataclasses import replace

from auditor.records import Loss

_SINGLE = 20
"""Losses of one reason that keep a line of their own; the others share one."""
_REST = "and others"


def note(losses: list[Loss], loss: Loss) -> None:
    """Add a loss to the list: to the line that says the same, else to a new one."""
    same = [number for number, one in enumerate(losses) if one.reason == loss.reason]
    wanted = loss.detail if len(same) < _SINGLE else _REST
    for number in same:
        one = losses[number]
        if one.detail in {loss.detail, wanted}:
            losses[number] = replace(one, count=one.count + loss.count, size=one.size + loss.size)
            return
    losses.append(replace(loss, detail=wanted))
