# The portal's image: web, worker, beat and migrate run from it. PostgreSQL and Valkey are images of their own.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/runtime.txt \
    && /venv/bin/pip uninstall --yes --quiet pip setuptools

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /var/lib/portal /var/lib/register
COPY --from=packages /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    CELERY_SKIP_CHECKS=1 \
    DJANGO_SETTINGS_MODULE=privacy_portal.settings \
    PORTAL_HOME=/var/lib/portal \
    PORTAL_STATIC_ROOT=/app/static-collected \
    PORTAL_BIND=0.0.0.0
# Compiled once here: the running containers cannot write to their own files. The secrets of this step are thrown away with it.
RUN PORTAL_DEMO=1 PORTAL_HOME=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/build \
    && PYTHONDONTWRITEBYTECODE= python -m compileall -q /app
USER portal
VOLUME ["/var/lib/portal", "/var/lib/register"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "privacy_portal.probe", "web"]
CMD ["gunicorn", "--config=python:privacy_portal.gunicorn_conf"]
