import pytest

from auditor import paths


@pytest.mark.parametrize(
    ("path", "levels", "container", "keys"),
    [
        ("name", 0, "", ("name",)),
        (
            "payload.actions[].assetPosition",
            1,
            "payload.actions[]",
            ("payload", "actions", "assetPosition"),
        ),
        (
            "Entry[].MessageBody>payload.name",
            1,
            "Entry[].MessageBody>payload",
            ("Entry", "MessageBody", "payload", "name"),
        ),
        ("MessageBody>name", 0, "MessageBody>", ("MessageBody", "name")),
        ("1.3.2.16", 4, "1.3.2", ("1", "3", "2", "16")),
        ('tags["user.id"]', 0, "tags", ("tags", "user.id")),
        ("[].x", 1, "[]", ("x",)),
        ("list[]", 1, "", ("list",)),
    ],
)
def test_reading_a_path(path: str, levels: int, container: str, keys: tuple[str, ...]) -> None:
    assert paths.levels(path) == levels
    assert paths.container(path) == container
    assert paths.keys(path) == keys


def test_building_a_path() -> None:
    path = paths.child(paths.item(paths.child("", "events")), "user.id")
    assert path == 'events[]["user.id"]'
    assert paths.child(paths.hop("data"), "cue") == "data>cue"
    assert paths.tag(paths.tag("", 1), 3) == "1.3"
    assert paths.child("a", '7"') == 'a["7\\""]'
