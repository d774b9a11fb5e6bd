"""The check of the books finds what is missing, doubled, changed or unheard of."""

import re

import pytest
from django.utils import timezone

from accounts.models import TokenFamily
from foundation.models import Promise
from learnings.models import Bookmark, Challenge, ImportRun, Learning, Vote
from notifications.models import Announcement, Delivery, Event, Notification


def test_books_that_agree_differ_in_nothing(books):
    assert books.differences() == []


def lose_an_entry(books):
    books.rows.challenge.delete()


def double_an_entry(books):
    books.rows.challenge.pk = None
    books.rows.challenge._state.adding = True
    books.rows.challenge.save()


def change_an_entry(books):
    Challenge.objects.update(title="Other words")


def send_an_entry_back(books):
    Challenge.objects.update(status="IN_REVIEW")


def take_a_topic_away(books):
    books.rows.challenge.topics.clear()


def lose_a_vote(books):
    Vote.objects.all().delete()


def count_a_vote_twice(books):
    Challenge.objects.update(votes_count=2)


def lose_a_bookmark(books):
    Bookmark.objects.all().delete()


def mark_for_somebody_else(books):
    Bookmark.objects.create(user=books.rows.author, challenge=books.rows.challenge)


def lose_an_import(books):
    ImportRun.objects.all().delete()


def lose_what_an_import_made(books):
    Learning.objects.all().delete()


def fail_an_import(books):
    ImportRun.objects.update(status="FAILED", error="It broke.")


def start_an_import_nobody_asked_for(books):
    books.rows.run.pk = None
    books.rows.run.save()


def revoke_a_token(books):
    books.rows.author.personal_tokens.update(revoked_at=timezone.now())


def lose_a_token(books):
    books.rows.token.delete()


def begin_a_session(books):
    now = timezone.now()
    TokenFamily.objects.create(
        user=books.rows.author, token_epoch=0, current_from=now, expires_at=now
    )


def tell_somebody_nothing(books):
    Notification.objects.filter(user=books.rows.follower).delete()


def tell_somebody_of_nothing(books):
    Notification.objects.create(
        user=books.rows.author, announcement=_topic_entry(), created_at=timezone.now()
    )


def tell_somebody_twice(books):
    again = _topic_entry()
    again.pk, again.key = None, "again"
    again.save()
    Notification.objects.create(
        user=books.rows.follower, announcement=again, created_at=timezone.now()
    )


def leave_an_email_unsent(books):
    Delivery.objects.update(sent_at=None)


def send_an_email_twice(books):
    letter = next(books.mail.glob("*.log"))
    (books.mail / "again.log").write_text(letter.read_text())


def lose_an_email(books):
    next(books.mail.glob("*.log")).unlink()


def owe_something(books):
    Promise.objects.update(kept_at=None)


def _topic_entry():
    return Announcement.objects.get(event=Event.TOPIC_ENTRY)


@pytest.mark.parametrize(
    ("do", "tells"),
    [
        (lose_an_entry, r"^challenge \d+ was acknowledged and is not there"),
        (double_an_entry, r"^challenges \[\d+\] are there and nobody was told"),
        (change_an_entry, "text is 'Other words'"),
        (send_an_entry_back, "status is 'IN_REVIEW', acknowledged was 'PUBLISHED'"),
        (take_a_topic_away, r"topics is \[\]"),
        (lose_a_vote, r"'vote'.* is there 0 times, acknowledged 1 times"),
        (count_a_vote_twice, "counts 2 votes and has 1"),
        (lose_a_bookmark, r"'bookmark'.* is there 0 times, acknowledged 1 times"),
        (mark_for_somebody_else, "is there 1 times, acknowledged 0 times"),
        (lose_an_import, r"^import \d+ was acknowledged and is not there"),
        (lose_what_an_import_made, "left 0 entries, not 1"),
        (fail_an_import, "'FAILED', 'It broke.'"),
        (start_an_import_nobody_asked_for, r"^imports \[\d+\] are there and nobody was told"),
        (revoke_a_token, "revoked is True, acknowledged was False"),
        (lose_a_token, r"^personal token \d+ of \d+ is None"),
        (begin_a_session, "sessions are 1, acknowledged were 0"),
        (tell_somebody_nothing, "TOPIC_ENTRY.* was told 0 times, not 1"),
        (tell_somebody_of_nothing, "TOPIC_ENTRY.* was told 1 times, not 0"),
        (tell_somebody_twice, "TOPIC_ENTRY.* was told 2 times, not 1"),
        (leave_an_email_unsent, r"made and sent: \[1, 0\], not \[1, 1\]"),
        (send_an_email_twice, "e-mails sent more than once"),
        (lose_an_email, "0 e-mails were sent"),
        (owe_something, "are not kept"),
    ],
)
def test_a_defect_behind_its_back_is_found(books, do, tells):
    do(books)

    found = books.differences()

    assert any(re.search(tells, line) for line in found), found


def test_a_creation_whose_answer_was_lost_may_be_there_or_not(books):
    Challenge.objects.create(author=books.rows.author, title="Nobody heard of it")
    books.ledger.in_doubt["challenge"] = 1

    assert books.differences() == []


def test_two_rows_are_too_many_for_one_lost_answer(books):
    for _ in range(2):
        Challenge.objects.create(author=books.rows.author, title="Nobody heard of it")
    books.ledger.in_doubt["challenge"] = 1

    assert len(books.differences()) == 1
