package dev.luthier.io;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes the weights of a model folder shard after shard, so that no more than one is in memory.
 * How many there are is known at the end, when the files get their names: {@code
 * model.safetensors}, or those of shards with an index.
 */
public final class ShardWriter implements AutoCloseable {
  private final Path dir;
  private final long most;
  private final Map<String, Tensor> held = new LinkedHashMap<>();
  private final List<Path> written = new ArrayList<>();
  private final List<List<String>> names = new ArrayList<>();
  private long heldBytes;
  private long total;

  /**
   * @param dir an empty folder
   * @param most bytes of a shard; a larger group has one of its own
   */
  public ShardWriter(Path dir, long most) {
    this.dir = dir;
    this.most = most;
  }

  /**
   * Adds tensors that belong together. They are kept until their shard is written.
   *
   * @throws UserError if the disk is full or the place cannot be written
   */
  public void add(Map<String, Tensor> group) {
    long bytes = group.values().stream().mapToLong(Tensor::nbytes).sum();
    if (heldBytes > 0 && heldBytes + bytes > most) {
      write();
    }
    group.values().forEach(Tensor::retainReference);
    held.putAll(group);
    heldBytes += bytes;
    total += bytes;
  }

  private void write() {
    Path file = dir.resolve("model-%05d.safetensors".formatted(written.size() + 1));
    SafetensorsWriter.write(file, held, SafetensorsWriter.PYTORCH);
    written.add(file);
    names.add(List.copyOf(held.keySet()));
    close();
  }

  /**
   * Writes the last shard, gives all their names, and writes the index of several.
   *
   * @return the bytes of all tensors
   */
  public long finish() {
    write();
    int shards = written.size();
    Map<String, String> weightMap = new TreeMap<>();
    for (int i = 0; i < shards; i++) {
      String name = SafetensorsWriter.shard(i, shards);
      names.get(i).forEach(tensor -> weightMap.put(tensor, name));
      try {
        Files.move(written.get(i), dir.resolve(name));
      } catch (IOException e) {
        throw new UserError("cannot write " + DiskErrors.reason(dir.resolve(name), e), e);
      }
    }
    if (shards > 1) {
      SafetensorsWriter.index(dir, weightMap, total);
    }
    return total;
  }

  /** Frees what is held and not written. */
  @Override
  public void close() {
    held.values().forEach(Scope::free);
    held.clear();
    heldBytes = 0;
  }
}
