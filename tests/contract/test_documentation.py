"""The documentation says what is, stands as it was committed, and works without a network."""

import json
import re
import warnings
from io import StringIO

import jsonschema_rs
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV31SpecValidator
from playwright.sync_api import expect

from nexus.documentation import TAGS, openapi_document, swagger_document, written
from nexus.examples import by_shape
from nexus.management.commands import write_contracts
from nexus.management.commands.write_contracts import (
    OPENAPI,
    RELEASED,
    SWAGGER,
    unannounced_changes,
)
from tests.factories.accounts import PASSWORD
from tests.factories.learnings import TopicFactory

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document():
    return swagger_document()


def operations(document):
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def find(document, operation_id):
    (found,) = (o for _, o in operations(document) if o["operationId"] == operation_id)
    return found


def body(document, operation_id):
    """The definition of an operation's body."""
    (found,) = (p for p in own_parameters(document, operation_id) if p["in"] == "body")
    return resolve(document, found["schema"])


def answer(document, operation_id, status):
    """The definition of an operation's answer."""
    return resolve(document, find(document, operation_id)["responses"][str(status)]["schema"])


def followed(document, response):
    name = response.get("$ref", "").rpartition("/")[2]
    return document["responses"][name] if name else response


def resolve(document, schema):
    return document["definitions"][schema["$ref"].rpartition("/")[2]]


def query(document, operation_id):
    return {p["name"]: p for p in own_parameters(document, operation_id) if p["in"] == "query"}


def own_parameters(document, operation_id):
    """Parameters that this operation does not share with others."""
    return [p for p in find(document, operation_id)["parameters"] if "$ref" not in p]


def shared_parameters(document, operation_id):
    """Names of the headers that this operation takes."""
    found = find(document, operation_id)["parameters"]
    return {p["$ref"].rpartition("/")[2] for p in found if "$ref" in p}


# --- The document -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "made"), [(SWAGGER, swagger_document), (OPENAPI, openapi_document)]
)
def test_the_committed_contract_is_what_the_code_does(path, made):
    assert path.read_text(encoding="utf-8") == written(made()), (
        "The API changed. Run `manage.py write_contracts` and read the difference: clients will."
    )


def test_no_client_of_the_released_contract_breaks_unannounced():
    assert RELEASED.exists(), "Run `manage.py write_contracts --release` once."
    assert unannounced_changes(openapi_document()) == []


@pytest.fixture
def contracts(tmp_path, monkeypatch):
    """A folder for contracts of its own, with a released one that has a field more."""
    document = openapi_document()
    document["components"]["schemas"]["User"]["properties"]["motto"] = {"type": "string"}
    root = write_contracts.ROOT
    names = ["ROOT", "SWAGGER", "OPENAPI", "RELEASED", "POSTMAN", "POSTMAN_ENVIRONMENT"]
    for name in names:
        path = tmp_path / getattr(write_contracts, name).relative_to(root)
        monkeypatch.setattr(write_contracts, name, path)
    write_contracts.RELEASED.parent.mkdir(parents=True)
    write_contracts.RELEASED.write_text(written(document), encoding="utf-8")
    return tmp_path / "contracts"


def test_a_breaking_change_is_written_only_on_demand(contracts):
    with pytest.raises(CommandError, match="User in a response: the field motto is gone"):
        call_command("write_contracts", stdout=StringIO())
    assert not (contracts / "openapi.json").exists()

    call_command("write_contracts", "--break", stdout=StringIO())
    assert json.loads((contracts / "openapi.json").read_text("utf-8")) == openapi_document()
    assert "motto" in (contracts / "released" / "openapi.json").read_text("utf-8")


def test_a_version_may_break_what_it_announces(contracts):
    older = json.loads(write_contracts.RELEASED.read_text("utf-8"))
    older["info"]["version"] = "0.0.9"
    write_contracts.RELEASED.write_text(written(older), encoding="utf-8")

    call_command("write_contracts", "--release", stdout=StringIO())

    assert "motto" not in (contracts / "released" / "openapi.json").read_text("utf-8")


