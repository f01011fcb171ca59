"""How well two sides fit: features of a pair, a ranker in a data file, levels, reasons, and the measure of it all.

Nothing here knows a database, an index or a request: values in, values out.
"""
