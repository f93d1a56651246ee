package dev.luthier.tensor;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch_cuda;

/** CUDA source compiled for the GPU of this thread by NVRTC, and its kernels by name. */
final class CudaModule {
  private static final int MOST_ARGUMENTS = 32;

  private final CUmod_st module = new CUmod_st();
  private final Arguments packed = new Arguments();
  private final Map<String, CUfunc_st> functions = new HashMap<>();

  /**
   * @throws IllegalStateException with the compiler's words if it refuses the source
   */
  CudaModule(String source) {
    try (Scope scope = new Scope()) {
      scope.keep(module);
      check(cuModuleLoadData(module, compiled(source)), "cuModuleLoadData");
    }
  }

  private static BytePointer compiled(String source) {
    cudaDeviceProp device = torch_cuda.getCurrentDeviceProperties();
    BytePointer target =
        new BytePointer("--gpu-architecture=sm_" + device.major() + device.minor());
    _nvrtcProgram program = new _nvrtcProgram();
    check(
        nvrtcCreateProgram(
            program,
            new BytePointer(source),
            new BytePointer("fused.cu"),
            0,
            (PointerPointer<?>) null,
            (PointerPointer<?>) null),
        "nvrtcCreateProgram");
    int status = nvrtcCompileProgram(program, 1, new PointerPointer<BytePointer>(1).put(0, target));
    if (status != 0) {
      SizeTPointer size = new SizeTPointer(1);
      nvrtcGetProgramLogSize(program, size);
      BytePointer log = new BytePointer(size.get());
      nvrtcGetProgramLog(program, log);
      throw new IllegalStateException("NVRTC (" + status + "): " + log.getString());
    }
    SizeTPointer size = new SizeTPointer(1);
    check(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
    BytePointer binary = new BytePointer(size.get());
    check(nvrtcGetCUBIN(program, binary), "nvrtcGetCUBIN");
    nvrtcDestroyProgram(program);
    return binary;
  }

  private CUfunc_st function(String name) {
    return functions.computeIfAbsent(
        name,
        n -> {
          try (Scope scope = new Scope()) {
            CUfunc_st found = scope.keep(new CUfunc_st());
            check(cuModuleGetFunction(found, module, n), n);
            return found;
          }
        });
  }

  /**
   * Starts a kernel on the stream in which libtorch works.
   *
   * @param blocks of threads
   * @param threads of a block
   * @param arguments in the kernel's order: tensors, Long or Float
   */
  synchronized void launch(String kernel, long blocks, int threads, Object... arguments) {
    if (blocks == 0) {
      return;
    }
    try (Scope scope = new Scope()) {
      packed.set(arguments);
      check(
          cuLaunchKernel(
              function(kernel),
              Math.toIntExact(blocks),
              1,
              1,
              threads,
              1,
              1,
              0,
              torch_cuda.getCurrentCUDAStream().stream(),
              packed.places,
              (PointerPointer<?>) null),
          kernel);
    }
  }

  private static void check(int status, String what) {
    if (status != 0) {
      throw new IllegalStateException(what + " failed with CUDA status " + status);
    }
  }

  /** Room for the arguments of one launch: eight bytes each, and a list of where they are. */
  private static final class Arguments {
    private final LongPointer values;
    final PointerPointer<?> places;

    Arguments() {
      try (Scope scope = new Scope()) {
        values = scope.keep(new LongPointer(MOST_ARGUMENTS));
        places = scope.keep(new PointerPointer<>(MOST_ARGUMENTS));
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
          places.put(i, values.getPointer(i));
        }
      }
    }

    void set(Object... arguments) {
      for (int i = 0; i < arguments.length; i++) {
        values.put(i, bits(arguments[i]));
      }
    }

    private static long bits(Object argument) {
      if (argument instanceof Tensor tensor) {
        return tensor.data_ptr().address();
      }
      return argument instanceof Float f
          ? Integer.toUnsignedLong(Float.floatToRawIntBits(f))
          : (Long) argument;
    }
  }
}
