# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.13-slim AS packages
COPY requirements.lock /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home byline
COPY --from=packages /venv /venv
WORKDIR /srv/byline
COPY manage.py ./
COPY config ./config
COPY papers ./papers
COPY metrics ./metrics
COPY profiles ./profiles
COPY templates ./templates
COPY static ./static
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BYLINE_DATA_DIR=/srv/byline/data
# Static files lie in the image: every web container of one version serves the same ones. The two values are used here alone.
RUN SECRET_KEY=build ALLOWED_HOSTS=build python manage.py collectstatic --noinput
USER byline
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "config.readiness"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-", "--no-control-socket"]
