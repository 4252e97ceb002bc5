import pytest

from auditor.sources.moments import moment


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 253402300800.0, 10**400])
def test_what_no_calendar_holds_is_no_moment(value: float) -> None:
    with pytest.raises(ValueError, match="no moment"):
        moment(value)


@pytest.mark.parametrize("value", ["1", None, True, [1]])
def test_only_numbers_are_moments(value: object) -> None:
    with pytest.raises(TypeError):
        moment(value)


def test_whole_seconds_are_moments() -> None:
    assert moment(1_700_000_000) == 1_700_000_000.0
