package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.tensor.Compute;
import org.junit.jupiter.api.Test;

class ChunkTest {
  @Test
  void aChunkIsAutoANumberOrAll() {
    // 128 MB / (4 x 32000) = 1048, in steps of 64: 1024; 128256: 261 -> 256; at least 64
    assertThat(Chunk.read("auto").tokens(32_000, Compute.CPU)).isEqualTo(1024);
    assertThat(Chunk.read("auto").tokens(128_256, Compute.CPU)).isEqualTo(256);
    assertThat(Chunk.read("auto").tokens(10_000_000, Compute.CPU)).isEqualTo(64);
    assertThat(Chunk.read(100).tokens(32_000, Compute.CPU)).isEqualTo(100);
    assertThat(Chunk.read(0).tokens(32_000, Compute.CPU)).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> Chunk.read(-1)).hasMessageContaining("auto, a number of tokens");
  }
}
