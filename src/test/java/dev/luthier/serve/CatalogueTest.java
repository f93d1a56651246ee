package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.online.Canary;
import dev.luthier.online.Deployed;
import dev.luthier.online.Versions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  @TempDir private Path dir;

  private static Deployed trying(double share) {
    Canary canary = new Canary("v0002", share, Instant.EPOCH);
    return new Deployed("v0001", Optional.of(canary), List.of("v0000"), List.of());
  }

  private String version(String who, double share) {
    return new Catalogue("served", new Versions(dir), Map.of())
        .version("served", who, trying(share));
  }

  /** Of 4000 raters a share of 0.1 is 400; its standard deviation is sqrt(4000 0.1 0.9) = 19. */
  @Test
  void aTrialGetsItsShareOfRatersAndEachStaysWithOneVersion() {
    long tried =
        IntStream.range(0, 4000).filter(i -> version("rater " + i, 0.1).equals("v0002")).count();
    assertThat(tried).isCloseTo(400, within(100L));
    for (int i = 0; i < 50; i++) {
      String who = "rater " + i;
      assertThat(version(who, 0.1)).isEqualTo(version(who, 0.1));
      assertThat(version(who, 1)).isEqualTo("v0002");
      if (version(who, 0.1).equals("v0002")) { // a larger share takes none back
        assertThat(version(who, 0.5)).isEqualTo("v0002");
      }
    }
  }

  @Test
  void whatIsTriedHangsOnTheVersionToo() {
    Canary one = new Canary("v0002", 0.5, Instant.EPOCH);
    Canary two = new Canary("v0003", 0.5, Instant.EPOCH);
    long differ =
        IntStream.range(0, 1000)
            .filter(i -> Catalogue.tries(one, "r" + i) != Catalogue.tries(two, "r" + i))
            .count();
    assertThat(differ).isBetween(400L, 600L); // not always the same raters
  }
}
