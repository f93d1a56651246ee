package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Memory that the system may write back to a disk when it becomes short: a mapped file. */
public final class Scratch {
  private static final int BLOCK = 1 << 23;

  private Scratch() {}

  /**
   * Zeros in a file that loses its name at once, so that nothing of it stays behind however the
   * process ends. Its blocks are written here, since a disk that is full later could not be told
   * from a broken one.
   *
   * @param folder that exists
   * @return (bytes) uint8; its memory and the file go with the last view
   * @throws UserError if there is no room
   */
  public static Tensor mapped(Path folder, long bytes) {
    Path file = folder.resolve("%sscratch-%d".formatted(AtomicFile.TEMPORARY, System.nanoTime()));
    long done = 0;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(BLOCK, Math.max(1, bytes)));
      while (done < bytes) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - done));
        done += channel.write(zeros);
      }
      return torch.from_file(
          new BytePointer(file.toString()),
          new BoolOptional(true),
          new LongOptional(bytes),
          new TensorOptions(ScalarType.Byte));
    } catch (IOException e) {
      throw DiskErrors.writing(file, bytes, bytes - done, e);
    } finally {
      remove(file);
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UserError("cannot write " + DiskErrors.reason(file, e), e);
    }
  }
}
