"""The faults, one module for each group; every module here is found by `harness.faults.catalogue.faults`."""
