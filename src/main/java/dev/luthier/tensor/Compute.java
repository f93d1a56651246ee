package dev.luthier.tensor;

import dev.luthier.error.UserError;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where a model lives, in which type it computes, and how it keeps what never trains: float32 on a
 * CPU (without AVX-512 a bfloat16 product is two orders of magnitude slower there), bfloat16 on an
 * NVIDIA GPU. Trainable weights are float32 in both cases.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype the type of frozen weights and of activations
 * @param packing how the matrices of frozen linear maps are kept, where that is not in {@code
 *     dtype}
 * @param hollow whether loaded weights are stand-ins: right in shape, zero in value, without memory
 */
public record Compute(String device, ScalarType dtype, Optional<Storage> packing, boolean hollow) {
  public static final Compute CPU = new Compute("cpu", ScalarType.Float);

  /** One that packs nothing. */
  public Compute(String device, ScalarType dtype) {
    this(device, dtype, Optional.empty(), false);
  }

  /**
   * @param name {@code auto} (a GPU where there is one), {@code cpu}, {@code cuda} or {@code
   *     cuda:N}
   * @throws UserError if the name is unknown or the device is not there
   */
  public static Compute of(String name) {
    if (name.equals("cpu")) {
      return CPU;
    }
    if (!name.equals("auto") && !name.matches("cuda(:\\d+)?")) {
      throw new UserError("model.device must be auto, cpu, cuda or cuda:N, was " + name);
    }
    int index = name.contains(":") ? Integer.parseInt(name.substring(5)) : 0;
    int there = cudaDevices();
    if (index < there) {
      return new Compute("cuda:" + index, ScalarType.BFloat16);
    }
    if (name.equals("auto")) {
      return CPU;
    }
    throw new UserError(
        "model.device is %s, but %s; use cpu or auto"
            .formatted(
                name,
                there > 0
                    ? "this machine has " + there + " GPU(s), counted from 0"
                    : "no CUDA device is usable here (start with LUTHIER_PROFILE=cuda on a machine with one)"));
  }

  private static int cudaDevices() {
    if (!System.getProperty("org.bytedeco.javacpp.platform.extension", "").equals("-gpu")) {
      return 0;
    }
    Natives.load(org.bytedeco.pytorch.global.torch_cuda.class);
    return torch.cuda_is_available() ? (int) torch.cuda_device_count() : 0;
  }

  /** The same device in float32, for comparing numbers. */
  public Compute inFloat32() {
    return new Compute(device, ScalarType.Float, packing, hollow);
  }

  /** The same with frozen matrices packed. */
  public Compute packing(Storage by) {
    return new Compute(device, dtype, Optional.of(by), hollow);
  }

  /**
   * The same on weights that nobody reads: enough to see what a computation makes, not what it
   * says.
   */
  public Compute withoutWeights() {
    return new Compute(device, dtype, packing, true);
  }

  public boolean isCuda() {
    return device.startsWith("cuda");
  }

  public Device torchDevice() {
    return new Device(device);
  }

  /** Options for a new tensor of the given type on this device. */
  public TensorOptions options(ScalarType type) {
    return new TensorOptions()
        .dtype(new ScalarTypeOptional(type))
        .device(new DeviceOptional(torchDevice()));
  }
}
