import pandas as pd

from auditor.stats.summary import bars


def test_a_session_of_centuries_has_few_bars() -> None:
    times = pd.Series(pd.to_datetime([0, 9_000_000_000], unit="s", utc=True))
    exchanges = pd.DataFrame(
        {"time": times, "bytes_read": 1, "bytes_out": 1, "messages_out": [1, 1]}
    )
    _, rows = bars(exchanges, 0.0, 9e9)
    assert len(rows) <= 61
    assert sum(row["readable"] for row in rows) == 2
