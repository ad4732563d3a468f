"""Environment variables that can change a result: which they are, what they hold, how a worker gets them.

Imports the standard library alone: a worker calls `apply` before it imports anything numerical.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping

_LISTED = """
TF_AUTOTUNE_THRESHOLD TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_LEVEL TF_CPP_MAX_VLOG_LEVEL TF_CPP_MIN_LOG_LEVEL
TF_CUDNN_DETERMINISTIC TF_CUDNN_RESET_RND_GEN_STATE TF_CUDNN_USE_AUTOTUNE TF_CUDNN_USE_FRONTEND
TF_CUDNN_USE_RUNTIME_FUSION TF_CUDNN_WORKSPACE_LIMIT_IN_MB TF_DETERMINISTIC_OPS TF_DISABLE_CUBLAS_TENSOR_OP_MATH
TF_DISABLE_CUDNN_TENSOR_OP_MATH TF_DISABLE_MKL TF_DISABLE_SEGMENT_REDUCTION_OP_DETERMINISM_EXCEPTIONS
TF_ENABLE_AUTO_MIXED_PRECISION TF_ENABLE_AUTO_MIXED_PRECISION_GRAPH_REWRITE TF_ENABLE_CUBLAS_TENSOR_OP_MATH_FP32
TF_ENABLE_CUDNN_RNN_TENSOR_OP_MATH_FP32 TF_ENABLE_CUDNN_TENSOR_OP_MATH_FP32 TF_ENABLE_LAYOUT_NHWC
TF_ENABLE_MKL_NATIVE_FORMAT TF_ENABLE_NHWC TF_ENABLE_ONEDNN_OPTS TF_ENABLE_WINOGRAD_NONFUSED TF_FORCE_GPU_ALLOW_GROWTH
TF_FP16_CONV_USE_FP32_COMPUTE TF_FP16_MATMUL_USE_FP32_COMPUTE TF_GPU_ALLOCATOR TF_GPU_THREAD_COUNT TF_GPU_THREAD_MODE
TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE TF_NUM_INTEROP_THREADS TF_NUM_INTRAOP_THREADS TF_ONEDNN_ASSUME_FROZEN_WEIGHTS
TF_ONEDNN_USE_SYSTEM_ALLOCATOR TF_OVERRIDE_GLOBAL_THREADPOOL TF_SET_ONEDNN_FPMATH_MODE TF_USE_CUBLASLT
TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT TF_USE_LEGACY_KERAS TF_XLA_FLAGS
XLA_FLAGS XLA_PYTHON_CLIENT_ALLOCATOR XLA_PYTHON_CLIENT_MEM_FRACTION XLA_PYTHON_CLIENT_PREALLOCATE
KERAS_BACKEND KERAS_HOME KERAS_NNX_ENABLED
TORCH_ALLOW_TF32_CUBLAS_OVERRIDE TORCH_BLAS_PREFER_CUBLASLT TORCH_BLAS_PREFER_HIPBLASLT TORCH_COMPILE_DISABLE
TORCH_CUDNN_USE_HEURISTIC_MODE_B TORCH_CUDNN_V8_API_DEBUG TORCH_CUDNN_V8_API_DISABLED
TORCH_CUDNN_V8_API_LRU_CACHE_LIMIT TORCH_DEVICE_BACKEND_AUTOLOAD TORCH_HOME TORCH_LINALG_PREFER_CUSOLVER TORCH_LOGS
TORCH_ROCM_AOTRITON_ENABLE_EXPERIMENTAL TORCH_USE_CUDA_DSA
PYTORCH_ALLOC_CONF PYTORCH_CUDA_ALLOC_CONF PYTORCH_ENABLE_MPS_FALLBACK PYTORCH_JIT PYTORCH_MPS_FAST_MATH
PYTORCH_MPS_PREFER_METAL PYTORCH_NO_CUDA_MEMORY_CACHING PYTORCH_NVFUSER_DISABLE
CUDA_CACHE_DISABLE CUDA_DEVICE_MAX_CONNECTIONS CUDA_DEVICE_ORDER CUDA_FORCE_PTX_JIT CUDA_LAUNCH_BLOCKING
CUDA_MODULE_LOADING CUDA_VISIBLE_DEVICES
CUDNN_CONV_WSCAP_DBG CUDNN_FRONTEND_LOG_INFO CUDNN_LOGINFO_DBG
CUBLASLT_WORKSPACE_SIZE
CUBLAS_EMULATE_SINGLE_PRECISION CUBLAS_EMULATION_STRATEGY CUBLAS_WORKSPACE_CONFIG
NVIDIA_TF32_OVERRIDE NVIDIA_VISIBLE_DEVICES
OMP_DYNAMIC OMP_MAX_ACTIVE_LEVELS OMP_NESTED OMP_NUM_THREADS OMP_PLACES OMP_PROC_BIND OMP_SCHEDULE OMP_STACKSIZE
OMP_THREAD_LIMIT OMP_WAIT_POLICY
KMP_AFFINITY KMP_BLOCKTIME KMP_DETERMINISTIC_REDUCTION KMP_DUPLICATE_LIB_OK KMP_FORCE_REDUCTION KMP_HW_SUBSET
KMP_LIBRARY KMP_SETTINGS KMP_STACKSIZE
GOMP_CPU_AFFINITY GOMP_SPINCOUNT GOMP_STACKSIZE
MKL_CBWR MKL_DEBUG_CPU_TYPE MKL_DOMAIN_NUM_THREADS MKL_DYNAMIC MKL_ENABLE_INSTRUCTIONS MKL_INTERFACE_LAYER
MKL_NUM_STRIPES MKL_NUM_THREADS MKL_SERVICE_FORCE_INTEL MKL_THREADING_LAYER MKL_VERBOSE
DNNL_CPU_ISA_HINTS DNNL_DEFAULT_FPMATH_MODE DNNL_MAX_CPU_ISA DNNL_PRIMITIVE_CACHE_CAPACITY DNNL_VERBOSE
ONEDNN_CPU_ISA_HINTS ONEDNN_DEFAULT_FPMATH_MODE ONEDNN_MAX_CPU_ISA ONEDNN_PRIMITIVE_CACHE_CAPACITY ONEDNN_VERBOSE
OPENBLAS_CORETYPE OPENBLAS_MAIN_FREE OPENBLAS_NUM_THREADS OPENBLAS_VERBOSE
NUMEXPR_MAX_THREADS NUMEXPR_NUM_THREADS
VECLIB_MAXIMUM_THREADS
NPY_BLAS_ORDER NPY_DISABLE_CPU_FEATURES NPY_ENABLE_CPU_FEATURES NPY_LAPACK_ORDER NPY_PROMOTION_STATE
LD_LIBRARY_PATH LD_PRELOAD DYLD_FALLBACK_LIBRARY_PATH DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH
PARITY_DATA
"""

NAMES = frozenset(_LISTED.split())
"""The variables that are recorded and belong in a job's key. It is a list of names to keep and not of words to drop: a
secret can have any name. Of other variables a worker gets those of `SYSTEM`, and what its scenario gives it."""

SYSTEM = frozenset(
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TMPDIR",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONHOME",
        "PYTHONNOUSERSITE",
        "PYTHONUSERBASE",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX",
        "CUDA_HOME",
        "CUDA_PATH",
        "CUDA_CACHE_PATH",
        "NVIDIA_DRIVER_CAPABILITIES",
        "TRITON_CACHE_DIR",
        "TORCHINDUCTOR_CACHE_DIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    ]
)
"""What a process needs to find its programs, libraries, caches and the network; nothing of it is written down, and no
result is to depend on it."""

OF_SCENARIO = ("KERAS_BACKEND", "KERAS_HOME", "KERAS_NNX_ENABLED")
"""Variables that a side has from its scenario alone: what a user prefers elsewhere is another network here."""

FIXED = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
"""Variables that are the same for every worker: the order of sets, how text is read, and what numbers look like."""
_NO_EFFECT = (
    "TF_CPP_MIN_LOG_LEVEL", "TF_CPP_MAX_VLOG_LEVEL", "TORCH_LOGS", "TORCH_HOME", "CUDA_VISIBLE_DEVICES", "PARITY_DATA",
)  # fmt: skip
"""No result depends on these: log levels, a download folder, which of several devices is used, and where data sets lie.

