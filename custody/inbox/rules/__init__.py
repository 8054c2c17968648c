"""Who is told of what, in which words, when and by which way. Pure: people and events come in as values."""

from custody.inbox.rules.deadlines import Due, Mark, Told, mark_of, reminders, told_of
from custody.inbox.rules.groups import DEFAULTS, Channel, Group, channel_of, groups_for
from custody.inbox.rules.mail import (
    BACKOFF,
    CODE_LIVES,
    CODE_NEW,
    CODE_TRIES,
    CODES_AN_HOUR,
    DIGEST_AT,
    is_new_code,
    next_try,
)
from custody.inbox.rules.messages import FILED, FRESH, Message, messages
from custody.inbox.rules.notices import PAGES, TELL, Notice, page_of
from custody.inbox.rules.people import Happened, Person

__all__ = [
    "BACKOFF",
    "CODES_AN_HOUR",
    "CODE_LIVES",
    "CODE_NEW",
    "CODE_TRIES",
    "DEFAULTS",
    "DIGEST_AT",
    "FILED",
    "FRESH",
    "PAGES",
    "TELL",
    "Channel",
    "Due",
    "Group",
    "Happened",
    "Mark",
    "Message",
    "Notice",
    "Person",
    "Told",
    "channel_of",
    "groups_for",
    "is_new_code",
    "mark_of",
    "messages",
    "next_try",
    "page_of",
    "reminders",
    "told_of",
]
