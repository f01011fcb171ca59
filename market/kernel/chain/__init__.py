"""The audit chain: what was written stays provable, row by row and field by field.

Rows of registered sources are noted in the transaction that writes them, and chained afterwards by the sequencer, so
that no writer waits for another. `hashing` and `tree` are the arithmetic, `sources` what is sealed, `sequencer` makes
the links, `heads` signs what they come to, `proofs` shows that a row is under a head.
"""
