"""Check the clock: marks and traffic are matched by time, to fractions of a second."""

from __future__ import annotations

from auditor.doctor.facts import Authority, Clock
from auditor.doctor.finding import Finding
from auditor.doctor.words import day

JUMP = 0.2
"""Seconds that the wall clock may gain or lose against the steady one while we look. Clocks that
are being corrected gently drift by far less; the windows around marks are seconds long."""
SLACK = 86_400.0
"""Seconds. Archives carry times without a zone: a file can seem up to a day too new."""

_SET = "Switch on automatic time in the settings of the system, and run this command again."


def check_clock(clock: Clock, authority: Authority) -> list[Finding]:
    """Say whether the clock is steady and plausible, and which zone it is in."""
    return [_steady(clock), _plausible(clock, authority), _zone(clock)]


def _steady(clock: Clock) -> Finding:
    wall = clock.last[0] - clock.first[0]
    steady = clock.last[1] - clock.first[1]
    jump = wall - steady
    if abs(jump) <= JUMP:
        return Finding("clock.steady", "ok", "The clock did not jump while we looked.")
    return Finding(
        "clock.steady",
        "warning",
        f"The clock jumped by {jump:+.1f} seconds while we looked.",
        "Wait until it is set, and run this command again. Do not record before.",
    )


def _plausible(clock: Clock, authority: Authority) -> Finding:
    now = clock.last[0]
    text = f"The clock shows {day(now)}"
    if now < clock.installed - SLACK:
        why = f"{text}, but this program was installed on {day(clock.installed)}."
        return Finding("clock.plausible", "problem", why, _SET)
    certificate = authority.certificate
    if certificate and now < certificate.begins:
        why = f"{text}, before the authority began on {day(certificate.begins)}."
        return Finding("clock.plausible", "problem", why, _SET)
    return Finding("clock.plausible", "ok", f"{text}, which is plausible. Nobody else was asked.")


def _zone(clock: Clock) -> Finding:
    hours, minutes = divmod(abs(clock.offset) // 60, 60)
    spelled = f"{'-' if clock.offset < 0 else '+'}{hours:02}:{minutes:02}"
    if clock.zone_wrong:
        text = f"The time zone `{clock.zone_wrong}` is unknown here; UTC is used silently."
        step = "Correct the variable `TZ`, for example `Europe/Berlin`."
        return Finding("clock.zone", "warning", text, step)
    if clock.zone in ("", "-00"):
        return Finding("clock.zone", "warning", "The time zone is unknown.", _SET)
    return Finding("clock.zone", "ok", f"The time zone is {clock.zone} (UTC{spelled}).")
