"""The composition root: reads settings and the bureau's bundle, chooses and connects, and does nothing else.

Nobody imports it but the tests and the benchmarks. Start reading at `bootstrap`; `cli` is what a person types.
"""
