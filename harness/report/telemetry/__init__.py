"""Telemetry of a case for a reader: reassembly, training histories, patch statistics and their comparison."""