The model of the device is part of a job's key by itself, and so are the bytes of the data.
"""

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
"""Keeps TensorFlow's start-up notes out of the logs; warnings and errors stay."""


def recorded_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment variables that belong in the record of a run, sorted by name."""
    return {name: variables[name] for name in sorted(variables) if name in NAMES}


def changing_results(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment variables that may change what a worker computes, and so belong in a job's key."""
    return {name: value for name, value in recorded_variables(variables).items() if name not in _NO_EFFECT}


def of_user(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of a user's variables that may change what a worker computes, and that each side gets."""
    return {name: value for name, value in changing_results(variables).items() if name not in OF_SCENARIO}


def system(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment variables that every process needs, and the fixed ones."""
    return {**{name: variables[name] for name in sorted(variables) if name in SYSTEM}, **FIXED}


def apply(variables: Mapping[str, str], environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the recorded variables of `environment` to exactly `variables`; any other recorded one is removed."""
    for name in [name for name in environment if name in NAMES and name not in variables]:
        del environment[name]
    environment.update(variables)


@contextlib.contextmanager
def without_user_configuration() -> Iterator[None]:
    """In the block Keras finds no `keras.json` of the user's, unless the scenario names a folder with one."""
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        os.environ.setdefault("KERAS_HOME", folder)
        yield
