package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorBoardFileTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-01-01T12:00:00.250Z"), ZoneOffset.UTC);

  @TempDir Path dir;

  private List<Path> files() throws IOException {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.sorted().toList();
    }
  }

  /** Takes the framing apart as record_reader.cc does. */
  private static List<UnknownFieldSet> events(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<UnknownFieldSet> out = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(TensorBoardFile.maskedCrc(length));
      int n = (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      byte[] data = new byte[n];
      in.get(data);
      assertThat(in.getInt()).isEqualTo(TensorBoardFile.maskedCrc(data));
      out.add(UnknownFieldSet.parseFrom(data));
    }
    return out;
  }

  private static long varint(UnknownFieldSet message, int field) {
    return message.getField(field).getVarintList().get(0);
  }

  private static UnknownFieldSet message(UnknownFieldSet in, int field, int index)
      throws InvalidProtocolBufferException {
    return UnknownFieldSet.parseFrom(in.getField(field).getLengthDelimitedList().get(index));
  }

  private static String text(UnknownFieldSet in, int field) {
    return in.getField(field).getLengthDelimitedList().get(0).toString(StandardCharsets.UTF_8);
  }

  @Test
  void theMaskedChecksumIsTfRecords() {
    // CRC-32C of "123456789" is 0xE3069283 (the polynomial's published check value): rotated right
    // by 15 bits
    // 0x2507C60D, plus 0xA282EAD8 = 0xC78AB0E5.
    assertThat(TensorBoardFile.maskedCrc("123456789".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(0xC78AB0E5);
  }

  @Test
  void scalarsComeBack() throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", 4.687);
    values.put("eval/loss", 0.243);
    try (Metrics metrics = TensorBoardFile.create(dir, NOON)) {
      metrics.log(120, values);
    }
    assertThat(files()).hasSize(1);
    assertThat(files().get(0).getFileName().toString())
        .isEqualTo("events.out.tfevents.1767268800.luthier.0");
    List<UnknownFieldSet> events = events(files().get(0));
    assertThat(events).hasSize(2);
    assertThat(text(events.get(0), 3)).isEqualTo("brain.Event:2");
    UnknownFieldSet event = events.get(1);
    assertThat(Double.longBitsToDouble(event.getField(1).getFixed64List().get(0)))
        .isEqualTo(1767268800.25);
    assertThat(varint(event, 2)).isEqualTo(120);
    UnknownFieldSet summary = message(event, 5, 0);
    assertThat(summary.getField(1).getLengthDelimitedList()).hasSize(2);
    UnknownFieldSet second = message(summary, 1, 1);
    assertThat(text(second, 1)).isEqualTo("eval/loss");
    assertThat(Float.intBitsToFloat(second.getField(2).getFixed32List().get(0))).isEqualTo(0.243f);
  }

  @Test
  void aResumedRunTellsFromWhichStep() throws IOException {
    TensorBoardFile.create(dir, NOON).close();
    TensorBoardFile.resume(dir, NOON, 100).close();
    assertThat(files()).hasSize(2);
    List<UnknownFieldSet> events = events(files().get(1));
    assertThat(varint(events.get(1), 2)).isEqualTo(101);
    // SessionLog.status = START
    assertThat(varint(message(events.get(1), 7, 0), 1)).isEqualTo(1);
  }
}
