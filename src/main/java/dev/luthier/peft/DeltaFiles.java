package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@link SparseDelta} from adapters and models, and as an adapter folder. */
public final class DeltaFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Collection<Class<? extends Peft>> METHODS =
      Set.of(Bitfit.class, Unfreeze.class, Sparse.class, LtSft.class, DiffPruning.class);

  private DeltaFiles() {}

  /** Whether a method's files hold differences of the model's weights. */
  public static boolean are(Peft method) {
    return METHODS.contains(method.getClass());
  }

  /** Whether only its file says which weights a method changes. */
  static boolean chooses(Peft method) {
    return method instanceof Sparse || method instanceof LtSft || method instanceof DiffPruning;
  }

  /**
   * Reads an adapter.
   *
   * @throws UserError if its method does not add to single weights
   */
  public static SparseDelta read(Path adapter) {
    AdapterConfig config = AdapterConfig.read(adapter);
    boolean added = config.peft() instanceof Bitfit bitfit && bitfit.add();
    if (!are(config.peft()) || added) {
      throw new UserError(
          "%s is an adapter of %s, which is no difference of the model's own weights"
              .formatted(adapter, Methods.name(config.peft())));
    }
    Map<String, SparseDelta.Part> parts = new LinkedHashMap<>();
    Map<String, SparseDelta.Head> heads = new LinkedHashMap<>();
    try (Safetensors file = WeightFiles.adapter(adapter);
        Scope scope = new Scope()) {
      for (String name : file.infos().keySet()) {
        Tensor tensor = file.tensor(name);
        if (name.endsWith(Delta.VALUES)) {
          String weight = name.substring(0, name.length() - Delta.VALUES.length());
          boolean everywhere = !file.infos().containsKey(weight + Delta.INDICES);
          long[] at =
              everywhere
                  ? LongStream.range(0, tensor.numel()).toArray()
                  : Ops.toLongs(file.tensor(weight + Delta.INDICES));
          parts.put(weight, new SparseDelta.Part(at, Ops.toFloats(tensor)));
        } else if (!name.endsWith(Delta.INDICES)) {
          heads.put(name, new SparseDelta.Head(Ops.shape(tensor), Ops.toFloats(tensor)));
        }
      }
    }
    return new SparseDelta(config.base(), task(adapter), parts, heads);
  }

  private static String task(Path adapter) {
    try {
      JsonNode json = JSON.readTree(Files.readString(adapter.resolve("adapter_config.json")));
      return json.path("task_type").asText("");
    } catch (IOException e) {
      throw new UserError(adapter + " is not readable: " + UserError.reason(e), e);
    }
  }

  /**
   * What leads from one model to another.
   *
   * @param base how the first is called
   * @throws UserError if a weight of one is missing in the other, or has another shape
   */
  public static SparseDelta between(Model from, Model to, String base) {
    Map<String, Parameter> before = new LinkedHashMap<>();
    from.parameters().forEach(p -> before.put(p.name(), p));
    Set<String> heads =
        to.slots().stream()
            .filter(s -> to.task().heads().stream().anyMatch(h -> Targets.inside(s, h)))
            .map(Slot::base)
            .flatMap(map -> map.weights().values().stream())
            .map(Parameter::name)
            .collect(Collectors.toSet());
    Map<String, SparseDelta.Part> parts = new LinkedHashMap<>();
    Map<String, SparseDelta.Head> whole = new LinkedHashMap<>();
    for (Parameter p : to.parameters()) {
      Parameter own = before.remove(p.name());
      try (Scope scope = new Scope()) {
        long[] shape = Ops.shape(p.value());
        if (heads.contains(p.name())) {
          whole.put(p.name(), new SparseDelta.Head(shape, Ops.toFloats(p.value())));
        } else if (own == null || !Arrays.equals(shape, Ops.shape(own.value()))) {
          throw new UserError(
              "the models differ in more than values: %s is %s in one and %s in the other"
                  .formatted(p.name(), own == null ? "missing" : own, p));
        } else {
          part(own, p).ifPresent(part -> parts.put(p.name(), part));
        }
      }
    }
    before.keySet().removeAll(heads);
    if (!before.isEmpty()) {
      throw new UserError(
          "the models differ in more than values: the second has no "
              + before.keySet().iterator().next());
    }
    return new SparseDelta(base, to.task().inPeft() ? to.task().name() : "", parts, whole);
  }

  private static Optional<SparseDelta.Part> part(Parameter from, Parameter to) {
    Tensor d = to.value().to(ScalarType.Float).sub(from.value().to(ScalarType.Float)).reshape(-1);
    Tensor at = d.nonzero().reshape(-1);
    return at.numel() == 0
        ? Optional.empty()
        : Optional.of(new SparseDelta.Part(Ops.toLongs(at), Ops.toFloats(d.index_select(0, at))));
  }

  /** Writes an adapter of {@link Sparse} into a folder that exists. */
  public static void write(SparseDelta delta, Path dir) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      delta
          .parts()
          .forEach(
              (name, part) -> {
                boolean small = Arrays.stream(part.at()).allMatch(i -> i <= Integer.MAX_VALUE);
                Tensor at = Ops.longs(part.at(), Compute.CPU);
                tensors.put(name + Delta.INDICES, small ? at.to(ScalarType.Int) : at);
                tensors.put(name + Delta.VALUES, Ops.floats(part.values(), Compute.CPU));
              });
      delta
          .heads()
          .forEach(
              (name, head) ->
                  tensors.put(name, Ops.floats(head.values(), Compute.CPU).view(head.shape())));
      SafetensorsWriter.write(
          dir.resolve("adapter_model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("peft_type", DeltaFormat.SPARSE.type());
    config.put("task_type", delta.task().isEmpty() ? null : delta.task());
    config.put("base_model_name_or_path", delta.base());
    config.put("inference_mode", true);
    config.put("count", Math.max(1, delta.count()));
    config.put("target_modules", ".*");
    config.put("choose", "given");
    List<String> modules =
        delta.heads().keySet().stream()
            .map(name -> name.substring(0, name.lastIndexOf('.')))
            .distinct()
            .toList();
    if (!modules.isEmpty()) {
      config.put(
          "modules_to_save",
          Stream.concat(modules.stream(), dev.luthier.model.Task.headsOf(delta.task()).stream())
              .distinct()
              .toList());
    }
    try {
      AtomicFile.write(
          dir.resolve("adapter_config.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
