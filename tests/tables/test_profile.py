"""What is counted about a field."""

from auditor.records import Leaf, Meaning, Observation, Site, Value
from auditor.tables.profile import DISTINCT_CAP, Profile, Profiles

SITE = Site("one.example", "one.example", "unknown", "POST /in", "other")


def seen(value: Value, path: str = "x") -> Observation:
    return Observation(Leaf.of("body", path, value))


def meaning(one: Meaning) -> Observation:
    return seen(1)._replace(meaning=one)


def only(profiles: Profiles) -> Profile:
    (profile,) = profiles.fields.values()
    return profile


def test_values_messages_and_times() -> None:
    profiles = Profiles()
    for time, values in ((5.0, (1, 1, "1")), (3.0, (True, None))):
        profiles.next_message()
        for value in values:
            assert profiles.add(SITE, time, seen(value), str(value)) == 0
    one = only(profiles)
    assert (one.count, one.messages, one.distinct) == (5, 2, 4)
    assert one.types == (int, str, bool, type(None))
    assert (one.first, one.last, one.example) == (3.0, 5.0, "1")


def test_equal_values_of_two_fields_are_counted_for_both() -> None:
    profiles = Profiles()
    rows = [profiles.add(SITE, 1.0, seen(7, path), "7") for path in ("a", "b", "a")]
    assert rows == [0, 1, 0]
    assert [one.distinct for one in profiles.fields.values()] == [1, 1]


def test_different_values_are_counted_up_to_a_limit() -> None:
    profiles = Profiles()
    for value in range(DISTINCT_CAP + 5):
        profiles.add(SITE, 1.0, seen(value), "")
    assert only(profiles).distinct == DISTINCT_CAP


def test_strongest_observation_tells_what_a_field_is() -> None:
    profiles = Profiles()
    weak = Meaning("seek", "weak", "lexicon", means="first")
    firm = weak._replace(strength="strong", rule="r", means="second", unit="s")
    for one in (seen(1), *map(meaning, (weak, firm, firm._replace(means="third"))), seen(2)):
        profiles.add(SITE, 1.0, one, "")
    best = only(profiles).best
    assert (best.category, best.strength, best.rule, best.means, best.unit) == (
        "seek",
        "strong",
        "r",
        "second",
        "s",
    )


def test_rule_that_decides_nothing_is_named() -> None:
    profiles = Profiles()
    profiles.add(SITE, 1.0, meaning(Meaning("other", "weak", "r", means="a counter")), "1")
    best = only(profiles).best
    assert (best.rule, best.means, best.category, best.strength) == ("r", "a counter", "other", "")
