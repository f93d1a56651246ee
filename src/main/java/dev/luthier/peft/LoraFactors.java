package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Task;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The low-rank factors of a saved LoRA adapter, by place, without a model. Letters: r rank.
 *
 * @param config what the folder's adapter_config.json says
 * @param places factors by the module's name in the file
 * @param others tensors of modules that were saved whole
 */
record LoraFactors(AdapterConfig config, Map<String, Factors> places, Map<String, Tensor> others) {
  /** The endings of a pair of factors, those of a linear map and those of a table. */
  enum Kind {
    LINEAR(".lora_A.weight", ".lora_B.weight"),
    TABLE(".lora_embedding_A", ".lora_embedding_B");

    final String down;
    final String up;

    Kind(String down, String up) {
      this.down = down;
      this.up = up;
    }
  }

  /**
   * A delta s B A.
   *
   * @param down A (r, in) float32
   * @param up B (out, r) float32
   * @param scale s
   */
  record Factors(Kind kind, Tensor down, Tensor up, double scale) {
    int rank() {
      return (int) down.size(0);
    }

    /** The best factors of a rank for a delta (Eckart and Young 1936), with s = 1. */
    static Factors cut(Kind kind, Tensor delta, long rank) {
      T_TensorTensorTensor_T svd = torch.linalg_svd(delta, false, new StringViewOptional());
      Tensor up = svd.get0().narrow(1, 0, rank).mul(svd.get1().narrow(0, 0, rank));
      return new Factors(kind, svd.get2().narrow(0, 0, rank), up, 1);
    }

    /** B A without the scale, (out, in). */
    Tensor product() {
      return up.mm(down);
    }
  }

  /**
   * Reads a folder; the tensors belong to the caller's scope.
   *
   * @throws UserError if it is not a LoRA adapter, or one that is more than two factors a place
   */
  static LoraFactors read(Path dir) {
    AdapterConfig config = AdapterConfig.read(dir);
    if (!(config.peft() instanceof Lora lora)) {
      throw new UserError(
          "%s holds %s; only LoRA adapters can be combined"
              .formatted(dir, Methods.name(config.peft())));
    }
    Map<String, Factors> places = new TreeMap<>();
    Map<String, Tensor> others = new LinkedHashMap<>();
    try (Safetensors file = WeightFiles.adapter(dir)) {
      for (String name : file.infos().keySet()) {
        Tensor value = file.tensor(name).to(ScalarType.Float).clone();
        boolean factor = false;
        for (Kind kind : Kind.values()) {
          if (name.endsWith(kind.down)) {
            String place = name.substring(0, name.length() - kind.down.length());
            places.put(place, factors(lora, kind, place, value, up(file, place, kind, dir)));
          }
          factor |= name.endsWith(kind.down) || name.endsWith(kind.up);
        }
        if (!factor) {
          refuseVariant(name, dir);
          others.put(name, value);
        }
      }
    }
    if (places.isEmpty()) {
      throw new UserError(dir + " holds no LoRA factors");
    }
    return new LoraFactors(config, places, others);
  }

  private static Factors factors(Lora lora, Kind kind, String place, Tensor down, Tensor up) {
    String path = place.substring(lora.prefix().length());
    return new Factors(kind, down, up, lora.scaleAt(path));
  }

  private static Tensor up(Safetensors file, String place, Kind kind, Path dir) {
    if (!file.infos().containsKey(place + kind.up)) {
      throw new UserError("%s: %s is missing".formatted(dir, place + kind.up));
    }
    return file.tensor(place + kind.up).to(ScalarType.Float).clone();
  }

  private static void refuseVariant(String name, Path dir) {
    if (name.contains(".lora_")) {
      throw new UserError(
          "%s: %s makes the adapter more than a product of two factors; merge it into the model instead"
              .formatted(dir, name));
    }
  }

  /** Writes a folder that exists. */
  void write(Path dir) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(others);
    places.forEach(
        (place, f) -> {
          tensors.put(place + f.kind().down, f.down().contiguous());
          tensors.put(place + f.kind().up, f.up().contiguous());
        });
    SafetensorsWriter.write(
        dir.resolve("adapter_model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    Lora lora = (Lora) config.peft();
    List<String> saved =
        Stream.concat(lora.save().stream(), Task.headsOf(config.task()).stream()).toList();
    String text =
        AdapterConfig.write("LORA", LoraFormat.settings(lora), config.task(), saved, config.base());
    AtomicFile.write(dir.resolve("adapter_config.json"), text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The settings of factors whose scale is 1.
   *
   * @param save modules saved whole
   */
  static Lora lora(Map<String, Factors> places, List<String> save) {
    int prefix = new Full().prefix().length();
    int rank = places.values().stream().mapToInt(Factors::rank).max().orElseThrow();
    Map<String, Integer> ranks = new TreeMap<>();
    Map<String, Double> alphas = new TreeMap<>();
    places.forEach(
        (place, f) -> {
          if (f.rank() != rank) {
            ranks.put(place.substring(prefix), f.rank());
            alphas.put(place.substring(prefix), (double) f.rank());
          }
        });
    List<String> targets = places.keySet().stream().map(p -> p.substring(prefix)).toList();
    return new Lora(
        rank, rank, 0, new Targets.Names(targets), ranks, alphas, List.of(), false, save);
  }
}