def test_the_document_is_valid_swagger(document):
    with warnings.catch_warnings():
        # jsonschema renamed how references are resolved; the validator has not followed.
        warnings.filterwarnings("ignore", "jsonschema.*", DeprecationWarning)
        OpenAPIV2SpecValidator(document).validate()


def test_the_document_is_valid_openapi():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "jsonschema.*", DeprecationWarning)
        OpenAPIV31SpecValidator(openapi_document()).validate()


def test_every_address_of_the_api_is_documented(document):
    documented = {re.sub(r"\{\w+\}", "{}", f"/api/v1{path}") for path in document["paths"]}

    index = {"/api/v1/"}  # lists the others
    assert documented | index == set(api_addresses(get_resolver()))


def api_addresses(resolver, prefix="/"):
    """Addresses under `/api/v1/` with `{}` for what varies."""
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from api_addresses(pattern, address)
        elif isinstance(pattern, URLPattern) and address.startswith("/api/v1/"):
            address = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]+>", "{}", address.replace("/^", "/"))
            yield address.replace("\\", "")


def test_every_operation_tells_a_newcomer_what_it_does(document):
    found = operations(document)
    names = [operation["operationId"] for _, operation in found]

    assert len(set(names)) == len(names)
    for where, operation in found:
        assert 3 <= len(operation["summary"]) <= 60, where
        assert re.fullmatch("[a-z][a-zA-Z]+", operation["operationId"]), where
        assert operation["tags"][0] in dict(TAGS), where
        assert len(operation["tags"]) == 1, where
        responses = [followed(document, found) for found in operation["responses"].values()]
        assert all(found["description"] for found in responses), where


def test_the_introduction_says_how_to_log_in_and_what_errors_look_like(document):
    text = document["info"]["description"]

    assert "auth/token/" in text
    assert "Authorization: Bearer" in text
    assert "application/problem+json" in text


def test_addresses_are_good_wherever_the_hub_is_served(document):
    assert document["basePath"] == "/api/v1"
    assert "host" not in document
    assert "schemes" not in document


def test_every_refusal_is_a_problem(document):
    for where, operation in operations(document):
        refusals = {
            status: followed(document, response)
            for status, response in operation["responses"].items()
            if status == "default" or int(status) >= 400
        }
        assert {"400", "429", "default"} <= set(refusals), where
        assert {r["schema"]["$ref"] for r in refusals.values()} == {"#/definitions/Problem"}, where
        assert ("404" in refusals) is ("{" in where), where
        assert "401" in refusals or operation.get("security") == [], where
        is_write = not where.startswith("GET ")
        assert ("304" in operation["responses"]) is not is_write, where
        if is_write and operation.get("security") != []:
            assert {"403", "409"} < set(refusals), where


def test_headers_of_a_request_stand_where_they_mean_something(document):
    assert shared_parameters(document, "getChallenge") == {"IfNoneMatch"}
    assert shared_parameters(document, "updateChallenge") == {"IfMatch"}
    assert shared_parameters(document, "createChallenge") == {"IdempotencyKey"}
    assert shared_parameters(document, "submitChallenge") == {"IfMatch", "IdempotencyKey"}
    assert shared_parameters(document, "voteChallenge") == set()
    assert shared_parameters(document, "logIn") == set()
    assert "412" in find(document, "updateChallenge")["responses"]
    assert "422" in find(document, "createChallenge")["responses"]


def test_headers_of_an_answer_are_described(document):
    def headers(operation_id, status):
        return set(find(document, operation_id)["responses"][status]["headers"])

    always = {"RateLimit", "RateLimit-Policy", "X-Request-ID"}
    assert headers("listChallenges", "200") == always | {"ETag", "Link", "X-Cache"}
    assert headers("getMe", "200") == always | {"ETag"}
    assert headers("createImport", "202") == always | {"Location", "Idempotency-Replayed"}
    assert "Retry-After" in document["responses"]["TooManyRequests"]["headers"]


