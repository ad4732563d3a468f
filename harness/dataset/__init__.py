"""What is measured: objects, probes, scans, photon counting, files, grouping."""
