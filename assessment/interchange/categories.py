"""Paths of categories, as Moodle writes them in its own XML and in GIFT."""

_CONTEXTS = {"$course$", "$module$", "$system$", "$cat1$", "top", ""}


def topic_of(path: str, separator: str = "/") -> str:
    """The topic that a category path of Moodle names: `$course$/top/Hàm số/Đạo hàm` is `Hàm số / Đạo hàm`."""
    parts = [" ".join(part.split()) for part in path.replace("//", "\ue002").split(separator)]
    named = [part.replace("\ue002", "/") for part in parts if part.lower() not in _CONTEXTS]
    return " / ".join(part for part in named if not part.lower().startswith("default for "))[:200]


def path_of(topic: str) -> str:
    """The path that `topic_of` reads as this topic."""
    parts = [part.strip().replace("/", "//") for part in topic.split(" / ")]
    return "/".join(["$course$", "top", *(part for part in parts if part)])
