"""The way into the API."""


def test_the_index_leads_to_every_resource(api, learner):
    client = api(learner)
    starts = client.get("/api/v1/").json()

    assert "http://testserver/api/v1/challenges/" in starts.values()
    for address in starts.values():
        assert client.get(address).status_code == 200, address
