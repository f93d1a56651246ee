package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.HubServer;
import dev.luthier.HubServer.Seen;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of their own, whose environment names a hub that serves models/tiny-base. */
class PullCommandTest {
  private static final Path TINY = Path.of("models/tiny-base");
  private static final String WEIGHTS = "model-00001-of-00002.safetensors";

  @TempDir private Path home;
  private final HubServer server = new HubServer();
  private final List<String> options = new ArrayList<>();

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void serve() throws IOException {
    server.folder(TINY);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ProcessBuilder process(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.add(Luthier.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().putAll(server.environment(home));
    return builder
        .redirectOutput(home.resolve("out.txt").toFile())
        .redirectError(home.resolve("err.txt").toFile());
  }

  private Ended run(ProcessBuilder process) throws IOException, InterruptedException {
    int code = process.start().waitFor();
    return new Ended(
        code,
        Files.readString(home.resolve("out.txt"), StandardCharsets.UTF_8),
        Files.readString(home.resolve("err.txt"), StandardCharsets.UTF_8));
  }

  private Path snapshot() {
    return home.resolve("hub/models--acme--tiny/snapshots").resolve(HubServer.FIRST);
  }

  @Test
  void aKilledPullGoesOnWhereItWasKilled() throws IOException, InterruptedException {
    byte[] weights = Files.readAllBytes(TINY.resolve(WEIGHTS));
    int half = weights.length / 2;
    server.fault("cdn " + WEIGHTS, server.stall(half));
    Path part =
        home.resolve(
            "hub/models--acme--tiny/blobs/%s.incomplete".formatted(HubServer.sha256(weights)));
    Process killed = process("pull", HubServer.ID).start();
    while (killed.isAlive() && (!Files.exists(part) || Files.size(part) < half)) {
      Thread.onSpinWait();
    }
    killed.destroyForcibly().waitFor();
    assertThat(Files.size(part)).isEqualTo(half);

    Ended ended = run(process("pull", HubServer.ID));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).isEqualTo(snapshot() + System.lineSeparator());
    assertThat(ended.err()).contains("fetching acme/tiny: ", " of ");
    assertThat(Files.readAllBytes(snapshot().resolve(WEIGHTS))).isEqualTo(weights);
    assertThat(server.seen("cdn"))
        .filteredOn(s -> s.path().endsWith(WEIGHTS))
        .extracting(Seen::range)
        .containsExactly(Optional.empty(), Optional.of("bytes=%d-".formatted(half)));
  }

  @Test
  void twoProcessesFetchEveryFileOnce() throws IOException, InterruptedException {
    server.fault("cdn " + WEIGHTS, server.stall(1000)); // until the other waits for the lock
    Process first = process("pull", HubServer.ID).start();
    while (first.isAlive()
        && server.seen("cdn").stream().noneMatch(s -> s.path().endsWith(WEIGHTS))) {
      Thread.onSpinWait();
    }
    Path err = home.resolve("second.txt");
    Process second = process("pull", HubServer.ID).redirectError(err.toFile()).start();
    while (second.isAlive() && !Files.readString(err).contains("waiting for another process")) {
      Thread.onSpinWait();
    }
    server.goOn();
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(Files.readAllBytes(snapshot().resolve(WEIGHTS)))
        .isEqualTo(Files.readAllBytes(TINY.resolve(WEIGHTS)));
    assertThat(server.seen("cdn").stream().filter(s -> s.range().isEmpty()).map(Seen::path))
        .doesNotHaveDuplicates();
  }

  @Test
  void aModelOfTheHubIsUsedLikeAFolder() throws IOException, InterruptedException {
    options.addAll(List.of("-Dorg.bytedeco.javacpp.nopointergc=true"));
    String[] writes = {"--plain", "Once upon a time", "--max-new-tokens", "6", "--device", "cpu"};
    Ended fetched = run(generate("acme/tiny", writes));
    assertThat(fetched.code()).as(fetched.err()).isZero();
    assertThat(fetched.err()).contains("no folder acme/tiny here", "fetching acme/tiny");

    StringWriter out = new StringWriter();
    List<String> here = new ArrayList<>(List.of("generate", TINY.toString()));
    here.addAll(List.of(writes));
    Luthier.run(
        here.toArray(String[]::new), new PrintWriter(out), new PrintWriter(new StringWriter()));
    assertThat(fetched.out()).isNotBlank().isEqualTo(out.toString());

    int before = server.seen().size();
    ProcessBuilder recipe =
        process("train", "recipes/sft-lora.yaml", "--model=acme/tiny@main", "--dry-run");
    Ended ended = run(recipe);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("acme/tiny@main", "parameters 6,951,168");
    assertThat(server.seen()).as("asked although it is there").hasSize(before);
  }

  private ProcessBuilder generate(String model, String... rest) {
    List<String> arguments = new ArrayList<>(List.of("generate", model));
    arguments.addAll(List.of(rest));
    return process(arguments.toArray(String[]::new));
  }

  @Test
  void wrongInputIsOneLine() throws IOException, InterruptedException {
    Ended none = run(process("pull", "acme/none"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err().lines()).singleElement().asString().startsWith("error: acme/none: ");
    assertThat(run(process("pull", "none")).err()).contains("named ORG/NAME or ORG/NAME@REV");
  }

  @Test
  void aMistypedPathAsksNobody() throws IOException, InterruptedException {
    Ended ended = run(generate("models/tiny-bass", "hello"));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .contains("no such folder in models", "./luthier pull models/tiny-bass");
    assertThat(server.seen()).isEmpty();
  }

  @Test
  void progressInLines() {
    StringWriter out = new StringWriter();
    try (LineTransfer lines = new LineTransfer(new PrintWriter(out), () -> 0)) {
      lines.begin(dev.luthier.io.HubName.of("a/b"), 2, 2_000_000);
      lines.arrived(100_000); // 5 %
      lines.arrived(150_000); // 12.5 %
      lines.arrived(-250_000);
      lines.arrived(2_000_000);
    }
    assertThat(out.toString().lines())
        .containsExactly(
            "fetching a/b: 2.0 MB in 2 files", "250.0 kB of 2.0 MB", "2.0 MB of 2.0 MB");
  }
}
