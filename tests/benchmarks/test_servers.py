import pytest

from benchmarks.rooms import ELSEWHERE, room_of
from benchmarks.servers import ROOT, on_this_machine, production_command

DOCKERFILE = """FROM python
# Few threads.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \\
     "--workers", "2", "nexus.wsgi:application"]
"""


def test_contenders_are_served_with_productions_flags_on_a_port_of_this_machine():
    command = on_this_machine(production_command(DOCKERFILE), application="a:b", port=4711)

    assert command[0].endswith("/granian")
    assert command[1:] == [
        "--interface", "wsgi", "--host", "127.0.0.1", "--port", "4711", "--workers", "2", "a:b",
    ]  # fmt: skip


def test_the_image_says_how_production_serves():
    assert production_command((ROOT / "Dockerfile").read_text())[-1] == "nexus.wsgi:application"


def test_a_dockerfile_without_a_command_is_refused():
    with pytest.raises(ValueError, match="no CMD"):
        production_command("FROM python\n")


@pytest.mark.parametrize(
    ("files", "room"),
    [
        (["/lib/socket.py", "/site-packages/redis/connection.py", "/nexus/fastlane.py"],
         "Redis and its client"),
        (["/lib/json/encoder.py", "/site-packages/rest_framework/renderers.py"], "REST framework"),
        (["/site-packages/django/db/models/query.py", "/learnings/models.py"], "Django's ORM"),
        (["/lib/threading.py"], ELSEWHERE),
    ],
)  # fmt: skip
def test_time_belongs_to_the_innermost_room_that_has_a_name(files, room):
    assert room_of(files) == room
