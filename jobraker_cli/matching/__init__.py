"""Matching: alerts and jobs in, matches with reasons out; pure.

Others use `rows` (values as databases and files hold them), `criteria.wish_of`, `prepared.prepare`,
`matcher`, `match`, `explain`, `faults`, `backtest`, `recommend` and `recommender`, each imported
from where it is: a run loads only what it needs.
"""
