"""What offices, the operator and the clock do about the plan's indicators."""

from contracts.monitoring.services.value import assign_office, confirm_value, enter_value, reject_value
from contracts.monitoring.services.warning import warn_of_misses

__all__ = ["assign_office", "confirm_value", "enter_value", "reject_value", "warn_of_misses"]
