package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;

/** The model that a run starts from. */
@Doc("The model to start from")
@Shorthand
public record ModelSpec(
    @Doc(
            value =
                "Its folder (config.json, safetensors, tokenizer.json), or `ORG/NAME[@REV]` of the hub",
            elsewhere = {"model_name_or_path", "name", "base_model"})
        Path path,
    @Doc("Where it computes: `auto` (a GPU where there is one), `cpu`, `cuda` or `cuda:N`")
        @Default("auto")
        String device,
    @Doc(
            value =
                "The type in which it computes: `auto` (float32 on a CPU, bfloat16 on a GPU) or"
                    + " `float32`; trainable weights are float32 in both cases",
            elsewhere = {"torch_dtype", "bf16", "precision"})
        @Default("auto")
        Precision dtype,
    @Doc(
            value =
                "How the weights of linear layers are kept: `none`, as they compute, or in fewer"
                    + " bits: `nf4` (QLoRA), `fp4`, `int8`",
            elsewhere = {"load_in_4bit", "load_in_8bit", "quantization_config", "quantization_bit"})
        @Default("none")
        Quantize quantize) {

  /** The type in which a model computes. */
  public enum Precision {
    /** The type that suits the device. */
    AUTO,
    FLOAT32
  }

  public ModelSpec {
    checkDevice("model.device", device);
  }

  /** Refuses what is no device. */
  static void checkDevice(String key, String device) {
    if (!device.matches("auto|cpu|cuda(:\\d+)?")) {
      throw new UserError("%s must be auto, cpu, cuda or cuda:N, was %s".formatted(key, device));
    }
  }

  /** One whose weights are kept as they compute. */
  public ModelSpec(Path path, String device, Precision dtype) {
    this(path, device, dtype, new Quantize.None());
  }

  /** The device, the type, and how frozen weights are kept. */
  Compute compute() {
    Compute usual = quantize.on(Compute.of(device));
    return dtype == Precision.FLOAT32 ? usual.inFloat32() : usual;
  }

  /** The same with frozen weights kept otherwise. */
  ModelSpec kept(Quantize otherwise) {
    return new ModelSpec(path, device, dtype, otherwise);
  }

  /** The same on a device, if it is left open where it computes. */
  ModelSpec usuallyOn(String usual) {
    return device.equals("auto") ? new ModelSpec(path, usual, dtype, quantize) : this;
  }

  /** The same of another folder. */
  public ModelSpec at(Path folder) {
    return new ModelSpec(folder, device, dtype, quantize);
  }

  /** The same in float32. */
  ModelSpec inFloat32() {
    return new ModelSpec(path, device, Precision.FLOAT32, quantize);
  }
}
