"""manage.py load_demands FILE --owner CREDIT_CODE [--json]."""

from listings.imports.commands import LoadCommand


class Command(LoadCommand):
    help = "Publishes a file of demands, one JSON object a line; resumable."
    kind = "demand"