def test_a_body_with_unknown_fields_is_refused_by_the_schema_too(document):
    assert body(document, "createChallenge")["additionalProperties"] is False
    assert "additionalProperties" not in answer(document, "getChallenge", 200)


def test_a_body_says_what_the_server_asks_of_it(document):
    written = body(document, "createChallenge")["properties"]

    assert written["title"]["maxLength"] == 300
    assert re.search(written["title"]["pattern"], "a \n b")
    assert not re.search(written["title"]["pattern"], " \n ")
    assert not re.search(written["title"]["pattern"], "a\0")
    assert re.search(written["problem"]["pattern"], "")
    assert not re.search(written["problem"]["pattern"], "a\0")
    assert written["topics"]["items"]["maxLength"] == 100
    challenge = body(document, "createSolution")["properties"]["challenge"]
    assert (challenge["minimum"], challenge["maximum"]) == (1, 2**63 - 1)


def test_a_solution_names_its_challenge_only_where_the_address_does_not(document):
    assert "challenge" in body(document, "createSolution")["required"]
    assert "challenge" not in body(document, "createChallengeSolution")["properties"]
    assert "challenge" not in body(document, "updateSolution")["properties"]


def test_one_of_several_fields_is_asked_for(document):
    found = openapi_document()["components"]["schemas"]["ReadMark"]

    assert found["oneOf"] == [{"required": ["ids"]}, {"required": ["all"]}]
    assert found["properties"]["all"]["enum"] == [True]


def test_an_import_takes_a_form_or_json(document):
    bodies = openapi_document()["paths"]["/imports/"]["post"]["requestBody"]["content"]
    form = bodies["multipart/form-data"]["schema"]

    assert form["properties"]["file"] == {"type": "string", "format": "binary"}
    assert {"required": ["file"]} in form["oneOf"]
    assert bodies["application/json"]["schema"] == {"$ref": "#/components/schemas/ImportRequest"}
    shape = openapi_document()["components"]["schemas"]["ImportRequest"]
    assert set(shape["properties"]) == {"text", "document", "source_url"}
    assert shape["oneOf"] == [{"required": ["text"]}, {"required": ["source_url"]}]


@pytest.mark.django_db
def test_a_real_problem_has_the_documented_shape(document, client):
    shape = document["definitions"]["Problem"]
    real = client.post("/api/v1/auth/token/", {}, content_type="application/json").json()

    assert set(real) == set(shape["required"]) == set(shape["properties"])
    culprit = shape["properties"]["errors"]["items"]
    assert all(
        set(culprit["required"]) < set(e) <= set(culprit["properties"]) for e in real["errors"]
    )


def test_only_the_way_in_needs_no_token(document):
    opened = {o["operationId"] for _, o in operations(document) if o.get("security") == []}

    assert opened == {
        "signUp", "logIn", "refreshTokens", "verifyToken", "logOut", "verifyEmail",
        "requestPasswordReset", "confirmPasswordReset",
    }  # fmt: skip
    assert document["security"] == [{"Bearer": []}]


def test_log_in_takes_credentials_and_gives_tokens(document):
    assert set(body(document, "logIn")["properties"]) == {"email", "password"}
    assert set(answer(document, "logIn", 200)["properties"]) == {"access", "refresh"}
    assert set(body(document, "signUp")["required"]) == {
        "email", "password", "display_name", "track",
    }  # fmt: skip
    assert "email" in answer(document, "signUp", 201)["properties"]
    assert "schema" not in find(document, "logOut")["responses"]["204"]


def test_what_is_read_is_all_there_and_what_is_written_is_only_what_may_be(document):
    read, changed = answer(document, "getMe", 200), body(document, "updateMe")

    assert set(read["required"]) == set(read["properties"])
    assert set(changed["properties"]) == {"display_name", "track", "bio", "github_url"}
    assert "required" not in changed
    assert "password" not in json.dumps(document["definitions"]["User"])


