package dev.luthier.train;

import com.google.protobuf.CodedOutputStream;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Scalars as a TensorBoard event file: TFRecord framing (tensorflow/core/lib/io/record_writer.h)
 * around {@code Event} messages (tensorflow/core/util/event.proto). Every process of a run writes
 * its own file; one that goes on after a step says so, and TensorBoard then forgets what earlier
 * files hold beyond it.
 */
public final class TensorBoardFile implements Metrics {
  // Field numbers of Event, Summary, Summary.Value and SessionLog.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int STATUS = 1;
  private static final int START = 1;

  private final Path file;
  private final Clock clock;
  private final FileChannel channel;

  /** Writes the fields of a message. */
  private interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private TensorBoardFile(Path file, Clock clock, FileChannel channel) {
    this.file = file;
    this.clock = clock;
    this.channel = channel;
  }

  /**
   * Begins {@code events.out.tfevents.SECONDS.luthier.N} in a folder, which is created.
   *
   * @throws UserError if the folder cannot be written
   */
  public static TensorBoardFile create(Path folder, Clock clock) {
    try {
      Files.createDirectories(folder);
      for (int n = 0; ; n++) {
        String name = "events.out.tfevents.%d.luthier.%d".formatted(clock.millis() / 1000, n);
        Path file = folder.resolve(name);
        try {
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          TensorBoardFile events = new TensorBoardFile(file, clock, channel);
          events.event(0, out -> out.writeString(FILE_VERSION, "brain.Event:2"));
          return events;
        } catch (FileAlreadyExistsException taken) {
          continue;
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /**
   * As {@link #create}, for a run that goes on after a step.
   *
   * @param step the step of the checkpoint; what earlier files hold beyond it is forgotten
   */
  public static TensorBoardFile resume(Path folder, Clock clock, long step) {
    TensorBoardFile events = create(folder, clock);
    byte[] start = message(out -> out.writeEnum(STATUS, START));
    events.event(step + 1, out -> out.writeByteArray(SESSION_LOG, start));
    return events;
  }

  @Override
  public void log(long step, Map<String, Double> values) {
    byte[] summary =
        message(
            out -> {
              for (Map.Entry<String, Double> e : values.entrySet()) {
                float value = e.getValue().floatValue();
                out.writeByteArray(
                    VALUE,
                    message(
                        scalar -> {
                          scalar.writeString(TAG, e.getKey());
                          scalar.writeFloat(SIMPLE_VALUE, value);
                        }));
              }
            });
    event(step, out -> out.writeByteArray(SUMMARY, summary));
  }

  private void event(long step, Fields what) {
    byte[] event =
        message(
            out -> {
              out.writeDouble(WALL_TIME, clock.millis() / 1e3);
              out.writeInt64(STEP, step);
              what.writeTo(out);
            });
    ByteBuffer record =
        ByteBuffer.allocate(event.length + 16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(event.length)
            .putInt(maskedCrc(longBytes(event.length)))
            .put(event)
            .putInt(maskedCrc(event))
            .flip();
    try {
      while (record.hasRemaining()) {
        channel.write(record);
      }
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static byte[] message(Fields fields) {
    try (java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream()) {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.writeTo(out);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] longBytes(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  /** TFRecord's checksum: CRC-32C, rotated right by 15 bits, plus a constant. */
  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
