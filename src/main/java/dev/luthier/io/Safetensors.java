package dev.luthier.io;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One safetensors file, mapped into memory: opening costs no reading, and a tensor's bytes are read
 * when they are first used. The mapping is private; nothing written to a tensor reaches the file.
 */
public final class Safetensors implements AutoCloseable {
  /** A tensor as the header describes it. */
  public record Info(String name, ScalarType dtype, long[] shape) {}

  private static final long RUN = 1 << 30; // bytes that one buffer of the JVM can address

  private final Path file;
  private final SafetensorsHeader header;
  private final Map<String, Info> infos = new LinkedHashMap<>();
  private final Map<String, Tensor> views = new LinkedHashMap<>();
  private @Nullable Tensor mapping;

  private Safetensors(Path file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
    header.tensors().forEach((n, e) -> infos.put(n, new Info(n, e.type().scalar, e.shape())));
  }

  /**
   * Checks the whole header against the file's size before anything is mapped.
   *
   * @throws UserError naming the file and, where there is one, the tensor
   */
  public static Safetensors open(Path file) {
    Safetensors opened = new Safetensors(file, header(file));
    try (Scope scope = new Scope()) {
      opened.mapping = scope.keep(map(file, Files.size(file)));
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(file, e), e);
    }
    return opened;
  }

  private static SafetensorsHeader header(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 8) {
        throw SafetensorsHeader.broken(
            file, "it holds %d bytes, a safetensors file needs at least 8", size);
      }
      ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      fill(channel, first, 0);
      long length = first.getLong(0);
      if (length < 2 || length > SafetensorsHeader.MAX_LENGTH) {
        throw SafetensorsHeader.broken(
            file,
            "its first 8 bytes give a header of %s bytes, allowed are 2 to %d; this is no safetensors file",
            Long.toUnsignedString(length),
            SafetensorsHeader.MAX_LENGTH);
      }
      if (length > size - 8) {
        throw SafetensorsHeader.broken(
            file,
            "it is truncated within its header: %d bytes are there, %d are needed; fetch it again",
            size,
            length + 8);
      }
      ByteBuffer json = ByteBuffer.allocate((int) length);
      fill(channel, json, 8);
      return SafetensorsHeader.parse(file, json.array(), size - 8 - length);
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(file, e), e);
    }
  }

  private static void fill(FileChannel channel, ByteBuffer into, long at) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, at + into.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
  }

  private static Tensor map(Path file, long bytes) {
    return torch.from_file(
        new BytePointer(file.toString()),
        new BoolOptional(false),
        new LongOptional(bytes),
        new TensorOptions(ScalarType.Byte));
  }

  /** Every tensor, in the order of the file. */
  public Map<String, Info> infos() {
    return Collections.unmodifiableMap(infos);
  }

  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /**
   * A view on the mapping (a copy only where the file does not align the tensor). It belongs to
   * this object and dies with it; the same name gives the same tensor.
   *
   * @throws UserError if the file has no such tensor
   */
  public Tensor tensor(String name) {
    Tensor known = views.get(name);
    if (known != null) {
      return known;
    }
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      throw new UserError("%s: there is no tensor %s".formatted(file, name));
    }
    if (mapping == null) {
      throw new IllegalStateException(file + " is closed");
    }
    try (Scope scope = new Scope()) {
      long at = header.start() + entry.begin();
      Tensor bytes = mapping.narrow(0, at, entry.end() - entry.begin());
      Tensor aligned = at % entry.type().size == 0 ? bytes : bytes.clone();
      Tensor view = scope.keep(aligned.view(entry.type().scalar).view(entry.shape()));
      views.put(name, view);
      return view;
    }
  }

  /**
   * The same read from the disk into memory of its own, which belongs to the caller's scope: for
   * tensors that are looked at once.
   */
  public Tensor read(String name) {
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      throw new UserError("%s: there is no tensor %s".formatted(file, name));
    }
    Tensor out =
        torch.empty(
            entry.shape(), new TensorOptions(entry.type().scalar), new MemoryFormatOptional());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = entry.end() - entry.begin();
      for (long at = 0; at < bytes; at += RUN) {
        BytePointer to =
            new BytePointer(out.data_ptr()).position(at).limit(Math.min(bytes, at + RUN));
        fill(channel, to.asByteBuffer(), header.start() + entry.begin() + at);
      }
      return out;
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(file, e), e);
    }
  }

  /** Frees the mapping and every tensor handed out. */
  @Override
  public void close() {
    views.values().forEach(Scope::free);
    views.clear();
    if (mapping != null) {
      Scope.free(mapping);
      mapping = null;
    }
  }
}
