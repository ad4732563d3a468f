import pytest
import torch

from harness.errors import HarnessError
from harness.toolkits.torch.device import device_facts, prepare


def test_prepare_makes_the_process_repeatable():
    facts = device_facts(prepare("cpu"))
    assert facts["deterministic"]
    assert facts["device"] == "cpu"
    assert not facts["tf32"]
    assert facts["threads"] == torch.get_num_threads()


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_gpu_that_is_not_there():
    with pytest.raises(HarnessError, match="device 'gpu'"):
        prepare("gpu")
