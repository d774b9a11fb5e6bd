"""One page for all readers: only for requests that mean the same."""

from tests.factories.learnings import ChallengeFactory

LIST = "/api/v1/challenges/"


def test_a_parameter_given_twice_is_not_the_same_list_the_other_way_round(api, learner):
    ChallengeFactory.create_batch(3, published=True)
    client = api(learner)

    def shown(query):
        return len(client.get(LIST + query).json()["results"])

    assert shown("?page_size=1&page_size=3") == 3
    assert shown("?page_size=3&page_size=1") == 1


def test_an_author_is_me_by_exactly_this_word(api, learner, other_learner):
    # Trimmed, it would be one reader's list under an address that all readers share.
    for author in (learner, other_learner):
        ChallengeFactory(author=author, published=True)

        answer = api(author).get(f"{LIST}?author=%20me")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "author"


def test_who_asks_for_an_indented_list_changes_nobody_elses(api, learner):
    ChallengeFactory(published=True)
    client = api(learner)

    indented = client.get(LIST, headers={"accept": "application/json; indent=8"})
    plain = client.get(LIST)

    assert b"\n" in indented.content
    assert b"\n" not in plain.content
    assert plain.json() == indented.json()