def test_what_can_be_null_says_so(document):
    notification = document["definitions"]["Notification"]["properties"]

    assert notification["read_at"]["x-nullable"] is True
    assert "x-nullable" not in notification["created_at"]


def test_actions_do_not_inherit_the_resources_body(document):
    assert set(body(document, "readNotifications")["properties"]) == {"ids", "all"}
    assert not own_parameters(document, "submitChallenge")
    assert set(find(document, "submitChallenge")["responses"]) >= {"200"}
    assert set(find(document, "voteChallenge")["responses"]) >= {"204"}


def test_what_the_views_of_entries_and_imports_cannot_tell_is_told(document):
    assert set(body(document, "rejectChallenge")["properties"]) == {"reason"}
    assert answer(document, "createImport", 202)["properties"]["progress"]["type"] == "integer"
    assert find(document, "createImport")["consumes"] == ["multipart/form-data"]
    challenge = document["definitions"]["Challenge"]["properties"]
    assert challenge["topics"]["items"] == {"$ref": "#/definitions/TopicReference"}
    assert challenge["source"]["x-nullable"] is True
    written = document["definitions"]["ChallengeWrite"]["properties"]
    assert written["topics"]["items"]["type"] == "string"


def test_a_page_has_a_name_and_its_rows_too(document):
    page = answer(document, "listUsers", 200)

    assert set(page["required"]) == {"next", "previous", "results"}
    assert page["properties"]["next"]["x-nullable"] is True
    assert page["properties"]["results"]["items"] == {"$ref": "#/definitions/User"}


def test_parameters_are_typed(document):
    challenges, learnings = query(document, "listChallenges"), query(document, "listLearnings")

    assert challenges["solved"]["type"] == "boolean"
    assert challenges["created_after"]["format"] == "date-time"
    assert (challenges["topic"]["type"], challenges["topic"]["collectionFormat"]) == (
        "array",
        "multi",
    )
    assert learnings["kind"]["enum"][0] == "TECHNOLOGY"
    assert query(document, "listSolutions")["challenge"]["type"] == "integer"
    assert query(document, "listUsers")["track"]["enum"] == ["BACKEND", "FRONTEND", "FULLSTACK"]
    assert "-published_at" in challenges["ordering"]["enum"]
    assert challenges["page_size"]["maximum"] == 100
    assert set(query(document, "getUser")) == {"fields"}


def test_what_can_be_chosen_is_named_and_what_it_brings_is_optional(document):
    asked = query(document, "listChallenges")
    assert asked["expand"]["items"]["enum"] == ["author", "topics", "solutions"]
    assert asked["fields"]["collectionFormat"] == asked["expand"]["collectionFormat"] == "csv"
    challenge = document["definitions"]["Challenge"]
    assert asked["fields"]["items"]["enum"] == list(challenge["properties"])
    assert set(challenge["properties"]) - set(challenge["required"]) == {"solutions"}

    author, user = document["definitions"]["Author"], document["definitions"]["User"]
    assert set(author["properties"]) == set(user["properties"])
    assert set(author["required"]) == {"id", "display_name"}
    assert "expand" not in query(document, "listTopics")
    assert not {"fields", "expand"} & set(query(document, "createChallenge"))

    page = document["definitions"]["ChallengePage"]
    assert set(page["properties"]) - set(page["required"]) == {"count", "count_exact"}
    votes = query(document, "listMyVotes")
    assert votes["ids"]["items"]["type"] == "integer"


@pytest.mark.parametrize("operation_id", ["listUsers", "listNotifications", "listSubscriptions"])
def test_every_documented_parameter_is_known_to_the_server(document, api, learner, operation_id):
    """Sent with a value of its documented type, none of them is refused as unknown."""
    (path,) = (w for w, o in operations(document) if o["operationId"] == operation_id)
    for name, parameter in query(document, operation_id).items():
        value = (
            parameter.get("enum")
            or [{"boolean": "true", "integer": "1"}.get(parameter["type"], "x")]
        )[0]
        found = api(learner).get(f"/api/v1{path.removeprefix('GET ')}", {name: value})
        codes = {error["code"] for error in found.json().get("errors", [])}
        assert "unknown" not in codes, (name, found.json())


