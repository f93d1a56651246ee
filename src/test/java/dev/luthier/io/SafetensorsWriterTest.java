package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SafetensorsWriterTest {
  private static final Path TINY = Path.of("models/tiny-base");

  @TempDir Path dir;

  private static String header(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int n = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    assertThat(n % 8).isZero();
    return new String(bytes, 8, n, StandardCharsets.UTF_8);
  }

  private static Tensor random(ScalarType type, long... shape) {
    // Bytes 0 and 1 are valid in every type, bool included.
    long[] wide = java.util.Arrays.copyOf(shape, shape.length + 1);
    wide[shape.length] = torch.elementSize(type);
    return torch.randint(2, wide).to(ScalarType.Byte).view(type).view(shape);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(StoredType.class)
  void everyTypeComesBackBitForBit(StoredType type) {
    Path file = dir.resolve("t.safetensors");
    try (Scope scope = new Scope()) {
      Map<String, Tensor> written =
          Map.of(
              "matrix", random(type.scalar, 3, 5),
              "odd", random(type.scalar, 7),
              "scalar", random(type.scalar),
              "empty", random(type.scalar, 0, 4),
              "turned", random(type.scalar, 4, 6).t());
      SafetensorsWriter.write(file, written, Map.of());
      try (Safetensors st = Safetensors.open(file)) {
        assertThat(st.infos().keySet()).isEqualTo(written.keySet());
        written.forEach(
            (name, t) -> {
              assertThat(st.tensor(name).scalar_type().intern()).isEqualTo(type.scalar);
              assertThat(Ops.shape(st.tensor(name))).isEqualTo(Ops.shape(t));
              assertThat(SafetensorsTest.bytes(st.tensor(name)).equal(SafetensorsTest.bytes(t)))
                  .isTrue();
            });
      }
    }
  }

  @Property(tries = 40)
  void anyShapesComeBack(
      @ForAll @Size(max = 6) List<@Size(max = 4) List<@IntRange(min = 0, max = 5) Integer>> shapes)
      throws IOException {
    Path folder = Files.createTempDirectory("luthier");
    Path file = folder.resolve("t.safetensors");
    try (Scope scope = new Scope()) {
      Map<String, Tensor> written = new LinkedHashMap<>();
      for (int i = 0; i < shapes.size(); i++) {
        long[] shape = shapes.get(i).stream().mapToLong(Integer::longValue).toArray();
        ScalarType type = StoredType.values()[i % StoredType.values().length].scalar;
        written.put("layer." + i + ".\"ü\"", random(type, shape));
      }
      SafetensorsWriter.write(file, written, SafetensorsWriter.PYTORCH);
      try (Safetensors st = Safetensors.open(file)) {
        assertThat(st.infos().keySet()).containsExactlyInAnyOrderElementsOf(written.keySet());
        written.forEach((name, t) -> assertThat(st.tensor(name).equal(t)).isTrue());
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  @Test
  void theHeaderIsTheReferenceImplementations() throws IOException {
    Path file = dir.resolve("t.safetensors");
    try (Scope scope = new Scope()) {
      SafetensorsWriter.write(
          file,
          Map.of(
              "b",
              random(ScalarType.Half, 3),
              "a",
              random(ScalarType.Half, 1),
              "z",
              random(ScalarType.Long, 2)),
          SafetensorsWriter.PYTORCH);
    }
    // Widest first, then by name: z takes 16 bytes, a 2, b 6.
    assertThat(header(file).stripTrailing())
        .isEqualTo(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"z\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                + "\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[16,18]},"
                + "\"b\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[18,24]}}");
  }

  @Test
  void rewritesAPeersFileByteForByte() throws IOException {
    Path theirs = TINY.resolve("model-00001-of-00002.safetensors");
    Path ours = dir.resolve("m.safetensors");
    try (Scope scope = new Scope();
        Safetensors st = Safetensors.open(theirs)) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      st.infos().keySet().forEach(name -> all.put(name, st.tensor(name)));
      SafetensorsWriter.write(ours, all, st.metadata());
    }
    assertThat(Files.mismatch(theirs, ours)).isEqualTo(-1);
  }

  @Test
  void shardsAndTheirIndex() throws IOException {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> written = new LinkedHashMap<>();
      for (String name : List.of("c", "a", "b", "large")) {
        written.put(name, random(ScalarType.Float, name.equals("large") ? 100 : 10));
      }
      // 40 + 40 bytes fit into 80, the third starts a shard, the large one has its own.
      SafetensorsWriter.writeSharded(dir, written, 80);
      assertThat(names(dir))
          .containsExactly(
              "model-00001-of-00003.safetensors",
              "model-00002-of-00003.safetensors",
              "model-00003-of-00003.safetensors",
              "model.safetensors.index.json");
      assertThat(Files.readString(dir.resolve("model.safetensors.index.json")))
          .isEqualToIgnoringWhitespace(
              """
              {"metadata": {"total_size": 520},
               "weight_map": {"a": "model-00001-of-00003.safetensors",
                              "b": "model-00002-of-00003.safetensors",
                              "c": "model-00001-of-00003.safetensors",
                              "large": "model-00003-of-00003.safetensors"}}""");
      try (WeightFiles read = WeightFiles.open(dir)) {
        written.forEach((name, t) -> assertThat(read.tensor(name).equal(t)).isTrue());
      }
      SafetensorsWriter.writeSharded(dir, written, 1 << 20);
      assertThat(names(dir)).containsExactly("model.safetensors");
      try (WeightFiles read = WeightFiles.open(dir)) {
        written.forEach((name, t) -> assertThat(read.tensor(name).equal(t)).isTrue());
      }
    }
  }

  @Test
  void aFullDiskIsSaidAndLeavesTheOldFile() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setWorkingDirectory("/disk").setMaxSize(1 << 16).build();
    try (Scope scope = new Scope();
        FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/disk/w.safetensors");
      SafetensorsWriter.write(file, Map.of("a", random(ScalarType.Float, 10)), Map.of());
      byte[] old = Files.readAllBytes(file);
      // 100,000 bytes of data and 8 + 64 of header do not fit into 65,536.
      Map<String, Tensor> large = Map.of("a", random(ScalarType.Float, 25_000));
      assertThatThrownBy(() -> SafetensorsWriter.write(file, large, Map.of()))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "no space left on the disk of /disk/w.safetensors: the file needs 100,072 bytes, ")
          .hasMessageEndingWith("did not fit; free some space or choose another output");
      assertThat(Files.readAllBytes(file)).isEqualTo(old);
      assertThat(names(disk.getPath("/disk"))).containsExactly("w.safetensors");
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() {
    Path file = dir.resolve("no/such/folder/w.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("cannot write " + file + ": ");
  }
}
