"""Data sets: simulated objects, probes, scans and photon counts; measured files; groups of patterns."""
