"""Stripe as far as the product needs it, on this machine: the wire format of its SDK, webhooks, and a page to pay on.

No money moves and nothing leaves the machine. It is not the product's code: the product speaks to it, and to
Stripe itself, through Stripe's own SDK.
"""
