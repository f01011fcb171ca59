"""What of the contracts' tables goes into the audit chain; the verifier knows these names."""

from contracts.agreements.models import Signature
from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from market.kernel.chain.sources import seal_source

seal_source("agreements.seal", Signature, hidden=("signed_by_id",))
seal_source("registration.event", RegistrationEvent, hidden=("recorded_by_id", "reason"))
seal_source("turnover.entry", TurnoverEntry)
