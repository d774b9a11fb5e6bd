"""Words that tell a technology's name from a category's.

Data only. A name missing here is still read: its place and shape decide, and this list settles
the cases where both allow a category.
"""

import re

from . import plain

_TECHNOLOGIES = frozenset(
    """python javascript typescript java kotlin swift go golang rust php ruby c c++ c# dart sql bash
    shell html html5 css css3 sass scss less markdown json yaml graphql rest grpc soap websocket
    websockets django flask fastapi express express.js node node.js nodejs nestjs spring laravel rails
    drf graphene graphene-django channels celery rabbitmq redis kafka memcached postgresql postgres
    mysql mariadb sqlite mongodb mongoose firebase firestore supabase dynamodb cassandra elasticsearch
    prisma sqlalchemy orm docker docker-compose kubernetes k8s helm podman ansible terraform jenkins
    github gitlab git gitflow bitbucket ci/cd travis circleci nginx apache gunicorn uvicorn daphne
    whitenoise aws gcp azure heroku render railway vercel netlify pythonanywhere digitalocean
    cloudinary s3 ec2 lambda react react.js reactjs react-native next next.js nextjs vue vue.js vuejs
    nuxt angular svelte redux zustand mobx recoil apollo axios swr tailwind tailwindcss bootstrap
    material-ui mui chakra shadcn framer expo flutter pwa pwas vite webpack babel eslint prettier husky
    jest vitest cypress playwright selenium pytest unittest mocha chai postman insomnia swagger openapi
    drf-yasg drf-spectacular jwt oauth oauth2 cors ssl https ssh linux ubuntu windows wsl vscode figma
    notion slack trello jira sentry prometheus grafana chapa stripe paystack twilio sendgrid mailtrap
    npm yarn pnpm pip poetry pipenv virtualenv numpy pandas jupyter pycharm zod formik storybook
    socket.io crontab cron asyncio""".split()
)
_PHRASES = frozenset(
    (
        "rest api", "rest apis", "restful api", "restful apis", "graphql api", "graphql apis", "api",
        "vs code", "visual studio code", "github actions", "gitlab ci", "docker compose",
        "django rest framework", "react native", "react hooks", "redux toolkit", "context api",
        "tailwind css", "material ui", "progressive web app", "progressive web apps",
        "chrome devtools", "unit testing", "message queues", "web sockets", "spring boot",
        "apollo client", "celery beat", "simple jwt", "django orm", "github copilot",
    )
)  # fmt: skip
_CATEGORY_WORDS = frozenset(
    """technologies technology tools tool tooling frameworks framework libraries library languages
    language stack platforms platform databases database backend frontend back-end front-end
    full-stack fullstack development devops infrastructure deployment hosting testing styling ui
    apis services service cloud design programming web mobile core other others additional
    containerization containers orchestration security authentication monitoring messaging queues
    queue caching cache management data state storage version control package build typing forms
    asynchronous async background processing tasks task server documentation collaboration
    productivity environment environments markup scripting runtime architecture advanced ci
    integration automation utilities extras miscellaneous concepts practices fetching""".split()
)
_DECISIVE = frozenset(
    """technologies tools frameworks libraries languages platforms databases tooling utilities
    stack services others""".split()
)
_GENERIC_CONCEPTS = re.compile(
    r"^(?:(?:additional|other|core|key|main|major|important|general|advanced|more|backend|frontend"
    r"|back-end|front-end|full-?stack|web|mobile|development|engineering|software|technical|and|&)\s*)*"
    r"(?:concepts?|topics?|skills?|principles|areas?|learnings?|practices|development|engineering)"
    r"(?:\s+(?:learned|covered|applied|and practices))?$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w+#./\-]*[\w+#]")


def _words(markdown: str) -> list[str]:
    text = re.sub(r"\([^()]*\)", " ", plain.heading(markdown)).lower()
    return _WORD.findall(text)


def names_technology(markdown: str) -> bool:
    """Say whether a name is, or is built on, a technology that we know."""
    words = _words(markdown)
    if not words:
        return False
    joined = " ".join(words)
    if joined in _TECHNOLOGIES or joined in _PHRASES:
        return True
    if words[0] in _TECHNOLOGIES or any(" ".join(words[:n]) in _PHRASES for n in (2, 3)):
        return True
    return words[-1] in _TECHNOLOGIES and words[-1] not in ("shell", "next", "go", "less")


def names_category(markdown: str) -> bool:
    """Say whether a name is made of category words only: "Languages & Frameworks"."""
    words = [word for word in _words(markdown) if word not in ("and", "the", "for", "used")]
    return (
        bool(words) and not names_technology(markdown) and all(w in _CATEGORY_WORDS for w in words)
    )


def names_collection(markdown: str) -> bool:
    """Say whether a name announces a collection by a plural of its own: "Backend Tools"."""
    return not names_technology(markdown) and any(w in _DECISIVE for w in _words(markdown))


def names_group_of_concepts(markdown: str) -> bool:
    """Say whether a heading stands for concepts in general: "Additional Concepts"."""
    return bool(_GENERIC_CONCEPTS.match(re.sub(r"\([^()]*\)", "", plain.heading(markdown)).strip()))


_INSTRUCTIONS = frozenset(
    """always apply ask automate avoid be break build cache centralize choose commit communicate
    configure consider create design develop do document don't embrace enable encrypt ensure
    establish favor follow handle implement integrate invest keep leverage log maintain make manage
    minimize modularize monitor name never normalize optimize organize plan practice prefer
    prioritize protect provide review sanitize secure separate set start stay structure test think
    track treat understand use utilize validate version write""".split()
)


def is_instruction(markdown: str) -> bool:
    """Say whether a statement tells what to do: "Write tests first"."""
    first, *others = plain.plain(markdown).split() or [""]
    # "Version Control" and "Test Coverage" are names.
    is_name = bool(others) and others[0][0].isupper()
    return not is_name and first.lower().rstrip(":") in _INSTRUCTIONS
