package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionsTest {
  private static final GateReport PASSED =
      new GateReport(List.of(new GateReport.Checked("gold", 0.75, ">= 0.5", true, "8 tasks")));
  private static final GateReport FAILED =
      new GateReport(
          List.of(
              new GateReport.Checked("gold", 0.75, ">= 0.5", true, "8 tasks"),
              new GateReport.Checked("kl", 12, "<= 10.0", false, "")));

  @TempDir Path dir;
  private Path home;
  private Versions versions;

  @BeforeEach
  void makeAdapter() throws IOException {
    home = dir.resolve("home");
    versions = new Versions(home);
    Files.createDirectories(dir.resolve("adapter"));
    Files.writeString(dir.resolve("adapter/adapter_config.json"), "{}");
    Files.write(dir.resolve("adapter/adapter_model.safetensors"), new byte[] {1, 2, 3});
  }

  private Version add(String cycle, GateReport gate) {
    return versions.add(
        new Made("v0000", dir.resolve("adapter"), TinyHome.MONDAY, Optional.of(gate), cycle));
  }

  @Test
  void aHomeBeginsWithTheModelAsItCame() {
    assertThat(versions.list()).extracting(Version::name).containsExactly("v0000");
    assertThat(versions.deployed()).isEqualTo(Deployed.FIRST);
    assertThat(versions.get("v0000").adapter()).isEmpty();
  }

  @Test
  void aCycleMakesOneVersion() {
    assertThat(add("c0001", PASSED).name()).isEqualTo("v0001");
    assertThat(add("c0001", PASSED).name()).isEqualTo("v0001"); // told again after a crash
    assertThat(add("c0002", PASSED).name()).isEqualTo("v0002");
    Version read = new Versions(home).whole("v0001");
    assertThat(read.parent()).isEqualTo("v0000");
    assertThat(read.at()).isEqualTo(TinyHome.MONDAY);
    assertThat(read.gate()).contains(PASSED);
    assertThat(read.adapter()).contains(home.resolve("versions/v0001/adapter"));
  }

  @Test
  void promotionAndRollback() {
    add("c0001", PASSED);
    add("c0002", PASSED);
    versions.promote("v0001");
    versions.canary("v0002", 0.25);
    assertThat(versions.deployed().canary().orElseThrow().share()).isEqualTo(0.25);
    versions.rollBack("slow"); // what is tried goes first
    assertThat(versions.deployed().current()).isEqualTo("v0001");
    assertThat(versions.deployed().canary()).isEmpty();
    assertThat(versions.deployed().isRolledBack("v0002")).isTrue();
    versions.promote("v0002");
    assertThat(versions.deployed().previous()).contains("v0001");
    versions.rollBack("wrong");
    assertThat(versions.deployed().current()).isEqualTo("v0001");
    assertThat(versions.deployed().previous()).contains("v0000");
    assertThat(versions.deployed().history())
        .extracting(e -> e.what() + " " + e.version() + " " + e.why())
        .containsExactly(
            "PROMOTED v0001 ",
            "CANARY v0002 share 0.25",
            "ROLLED_BACK v0002 slow",
            "PROMOTED v0002 ",
            "ROLLED_BACK v0002 wrong");
  }

  @Test
  void whatTheGateRefusedIsListedAndNeverAnswers() {
    Version refused = add("c0001", FAILED);
    assertThat(versions.list()).contains(refused);
    for (Runnable deploys :
        List.<Runnable>of(() -> versions.promote("v0001"), () -> versions.canary("v0001", 0.5))) {
      assertThatThrownBy(deploys::run)
          .isInstanceOf(UserError.class)
          .hasMessage(
              "version v0001 was refused by the gate (kl 12.0000, bound <= 10.0: failed) and cannot be deployed");
    }
    assertThat(versions.deployed()).isEqualTo(Deployed.FIRST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "..", "../x", "v1", "v00001", "v0001/../..", "/etc", "v0001\u0000", "V0001"})
  void namesThatAreNoneAreRefused(String name) {
    add("c0001", PASSED);
    for (Runnable does :
        List.<Runnable>of(
            () -> versions.get(name),
            () -> versions.whole(name),
            () -> versions.promote(name),
            () -> versions.canary(name, 0.1))) {
      assertThatThrownBy(does::run)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("a version is called v and four digits");
    }
  }

  @Test
  void anUnknownVersionIsRefusedWithThoseThatThereAre() {
    add("c0001", PASSED);
    assertThatThrownBy(() -> versions.promote("v0007"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no version v0007")
        .hasMessageContaining("v0000, v0001");
  }

  @Test
  void aChangedFileIsNoticed() throws IOException {
    Version made = add("c0001", PASSED);
    Path weights = made.folder().resolve("adapter/adapter_model.safetensors");
    Files.write(weights, new byte[] {1, 2, 4});
    refused("adapter_model.safetensors was changed");
    Files.write(weights, new byte[] {1, 2, 3});
    versions.whole("v0001");
    Path more = Files.writeString(made.folder().resolve("adapter/more"), "x");
    refused("more was added");
    Files.delete(more);
    Files.delete(weights);
    refused("adapter_model.safetensors is gone");
    Files.createSymbolicLink(weights, dir.resolve("adapter/adapter_model.safetensors"));
    refused("is no plain file");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> versions.promote("v0001"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(why);
  }

  @Test
  void aVerdictThatWasChangedIsNoticed() throws IOException {
    Path file = add("c0001", FAILED).folder().resolve("version.json");
    Files.writeString(
        file, Files.readString(file).replace("\"passed\" : false", "\"passed\" : true"));
    assertThatThrownBy(() -> versions.promote("v0001"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("version.json was changed after version v0001 was made");
  }

  @Test
  void theOldestGoButThoseThatAnswer() {
    for (int i = 1; i <= 6; i++) {
      add("c000" + i, PASSED);
    }
    for (String name : List.of("v0001", "v0002", "v0003")) {
      versions.promote(name);
    }
    // of 6 the newest 2 are v0005 and v0006; v0003 answers, v0002 is returned to
    assertThat(versions.clean(2)).containsExactly("v0001", "v0004");
    versions.rollBack("");
    assertThat(versions.deployed().current()).isEqualTo("v0002");
    versions.rollBack(""); // v0001 is gone, so the one before it comes back
    assertThat(versions.deployed().current()).isEqualTo("v0000");
    assertThat(add("c0007", PASSED).name()).isEqualTo("v0007");
  }

  @Test
  void manyMayChangeItAtOnce() {
    for (int i = 1; i <= 4; i++) {
      add("c000" + i, PASSED);
    }
    IntStream.range(0, 40)
        .parallel()
        .forEach(i -> new Versions(home).promote("v000" + (1 + i % 4), "" + i));
    Deployed now = versions.deployed();
    // each change is there once, and each one began from the one before
    assertThat(now.before()).hasSize(now.history().size());
    assertThat(now.before().get(0)).isEqualTo("v0000");
    for (int i = 1; i < now.before().size(); i++) {
      assertThat(now.before().get(i)).isEqualTo(now.history().get(i - 1).version());
    }
  }
}
