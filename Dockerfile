# syntax=docker/dockerfile:1
# The image of Nexus: web by default, worker and beat by another command (docker-compose.yml).

FROM python:3.11-slim AS wheels
COPY requirements.txt .
RUN pip wheel --no-cache-dir --no-deps --require-hashes --wheel-dir /wheels -r requirements.txt

FROM python:3.11-slim
ENV DJANGO_SETTINGS_MODULE=nexus.settings.production \
    NEXUS_DATA_DIR=/var/lib/nexus \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/nexus nexus

WORKDIR /srv/nexus
COPY . .
# Production settings insist on these; nothing is connected to, and nothing of it is kept.
RUN NEXUS_SECRET_KEY=only-while-static-files-are-collected NEXUS_ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgres://nobody@nowhere/nothing REDIS_URL=redis://nowhere \
    CELERY_BROKER_URL=amqp://nowhere// \
    python manage.py collectstatic --no-input

USER nexus
VOLUME /var/lib/nexus
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "deploy/healthcheck.py"]
# Few threads: Python runs one at a time, and the others only wait for the database. A worker that
# is told to stop while it starts does not hear it, and one that waits for a slow body cannot. At a
# reload an old worker stays for the respawn interval: as long as a new one may take to start.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", \
     "--respawn-interval", "10", "--workers-kill-timeout", "30", \
     "nexus.wsgi:application"]
