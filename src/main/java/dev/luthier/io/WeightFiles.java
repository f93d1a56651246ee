package dev.luthier.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a model folder: {@code model.safetensors}, or shards listed by {@code
 * model.safetensors.index.json}. Pickled weights are refused: reading one runs code of its author.
 */
public final class WeightFiles implements AutoCloseable {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  static final String ADAPTER = "adapter_model.safetensors";
  static final String HUB_ADAPTER = "adapter.safetensors";

  private final Path dir;
  private final Map<String, Safetensors> files = new LinkedHashMap<>();
  private final Map<String, Safetensors> owners = new LinkedHashMap<>();
  private final Map<String, Safetensors.Info> infos = new LinkedHashMap<>();

  private WeightFiles(Path dir) {
    this.dir = dir;
  }

  /**
   * Opens every file of the folder and checks that index and shards tell the same.
   *
   * @throws UserError naming the file, the tensor and the remedy
   */
  public static WeightFiles open(Path modelDir) {
    WeightFiles weights = new WeightFiles(modelDir);
    try {
      if (Files.isRegularFile(modelDir.resolve(SINGLE))) {
        weights.add(SINGLE);
      } else if (Files.isRegularFile(modelDir.resolve(INDEX))) {
        weights.addShards(modelDir.resolve(INDEX));
      } else {
        throw missing(modelDir, SINGLE);
      }
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /**
   * The tensors of an adapter folder, {@code adapter_model.safetensors}, or in AdapterHub's {@code
   * adapter.safetensors}.
   *
   * @throws UserError as {@link #open}
   */
  public static Safetensors adapter(Path adapterDir) {
    Path hub = adapterDir.resolve(HUB_ADAPTER);
    Path file = Files.isRegularFile(hub) ? hub : adapterDir.resolve(ADAPTER);
    if (!Files.isRegularFile(file)) {
      throw missing(adapterDir, ADAPTER);
    }
    return Safetensors.open(file);
  }

  private static UserError missing(Path dir, String wanted) {
    if (!Files.isDirectory(dir)) {
      return new UserError(dir + ": there is no such folder");
    }
    try (Stream<Path> entries = Files.list(dir)) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(n -> n.matches(".*\\.(bin|pt|pth|ckpt|pkl)(\\.index\\.json)?"))
          .sorted()
          .findFirst()
          .map(
              n ->
                  new UserError(
                      ("%s: pickle files are refused, since reading one runs code of its author;"
                              + " convert it in Python once, by loading the model and"
                              + " save_pretrained(DIR, safe_serialization=True), and give DIR")
                          .formatted(dir.resolve(n))))
          .orElseGet(
              () ->
                  new UserError(
                      "%s: holds no weights, expected %s%s"
                          .formatted(dir, wanted, wanted.equals(SINGLE) ? " or " + INDEX : "")));
    } catch (IOException e) {
      return new UserError("cannot read " + DiskErrors.reason(dir, e), e);
    }
  }

  private Safetensors add(String name) {
    Safetensors file = Safetensors.open(dir.resolve(name));
    files.put(name, file);
    file.infos()
        .forEach(
            (tensor, info) -> {
              owners.put(tensor, file);
              infos.put(tensor, info);
            });
    return file;
  }

  private void addShards(Path index) {
    JsonNode map = Json.object(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new UserError(index + ": weight_map must map tensor names to shards");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : map.properties()) {
      String shard = e.getValue().asText();
      if (!shard.matches("[^/\\\\]+\\.safetensors")) {
        throw new UserError(
            "%s: tensor %s is mapped to %s, which is no safetensors file of this folder"
                .formatted(index, e.getKey(), e.getValue()));
      }
      shardOf.put(e.getKey(), shard);
    }
    List<String> shards = shardOf.values().stream().distinct().sorted().toList();
    for (String shard : shards) {
      if (!Files.isRegularFile(dir.resolve(shard))) {
        throw new UserError(
            "%s: shard %s is missing, the index names %d shards"
                .formatted(dir, shard, shards.size()));
      }
      for (String tensor : add(shard).infos().keySet()) {
        if (!shard.equals(shardOf.get(tensor))) {
          throw new UserError(
              "%s: holds tensor %s, which the index %s"
                  .formatted(
                      dir.resolve(shard),
                      tensor,
                      shardOf.containsKey(tensor)
                          ? "places in " + shardOf.get(tensor)
                          : "does not name"));
        }
      }
    }
    shardOf.forEach(
        (tensor, shard) -> {
          if (!owners.containsKey(tensor)) {
            throw new UserError(
                "%s: lacks tensor %s, which the index places there"
                    .formatted(dir.resolve(shard), tensor));
          }
        });
  }

  /** The files that are open. */
  public List<Path> paths() {
    return files.keySet().stream().map(dir::resolve).toList();
  }

  /** Every tensor of every file, in the order of the files. */
  public Map<String, Safetensors.Info> infos() {
    return Collections.unmodifiableMap(infos);
  }

  /**
   * As {@link Safetensors#tensor}: a view that belongs to this object.
   *
   * @throws UserError if no file has such a tensor
   */
  public Tensor tensor(String name) {
    return owner(name).tensor(name);
  }

  /** As {@link Safetensors#read}. */
  public Tensor read(String name) {
    return owner(name).read(name);
  }

  private Safetensors owner(String name) {
    Safetensors owner = owners.get(name);
    if (owner == null) {
      throw new UserError("%s: there is no tensor %s".formatted(dir, name));
    }
    return owner;
  }

  @Override
  public void close() {
    files.values().forEach(Safetensors::close);
  }
}
