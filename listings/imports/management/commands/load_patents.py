"""manage.py load_patents FILE --owner CREDIT_CODE [--json]."""

from listings.imports.commands import LoadCommand


class Command(LoadCommand):
    help = "Publishes a file of achievements from patents' facts or titles, one JSON object a line; resumable."
    kind = "achievement"
