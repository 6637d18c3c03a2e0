"""What web benchmarks compare with: a Django view that stores one row, with no middleware and nothing else.

The same server, the same number of threads, the same database, the same requests.
"""

from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from tenancy.ids import new_id

TABLE = (
    "CREATE TABLE bench_row (id uuid PRIMARY KEY, reference text UNIQUE, sender text, recipient text, body text,"
    " created_at timestamptz NOT NULL);"
    "GRANT SELECT, INSERT ON bench_row TO PUBLIC"
)


class Row(models.Model):
    """One text as plain columns."""

    id = models.UUIDField(primary_key=True, default=new_id)
    reference = models.TextField(unique=True)
    sender = models.TextField()
    recipient = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_row"


def store(request: HttpRequest) -> HttpResponse:
    """Store the text."""
    form = request.POST
    Row.objects.create(reference=form["MessageSid"], sender=form["From"], recipient=form["To"], body=form["Body"])
    return HttpResponse(status=204)


def stored() -> int:
    """How many rows there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_row")
        return int(cursor.fetchone()[0])


urlpatterns = [path("store", store)]
