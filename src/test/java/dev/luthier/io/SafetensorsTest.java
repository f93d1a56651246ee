package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafetensorsTest {
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @TempDir Path dir;

  /** A file by hand: length, header, then bytes 0, 1, 2 ... as data. */
  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(json.length).put(json);
    for (int i = 0; i < dataBytes; i++) {
      out.put((byte) i);
    }
    return Files.write(dir.resolve("m.safetensors"), out.array());
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(UserError.class)
        .hasMessage(file + ": " + message);
  }

  @Test
  void readsAFileWrittenByHand() throws IOException {
    // 1.5f = 0x3FC00000, -2f = 0xC0000000, little-endian.
    String header =
        "{\"__metadata__\":{\"format\":\"pt\",\"by\":\"hand\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    Path file = file(header, 8);
    byte[] bytes = Files.readAllBytes(file);
    byte[] values = {0, 0, (byte) 0xC0, 0x3F, 0, 0, 0, (byte) 0xC0};
    System.arraycopy(values, 0, bytes, bytes.length - 8, 8);
    Files.write(file, bytes);
    try (Scope scope = new Scope();
        Safetensors st = Safetensors.open(file)) {
      assertThat(st.metadata()).containsEntry("format", "pt").containsEntry("by", "hand");
      assertThat(st.tensor("w").scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(Ops.shape(st.tensor("w"))).containsExactly(1, 2);
      assertThat(Ops.toFloats(st.tensor("w"))).containsExactly(1.5f, -2f);
      assertThat(st.tensor("w")).isSameAs(st.tensor("w"));
      assertThatThrownBy(() -> st.tensor("v"))
          .isInstanceOf(UserError.class)
          .hasMessage(file + ": there is no tensor v");
    }
  }

  @Test
  void tensorsOutliveTheScopeTheyWereOpenedIn() throws IOException {
    Path file = file("{" + A + "}", 8);
    Safetensors st;
    try (Scope scope = new Scope()) {
      st = Safetensors.open(file);
      st.tensor("a");
    }
    try (st;
        Scope scope = new Scope()) {
      // 0x03020100 and 0x07060504 as floats.
      assertThat(Ops.toFloats(st.tensor("a")))
          .containsExactly(Float.intBitsToFloat(0x03020100), Float.intBitsToFloat(0x07060504));
    }
  }

  @Test
  void writingToATensorLeavesTheFileAlone() throws IOException {
    Path file = file("{" + A + "}", 8);
    byte[] before = Files.readAllBytes(file);
    try (Scope scope = new Scope();
        Safetensors st = Safetensors.open(file)) {
      st.tensor("a").fill_(Ops.scalar(7));
      assertThat(Ops.toFloats(st.tensor("a"))).containsExactly(7f, 7f);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "5", "7"})
  void readsTensorsAtAnyAlignment(int spaces) throws IOException {
    String header = "{" + A + "}" + " ".repeat(spaces);
    try (Scope scope = new Scope();
        Safetensors st = Safetensors.open(file(header, 8))) {
      assertThat(Ops.toFloats(st.tensor("a")))
          .containsExactly(Float.intBitsToFloat(0x03020100), Float.intBitsToFloat(0x07060504));
    }
  }

  @Test
  void emptyTensorsAndScalars() throws IOException {
    String header =
        "{\"e\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
            + "\"s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
            + "\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[1,1]}}";
    try (Scope scope = new Scope();
        Safetensors st = Safetensors.open(file(header, 1))) {
      assertThat(Ops.shape(st.tensor("e"))).containsExactly(0, 3);
      assertThat(Ops.shape(st.tensor("s"))).isEmpty();
      assertThat(Ops.shape(st.tensor("z"))).containsExactly(0);
      assertThat(Ops.toLongs(st.tensor("s"))).containsExactly(0);
    }
  }

  @Test
  void refusesAFileTooShortForALength() throws IOException {
    Path file = Files.write(dir.resolve("m.safetensors"), new byte[] {1, 2, 3});
    assertRefused(file, "it holds 3 bytes, a safetensors file needs at least 8");
  }

  @Test
  void refusesAMissingFile() {
    Path file = dir.resolve("none.safetensors");
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(UserError.class)
        .hasMessage("cannot read " + file + ": there is no such file");
  }

  @ParameterizedTest
  @CsvSource({"100000001, 100000001", "-1, 18446744073709551615", "0, 0"})
  void refusesAHeaderLengthOutOfBounds(long length, String shown) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(dir.resolve("m.safetensors"), out.array());
    assertRefused(
        file,
        "its first 8 bytes give a header of "
            + shown
            + " bytes, allowed are 2 to 100000000; this is no safetensors file");
  }

  @Test
  void refusesATruncatedHeader() throws IOException {
    Path file = file("{" + A + "}", 8);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20));
    // A is 52 characters, with braces 54: 8 + 54 = 62.
    assertRefused(
        file,
        "it is truncated within its header: 20 bytes are there, 62 are needed; fetch it again");
  }

  @Test
  void refusesTruncatedData() throws IOException {
    // 62 bytes of header and 8 of data.
    assertRefused(
        file("{" + A + "}", 5),
        "it is truncated at tensor a: 67 bytes are there, 70 are needed; fetch it again");
  }

  @Test
  void refusesDataBehindTheLastTensor() throws IOException {
    assertRefused(file("{" + A + "}", 11), "its last 3 bytes belong to no tensor");
  }

  @Test
  void refusesOverlapAndHoles() throws IOException {
    String b = "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[%d,%d]}";
    assertRefused(
        file("{" + A + "," + b.formatted(6, 10) + "}", 10), "tensors a and b overlap at byte 6");
    assertRefused(
        file("{" + A + "," + b.formatted(11, 15) + "}", 15),
        "3 bytes of the data between a and tensor b belong to no tensor");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}"
            + "|tensor a of shape [3] in F32 needs 12 bytes, its data_offsets [0, 8] give 8",
        "{'a':{'dtype':'F8_E4M3','shape':[8],'data_offsets':[0,8]}}"
            + "|tensor a has dtype F8_E4M3; Luthier reads BOOL U8 I8 I16 F16 BF16 I32 F32 F64 I64",
        "{'a':{'shape':[8],'data_offsets':[0,8]}}"
            + "|tensor a has dtype (none); Luthier reads BOOL U8 I8 I16 F16 BF16 I32 F32 F64 I64",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}"
            + "|tensor a: shape must be a list of whole numbers >= 0, was [-2]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':'no'}}"
            + "|tensor a: data_offsets must be a list of whole numbers >= 0, was \"no\"",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}"
            + "|tensor a has data_offsets [8, 0], not [begin, end]",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}}"
            + "|tensor a has the impossible shape [4294967296, 4294967296]",
        "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}"
            + "|tensor a occurs twice in the header",
        "{'__metadata__':{'n':1}}|__metadata__.n must be a string",
        "{'__metadata__':[]}|__metadata__ must map strings to strings",
        "[1,2]|its header is not a JSON object",
        "{}{}|its header goes on behind the JSON object",
      })
  void refusesABadHeader(String header, String message) throws IOException {
    assertRefused(file(header.replace('\'', '"'), 8), message);
  }

  @Test
  void refusesBadJsonWithItsPlace() throws IOException {
    Path file = file("{\"a\": nonsense}", 8);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            file + ": its header is not valid JSON at line 1, column 7: Unrecognized token")
        .hasMessageNotContaining("\n");
  }

  @Test
  void closedMeansClosed() throws IOException {
    Safetensors st = Safetensors.open(file("{" + A + "}", 8));
    st.close();
    st.close();
    assertThatThrownBy(() -> st.tensor("a")).isInstanceOf(IllegalStateException.class);
  }

  static Tensor bytes(Tensor t) {
    return t.contiguous().view(-1).view(ScalarType.Byte);
  }
}
