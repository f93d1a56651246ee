package dev.luthier.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes safetensors files byte for byte as the reference implementation does: tensors sorted by
 * falling element size, then by name, so that each is aligned; the header padded to a multiple of 8
 * with spaces. A file appears under its name only when it is whole and on the disk.
 */
public final class SafetensorsWriter {
  /** What the peers write into {@code __metadata__}. */
  public static final Map<String, String> PYTORCH = Map.of("format", "pt");

  private static final int CHUNK = 1 << 26;

  private SafetensorsWriter() {}

  /**
   * Writes one file, replacing one that is there.
   *
   * @param tensors by name; any device, any layout; the data is read as it is now
   * @throws UserError if the disk is full or the place cannot be written
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<Map.Entry<String, Tensor>> sorted = new ArrayList<>(tensors.entrySet());
    sorted.sort(
        Comparator.comparing((Map.Entry<String, Tensor> e) -> StoredType.of(e.getValue()))
            .reversed()
            .thenComparing(Map.Entry::getKey));
    byte[] header = header(sorted, metadata);
    long data = tensors.values().stream().mapToLong(Tensor::nbytes).sum();
    AtomicFile.write(
        file,
        8L + header.length + data,
        sink -> {
          ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
          sink.write(length.putLong(0, header.length));
          sink.write(ByteBuffer.wrap(header));
          for (Map.Entry<String, Tensor> e : sorted) {
            writeData(e.getValue(), sink);
          }
        });
  }

  private static byte[] header(
      List<Map.Entry<String, Tensor>> sorted, Map<String, String> metadata) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      root.set(SafetensorsHeader.METADATA, Json.MAPPER.valueToTree(new TreeMap<>(metadata)));
    }
    long at = 0;
    for (Map.Entry<String, Tensor> e : sorted) {
      Tensor t = e.getValue();
      ObjectNode node = root.putObject(e.getKey());
      node.put("dtype", StoredType.of(t).name());
      node.set("shape", Json.MAPPER.valueToTree(Ops.shape(t)));
      node.putArray("data_offsets").add(at).add(at + t.nbytes());
      at += t.nbytes();
    }
    try {
      byte[] json = Json.MAPPER.writeValueAsBytes(root);
      byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
      Arrays.fill(padded, json.length, padded.length, (byte) ' ');
      return padded;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Straight from the tensor's memory; only a strided or remote tensor is first made dense. */
  private static void writeData(Tensor tensor, AtomicFile.Sink sink) throws IOException {
    if (tensor.numel() == 0) {
      return;
    }
    try (Scope scope = new Scope()) {
      Tensor host = Ops.onHost(tensor, tensor.scalar_type());
      long bytes = host.nbytes();
      BytePointer pointer = new BytePointer(host.data_ptr());
      for (long at = 0; at < bytes; at += CHUNK) {
        long n = Math.min(CHUNK, bytes - at);
        pointer.limit(at + n).position(at);
        sink.write(pointer.asByteBuffer());
      }
    }
  }

  /**
   * Writes the weights of a model folder: {@code model.safetensors} where all fit into one shard,
   * else {@code model-00001-of-0000n.safetensors} and so on with {@code
   * model.safetensors.index.json}. Tensors keep their order; a shard is closed when the next tensor
   * would exceed {@code maxShardBytes}, so one larger tensor has a shard of its own. Weight files
   * of an earlier, different division are removed.
   *
   * @throws UserError if the disk is full or the place cannot be written
   */
  public static void writeSharded(Path dir, Map<String, Tensor> tensors, long maxShardBytes) {
    List<Map<String, Tensor>> shards = divide(tensors, maxShardBytes);
    Map<String, Map<String, Tensor>> files = new LinkedHashMap<>();
    Map<String, String> weightMap = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = shard(i, shards.size());
      files.put(name, shards.get(i));
      shards.get(i).keySet().forEach(tensor -> weightMap.put(tensor, name));
    }
    create(dir);
    files.forEach((name, content) -> write(dir.resolve(name), content, PYTORCH));
    if (shards.size() > 1) {
      long total = tensors.values().stream().mapToLong(Tensor::nbytes).sum();
      files.put(WeightFiles.INDEX, Map.of());
      index(dir, weightMap, total);
    }
    removeOthers(dir, files.keySet());
  }

  /** What the i-th of so many shards is called. */
  static String shard(int i, int shards) {
    return shards == 1
        ? WeightFiles.SINGLE
        : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards);
  }

  /** Writes which shard holds which tensor. */
  static void index(Path dir, Map<String, String> weightMap, long totalBytes) {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", totalBytes));
    index.put("weight_map", weightMap);
    AtomicFile.write(dir.resolve(WeightFiles.INDEX), Json.bytes(index));
  }

  private static List<Map<String, Tensor>> divide(Map<String, Tensor> tensors, long max) {
    List<Map<String, Tensor>> shards = new ArrayList<>();
    shards.add(new LinkedHashMap<>());
    long size = 0;
    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
      long bytes = e.getValue().nbytes();
      if (size > 0 && size + bytes > max) {
        shards.add(new LinkedHashMap<>());
        size = 0;
      }
      shards.get(shards.size() - 1).put(e.getKey(), e.getValue());
      size += bytes;
    }
    return shards;
  }

  private static void create(Path dir) {
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UserError("cannot write " + DiskErrors.reason(dir, e), e);
    }
  }

  private static void removeOthers(Path dir, Set<String> written) {
    try {
      List<Path> old;
      try (Stream<Path> entries = Files.list(dir)) {
        old =
            entries
                .filter(
                    p ->
                        p.getFileName()
                            .toString()
                            .matches("model.*\\.safetensors(\\.index\\.json)?"))
                .filter(p -> !written.contains(p.getFileName().toString()))
                .toList();
      }
      for (Path p : old) {
        Files.delete(p);
      }
    } catch (IOException e) {
      throw new UserError("cannot write " + DiskErrors.reason(dir, e), e);
    }
  }
}