# --- Examples ---------------------------------------------------------------------------------


def test_every_example_is_one(document):
    components = openapi_document()["components"]

    assert set(by_shape()) <= set(components["schemas"])
    for name, example in by_shape().items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert not [error.message for error in validator.iter_errors(example)], name


def test_every_body_has_an_example(document):
    bodies = {
        parameter["schema"]["$ref"].rpartition("/")[2]
        for _, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter.get("in") == "body"
    }
    # Nobody could give a good token here.
    tokens = {"Refresh", "Token", "PasswordResetConfirmation"}
    choices = {"NotificationPreferencesChange"}  # its parts are all true or false
    assert bodies - set(by_shape()) == tokens | choices


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "shape"),
    [("challenges", "ChallengeWrite"), ("learnings", "LearningWrite"),
     ("subscriptions", "SubscriptionWrite")],
)  # fmt: skip
def test_the_example_of_a_body_can_be_sent_as_it_stands(api, learner, taxonomy, address, shape):
    made = api(learner).post(f"/api/v1/{address}/", by_shape()[shape])

    assert made.status_code == 201, made.json()


# --- Where it is served -----------------------------------------------------------------------


def test_anybody_gets_the_document_as_json_and_yaml(client, document):
    as_json, as_yaml = client.get("/swagger.json"), client.get("/swagger.yaml")

    assert as_json["Content-Type"].startswith("application/json")
    assert as_yaml["Content-Type"].startswith("application/yaml")
    assert as_json.json() == document
    assert yaml.safe_load(as_yaml.content) == document


def test_anybody_gets_the_openapi_document_from_other_origins_too(client):
    found = client.get("/openapi.json", headers={"Origin": "http://localhost:5173"})

    assert found["Content-Type"] == "application/json"
    assert found["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert found.json() == openapi_document()


@pytest.mark.parametrize("path", ["/swagger/", "/redoc/"])
def test_the_pages_name_no_other_server(client, path):
    page = client.get(path, headers={"Accept": "text/html"}).content.decode()

    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "/swagger.json" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_newcomer_logs_in_authorizes_and_tries_it_out(page, live_server, learner):
    TopicFactory(name="Playwright")
    for name in ("Django", "PostgreSQL"):  # which the example names
        TopicFactory(name=name)
    token = page.request.post(
        f"{live_server.url}/api/v1/auth/token/",
        data={"email": learner.email, "password": PASSWORD},
    ).json()["access"]
    page.goto("/swagger/")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Value:").fill(token)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()

    page.reload()  # it stays
    page.locator("#operations-tag-topics").click()
    operation = page.locator("#operations-topics-listTopics")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/topics/*") as answered:
        operation.get_by_role("button", name="Execute").click()

    page.locator("#operations-tag-challenges").click()
    creating = page.locator("#operations-challenges-createChallenge")
    creating.locator(".opblock-summary").click()
    creating.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/challenges/") as created:
        creating.get_by_role("button", name="Execute").click()

    assert created.value.status == 201  # the example, as it stands
    assert created.value.json()["title"] == by_shape()["ChallengeWrite"]["title"]
    assert answered.value.request.headers["authorization"] == f"Bearer {token}"
    assert answered.value.status == 200
    shown = operation.locator(".live-responses-table .response .response-col_description")
    expect(shown.first).to_contain_text('"name": "Playwright"')


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_redoc_shows_everything_and_asks_nobody_else(page):
    page.goto("/redoc/")

    # It draws the whole document at once, which takes long where others use the cores, too.
    title = page.get_by_role("heading", name=f"Nexus ({settings.VERSION})")
    expect(title).to_be_visible(timeout=60_000)
    expect(page.locator("[data-item-id='tag/challenges']").first).to_be_visible()
    expect(page.locator("img[alt='redocly logo']")).to_have_count(0)
