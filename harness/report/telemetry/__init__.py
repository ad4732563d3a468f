"""Telemetry of a case for a reader: reassembly, training history, statistics of patches, intensity of the stages."""
