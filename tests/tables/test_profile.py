"""What is counted about a field."""

from auditor.records import Leaf, Meaning, Observation, Site, Value
from auditor.tables.profile import DISTINCT_CAP, Profile, Profiles

SITE = Site("one.example", "one.example", "unknown", "POST /in", "other")


def seen(value: Value, path: str = "x") -> Observation:
    return Observation(Leaf.of("body", path, value))


def meaning(one: Meaning) -> Observation:
    return seen(1)._replace(meaning=one)


def add(profiles: Profiles, *alike: Observation, time: float = 1.0) -> Profile:
    field = profiles.open(SITE, time, alike[0], lambda one: str(one.leaf.value))
    for one in alike:
        profiles.add(field, one.leaf.value, one.meaning)
    return field


def test_values_messages_and_times() -> None:
    profiles = Profiles()
    add(profiles, *map(seen, (1, 1, "1")), time=5.0)
    one = add(profiles, *map(seen, (True, None)), time=3.0)
    assert (one.row, one.count, one.messages, one.distinct) == (0, 5, 2, 4)
    assert one.types == (int, str, bool, type(None))
    assert (one.first, one.last, one.example) == (3.0, 5.0, "1")


def test_equal_values_of_two_fields_are_counted_for_both() -> None:
    profiles = Profiles()
    rows = [add(profiles, seen(7, path)).row for path in ("a", "b", "a")]
    assert rows == [0, 1, 0]
    assert [one.distinct for one in profiles.fields.values()] == [1, 1]


def test_places_that_are_spelled_alike_are_one_field() -> None:
    profiles = Profiles()
    packed = Observation(Leaf.of("body", "x", 7, steps=("gzip",)))
    assert add(profiles, seen(7)) is add(profiles, packed)


def test_different_values_are_counted_up_to_a_limit() -> None:
    profiles = Profiles()
    for start in (0, 10):
        one = add(profiles, *map(seen, range(start, DISTINCT_CAP + start)))
    assert one.distinct == DISTINCT_CAP


def test_strongest_observation_tells_what_a_field_is() -> None:
    profiles = Profiles()
    weak = Meaning("seek", "weak", "lexicon", means="first")
    firm = weak._replace(strength="strong", rule="r", means="second", unit="s")
    add(profiles, seen(1), meaning(weak))
    best = add(profiles, meaning(firm), meaning(firm._replace(means="third")), seen(2)).best
    assert (best.category, best.strength, best.rule, best.means, best.unit) == (
        "seek",
        "strong",
        "r",
        "second",
        "s",
    )


def test_rule_that_decides_nothing_is_named() -> None:
    best = add(Profiles(), meaning(Meaning("other", "weak", "r", means="a counter"))).best
    assert (best.rule, best.means, best.category, best.strength) == ("r", "a counter", "other", "")
