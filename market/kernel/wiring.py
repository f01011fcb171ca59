"""What the ground registers of its own: checks, parts of /readyz, tables of the audit chain, jobs."""

from django.core import checks as django
from django.core.checks import Tags

from market.kernel import checks, consumers, health, jobs, outbox
from market.kernel import policy as policies
from market.kernel.chain import sources
from market.kernel.events import JobStarted
from market.kernel.models import AuditRow, PrivateFile


def wire() -> None:
    policies.register(jobs.policy)
    django.register(checks.chinese_trigrams, Tags.database)
    django.register(checks.lifecycles_are_sound)
    django.register(checks.chain_keeps_its_hash, Tags.database)
    health.register("postgresql", health.postgresql, is_required=True)
    health.register("valkey", health.valkey, is_required=True)
    health.register("worker", health.worker, is_required=False)
    health.register("relay", health.relay, is_required=False)
    outbox.register("kernel.jobs", JobStarted, consumers.wake_worker)
    sources.register("kernel.audit", AuditRow, hidden=("actor_user_id", "actor_api_key_id", "changes", "request_id"))
    sources.register("kernel.file", PrivateFile, hidden=("name", "user_id"))
