"""The folder of saved items and its ledger: written whole, chained, anchored."""
