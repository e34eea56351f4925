"""The database: engine, shared tables as a contract, the ledger."""
