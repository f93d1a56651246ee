package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedTest {
  @Test
  void isSplitMix64() {
    // The first number of the published generator from seed 0.
    assertThat(Seed.of(0)).isEqualTo(0xE220A8397B1DCDAFL);
  }

  @Test
  void everyPathHasItsOwn() {
    Set<Long> seeds = new HashSet<>();
    int paths = 0;
    for (long root = 0; root < 10; root++) {
      for (long step = 0; step < 30; step++, paths++) {
        seeds.add(Seed.of(root, step));
        for (long part = 0; part < 30; part++, paths++) {
          seeds.add(Seed.of(root, step, part));
        }
      }
    }
    assertThat(seeds).hasSize(paths);
    assertThat(Seed.of(1, 2, 3)).isEqualTo(Seed.of(1, 2, 3));
  }
}
