package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a decoder's state is worth, for PPO's critic: one linear map H -> 1 on {@link
 * CausalLm#hidden}, in float32. Named as in TRL's AutoModelForCausalLMWithValueHead, but without
 * its dropout, so that a value computed twice is the same. Letters: N tokens, H width.
 */
public final class ValueHead implements AutoCloseable {
  /** The file beside the model's. */
  public static final String FILE = "value_head.safetensors";

  private static final String WEIGHT = "v_head.summary.weight";
  private static final String BIAS = "v_head.summary.bias";
  private final Parameter weight; // (1, H)
  private final Parameter bias; // (1)

  private ValueHead(Tensor weight, Tensor bias) {
    this.weight = new Parameter(WEIGHT, weight);
    this.bias = new Parameter(BIAS, bias);
  }

  /** A new one for a model: W ~ N(0, initializer_range), b = 0. */
  public static ValueHead fresh(CausalLm model, long seed) {
    Compute compute = model.compute();
    try (Scope scope = new Scope()) {
      torch.manual_seed(seed);
      double range = model.config().number("initializer_range", 0.02);
      Tensor drawn =
          torch
              .randn(new long[] {1, width(model)}, Compute.CPU.options(ScalarType.Float))
              .mul(Ops.scalar(range));
      return new ValueHead(
          drawn.to(compute.torchDevice(), ScalarType.Float),
          torch.zeros(new long[] {1}, compute.options(ScalarType.Float)));
    }
  }

  /**
   * The one that stands beside a model.
   *
   * @throws UserError if it is not there or is for a model of another width
   */
  public static ValueHead load(Path dir, CausalLm model) {
    Path file = dir.resolve(FILE);
    if (!Files.exists(file)) {
      throw new UserError(dir + " has no " + FILE + ", so it holds no value head");
    }
    try (Safetensors saved = Safetensors.open(file);
        Scope scope = new Scope()) {
      return new ValueHead(
          taken(saved, file, model, WEIGHT, 1, width(model)), taken(saved, file, model, BIAS, 1));
    }
  }

  private static Tensor taken(
      Safetensors saved, Path file, CausalLm model, String name, long... shape) {
    Safetensors.Info info = saved.infos().get(name);
    if (info == null || !Arrays.equals(info.shape(), shape)) {
      throw new UserError(
          "%s: tensor %s is %s, but this model needs shape %s"
              .formatted(
                  file,
                  name,
                  info == null ? "missing" : "of shape " + Arrays.toString(info.shape()),
                  Arrays.toString(shape)));
    }
    // A copy: the file is closed while the head lives.
    return saved.tensor(name).to(model.compute().torchDevice(), ScalarType.Float).clone();
  }

  private static long width(CausalLm model) {
    return ((Linear) model.head().base()).in();
  }

  /** Writes {@link #FILE} into a folder. */
  public void save(Path dir) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      parameters().forEach(p -> out.put(p.name(), p.onHost(ScalarType.Float)));
      SafetensorsWriter.write(dir.resolve(FILE), out, SafetensorsWriter.PYTORCH);
    }
  }

  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }

  /** The worth of every state, (N, H) -> (N) float32. */
  public Tensor values(Tensor hidden) {
    return new Dense(weight, bias).apply(hidden.to(ScalarType.Float)).squeeze(1);
  }

  @Override
  public void close() {
    parameters().forEach(Parameter::close);
  }
}
