package dev.luthier.io;

import static dev.luthier.HubServer.FIRST;
import static dev.luthier.HubServer.ID;
import static dev.luthier.HubServer.SECOND;
import static dev.luthier.HubServer.cut;
import static dev.luthier.HubServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.HubServer;
import dev.luthier.HubServer.Seen;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub's protocol against a server on loopback that also goes wrong. */
class HubTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final int SIZE = 300_000;

  @TempDir private Path home;
  private final byte[] weights = bytes(SIZE, 1);
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private final HubServer server =
      new HubServer()
          .file(FIRST, WEIGHTS, weights)
          .file(FIRST, "pytorch_model.bin", bytes(10, 2))
          .text("config.json", "{\"model_type\":\"llama\"}")
          .text("tokenizer.json", "{}")
          .text("sub folder/a b.txt", "text");

  private static byte[] bytes(int size, long seed) {
    byte[] out = new byte[size];
    new Random(seed).nextBytes(out);
    return out;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Hub hub(String... environment) {
    return hub(Files::createSymbolicLink, environment);
  }

  private Hub hub(HubCache.Links links, String... environment) {
    Map<String, String> all = new HashMap<>(server.environment(home));
    for (int i = 0; i < environment.length; i += 2) {
      all.put(environment[i], environment[i + 1]);
    }
    return new Hub(HubSettings.of(all), links, pauses::add);
  }

  /** A hub that waits a fifth of a second for an answer. */
  private Hub impatient() {
    HubSettings s = HubSettings.of(server.environment(home));
    Duration short_ = Duration.ofMillis(200);
    return new Hub(
        new HubSettings(s.endpoint(), s.cache(), s.token(), false, short_, short_),
        Files::createSymbolicLink,
        pauses::add);
  }

  private final HubProgress ears =
      new HubProgress() {
        @Override
        public void begin(HubName name, int files, long total) {}

        @Override
        public void arrived(long bytes) {}

        @Override
        public void note(String line) {
          notes.add(line);
        }

        @Override
        public void close() {}
      };

  private Path pull(Hub hub, String name) {
    return hub.pull(HubName.of(name), ears);
  }

  private Path repository() {
    return home.resolve("hub/models--acme--tiny");
  }

  private Path part() {
    return repository().resolve("blobs").resolve(HubServer.sha256(weights) + ".incomplete");
  }

  /** What the server was asked for of the weights' bytes. */
  private List<Optional<String>> ranges() {
    return server.seen("cdn").stream().map(Seen::range).toList();
  }

  private void assertWhole(Path snapshot) throws IOException {
    assertThat(Files.readAllBytes(snapshot.resolve(WEIGHTS))).isEqualTo(weights);
    assertThat(snapshot.resolve("config.json")).content().isEqualTo("{\"model_type\":\"llama\"}");
    assertThat(snapshot.resolve("sub folder/a b.txt")).content().isEqualTo("text");
    assertThat(snapshot.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(part()).doesNotExist();
  }

  @Test
  void leavesTheLayoutOfTheHubsOwnLibrary() throws IOException {
    Path snapshot = pull(hub(), ID);
    assertWhole(snapshot);
    assertThat(snapshot).isEqualTo(repository().resolve("snapshots").resolve(FIRST));
    assertThat(repository().resolve("refs/main")).content().isEqualTo(FIRST);
    // the content is named by its etag: SHA-256 for large files, git's SHA-1 of {} otherwise
    assertThat(Files.readSymbolicLink(snapshot.resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs/" + HubServer.sha256(weights)));
    assertThat(Files.readSymbolicLink(snapshot.resolve("tokenizer.json")))
        .isEqualTo(Path.of("../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b"));
    assertThat(Files.readSymbolicLink(snapshot.resolve("sub folder/a b.txt")).toString())
        .startsWith("../../../blobs/");
    assertThat(repository().resolve("trees/" + FIRST + ".json"))
        .content()
        .contains("\"format_version\" : 1", "\"pytorch_model.bin\"", "\"lfs_sha256\"");
    try (var files = Files.list(repository())) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("refs", "blobs", "snapshots", "trees");
    }
  }

  @Test
  void asksNothingForWhatIsThere() throws IOException {
    pull(hub(), ID);
    int before = server.seen().size();
    assertThat(hub().cached(HubName.of(ID))).isPresent();
    assertThat(server.seen()).hasSize(before);
    pull(hub(), ID); // asks for the commit only
    assertThat(server.seen()).hasSize(before + 1);
    pull(hub(), ID + "@" + FIRST); // a commit cannot change
    assertThat(server.seen()).hasSize(before + 1);
  }

  @Test
  void readsAListingOfSeveralPages() throws IOException {
    server.pages(2);
    assertWhole(pull(hub(), ID));
  }

  @Test
  void aBrokenConnectionGoesOnWhereItBroke() throws IOException {
    server.fault("cdn " + WEIGHTS, cut(100_000)).fault("cdn " + WEIGHTS, cut(50_000));
    assertWhole(pull(hub(), ID));
    assertThat(ranges())
        .containsExactly(
            Optional.empty(), Optional.of("bytes=100000-"), Optional.of("bytes=150000-"));
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
    assertThat(notes).hasSize(2).allMatch(n -> n.contains("broke the connection off"));
  }

  @Test
  void attemptsAreBoundedAndThePartIsKeptForTheNextCommand() throws IOException {
    server.fault("cdn " + WEIGHTS, cut(100_000)).faults("cdn " + WEIGHTS, 4, cut(0));
    assertThatThrownBy(() -> pull(hub(), ID))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("5 attempts")
        .hasMessageContaining("goes on from there");
    assertThat(Files.size(part())).isEqualTo(100_000);
    assertThat(repository().resolve("refs/main")).doesNotExist();
    assertThat(hub().cached(HubName.of(ID))).isEmpty();
    int before = ranges().size();
    assertWhole(pull(hub(), ID));
    assertThat(ranges().subList(before, ranges().size()))
        .containsExactly(Optional.of("bytes=100000-"));
  }

  @Test
  void aServerThatIgnoresTheRangeBeginsAnew() throws IOException {
    server
        .fault("cdn " + WEIGHTS, cut(100_000))
        .fault("cdn " + WEIGHTS, r -> new HubServer.Right(r.exchange(), weights, 0).send(SIZE));
    assertWhole(pull(hub(), ID));
  }

  @Test
  void serversThatAreDownOrBusyAreAskedAgain() throws IOException {
    server
        .fault("hub revision/main", status(503))
        .fault("hub config.json", status(500))
        .fault("cdn " + WEIGHTS, status(504));
    assertWhole(pull(hub(), ID));
    assertThat(pauses).hasSize(3);
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws IOException {
    server.fault("hub revision/main", status(429, "Retry-After", "17"));
    assertWhole(pull(hub(), ID));
    assertThat(pauses).containsExactly(Duration.ofSeconds(17));
  }

  @Test
  void doesNotWaitForHours() {
    server.fault("hub revision/main", status(429, "Retry-After", "7200"));
    assertThatThrownBy(() -> pull(hub(), ID)).hasMessageContaining("come back in 7200 s");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aServerThatIsDownEndsInOneLine() {
    server.faults("hub revision/main", 5, status(500));
    assertThatThrownBy(() -> pull(hub(), ID))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("status 500 (5 attempts)");
    assertThat(pauses) // doubled every time
        .containsExactly(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8));
  }

  @Test
  void aServerThatSaysNothingIsLeft() throws IOException {
    server
        .fault("hub revision/main", server.silence())
        .fault("cdn " + WEIGHTS, server.stall(70_000));
    assertWhole(pull(impatient(), ID));
    assertThat(ranges()).containsExactly(Optional.empty(), Optional.of("bytes=70000-"));
    assertThat(notes).anyMatch(n -> n.contains("does not answer"));
    assertThat(notes).anyMatch(n -> n.contains("sent nothing for"));
  }

  /** The content is wrong: it is dropped, one line says so, and the next command gets it right. */
  private void assertDropped(String... words) throws IOException {
    assertThatThrownBy(() -> pull(hub(), ID))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll(words)
        .hasMessageContaining(WEIGHTS)
        .message()
        .doesNotContain("\n");
    assertThat(part()).doesNotExist();
    assertThat(repository().resolve("blobs").resolve(HubServer.sha256(weights))).doesNotExist();
    assertWhole(pull(hub(), ID));
  }

  @Test
  void aWrongLengthIsRefused() throws IOException {
    server.fault("cdn " + WEIGHTS, r -> new HubServer.Right(r.exchange(), bytes(5, 3), 0).send(5));
    assertDropped("5 bytes came", "300,000 are listed");
  }

  @Test
  void aFileThatIsTooLongIsRefused() throws IOException {
    server.fault(
        "cdn " + WEIGHTS,
        r -> { // in chunks, so that no length is told before
          r.exchange().sendResponseHeaders(200, 0);
          r.exchange().getResponseBody().write(bytes(SIZE + 1, 1));
        });
    assertDropped("more than the 300,000 bytes");
  }

  @Test
  void aFileThatIsTooShortIsRefused() throws IOException {
    server.fault(
        "cdn " + WEIGHTS,
        r -> {
          r.exchange().sendResponseHeaders(200, 0);
          r.exchange().getResponseBody().write(bytes(SIZE - 1, 1));
        });
    assertDropped("299,999 bytes came");
  }

  @Test
  void aWrongContentIsRefused() throws IOException {
    byte[] other = weights.clone();
    other[SIZE / 2] ^= 1;
    server.fault("cdn " + WEIGHTS, r -> new HubServer.Right(r.exchange(), other, 0).send(SIZE));
    assertDropped("hash is " + HubServer.sha256(other), HubServer.sha256(weights));
  }

  @Test
  void aWrongPartIsRefusedAfterResuming() throws IOException {
    Files.createDirectories(part().getParent());
    Files.write(part(), bytes(1000, 9)); // as a crash of the machine may leave it
    assertDropped("hash is");
  }

  @Test
  void aPartThatIsTooLongIsNotUsed() throws IOException {
    Files.createDirectories(part().getParent());
    Files.write(part(), bytes(SIZE + 1, 9));
    assertWhole(pull(hub(), ID));
  }

  @Test
  void aWholePartIsOnlyChecked() throws IOException {
    Files.createDirectories(part().getParent());
    Files.write(part(), weights);
    assertWhole(pull(hub(), ID));
    assertThat(ranges()).isEmpty();
  }

  @Test
  void aWrongEtagIsRefused() throws IOException {
    server.fault(
        "hub " + WEIGHTS,
        r -> {
          r.headers().set("X-Linked-Etag", "\"" + "0".repeat(64) + "\"");
          r.exchange().sendResponseHeaders(302, -1);
        });
    assertDropped("etag is 0000");
  }

  @Test
  void aWrongLinkedSizeIsRefused() throws IOException {
    server.fault(
        "hub " + WEIGHTS,
        r -> {
          r.headers().set("X-Linked-Size", "7");
          r.exchange().sendResponseHeaders(302, -1);
        });
    assertDropped("size is 7 bytes");
  }

  @Test
  void anotherCommitIsRefused() throws IOException {
    server.fault(
        "hub " + WEIGHTS,
        r -> {
          r.headers().set("X-Repo-Commit", SECOND);
          r.exchange().sendResponseHeaders(302, -1);
        });
    assertDropped("commit " + FIRST + " was asked for");
  }

  @Test
  void aWrongSmallFileIsRefusedByGitsHash() {
    server.fault(
        "hub tokenizer.json",
        r -> new HubServer.Right(r.exchange(), "[]".getBytes(StandardCharsets.UTF_8), 0).send(2));
    assertThatThrownBy(() -> pull(hub(), ID)).hasMessageContaining("tokenizer.json: the content's");
  }

  @Test
  void theTokenGoesToTheHubAlone() throws IOException {
    server.token("hf_secret");
    assertWhole(pull(hub("HF_TOKEN", " hf_secret\n"), ID));
    assertThat(server.seen("hub"))
        .isNotEmpty()
        .allMatch(s -> s.authorization().equals(Optional.of("Bearer hf_secret")));
    assertThat(server.seen("cdn")).isNotEmpty().allMatch(s -> s.authorization().isEmpty());
  }

  @Test
  void theTokenMayStandInItsFile() throws IOException {
    server.token("hf_filed");
    Files.writeString(home.resolve("token"), "hf_filed\n");
    assertWhole(pull(hub(), ID));
  }

  /** Refused as the user's mistake, in one line. */
  private void assertRefused(Hub hub, String name, String... words) {
    assertThatThrownBy(() -> pull(hub, name))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(words)
        .message()
        .doesNotContain("\n", "hf_wrong");
  }

  @Test
  void refusalsSayWhatToDo() {
    assertRefused(hub(), "acme/none", "acme/none", "no such model", "set HF_TOKEN");
    assertRefused(hub(), ID + "@none", ID + " has no branch, tag or commit none");
    server.faults(
        "hub config.json", 1, status(403, "X-Error-Code", "GatedRepo", "X-Error-Message", "no"));
    assertRefused(hub(), ID, "gated", "accept its terms at " + server.endpoint() + "/" + ID);
    server.fault("hub revision/main", status(404, "X-Error-Code", "RepoNotFound"));
    assertRefused(hub(), ID, "no such model");
    server.fault("hub revision/main", status(403, "X-Error-Message", "not   for you"));
    assertRefused(hub(), ID, "denies access", "not for you");
    server.token("hf_right");
    assertRefused(hub("HF_TOKEN", "hf_wrong"), ID, "use another token");
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatIsNoHubIsNamed() {
    server.fault("hub revision/main", r -> r.send(10)); // {} and no sha
    assertThatThrownBy(() -> pull(hub(), ID)).hasMessageContaining("is HF_ENDPOINT a hub?");
    server.fault(
        "hub revision/main",
        r ->
            new HubServer.Right(r.exchange(), "<html>".getBytes(StandardCharsets.UTF_8), 0)
                .send(6));
    assertThatThrownBy(() -> pull(hub(), ID)).hasMessageContaining("does not answer in JSON");
    server.faults("hub revision/main", 11, status(302, "Location", "main"));
    assertThatThrownBy(() -> pull(hub(), ID)).hasMessageContaining("redirects without an end");
  }

  @Test
  void aRenamedModelIsFollowed() throws IOException {
    server.fault(
        "hub old/revision/main", status(307, "Location", "/api/models/" + ID + "/revision/main"));
    server.fault(
        "hub old/tree/" + FIRST,
        status(307, "Location", "/api/models/%s/tree/%s?recursive=true".formatted(ID, FIRST)));
    assertWhole(pull(hub(), "acme/old"));
    assertThat(server.seen("hub"))
        .extracting(Seen::path)
        .contains("/api/models/acme/tiny/tree/" + FIRST);
  }

  @Test
  void revisionsArePinned() throws IOException {
    byte[] newer = bytes(1000, 7);
    server.file(SECOND, WEIGHTS, newer).file(SECOND, "config.json", new byte[0]).ref("v2", SECOND);
    server.ref("refs/pr/1", SECOND);
    Path first = pull(hub(), ID);
    Path second = pull(hub(), ID + "@v2");
    assertThat(second.getFileName()).hasToString(SECOND);
    assertThat(Files.readAllBytes(second.resolve(WEIGHTS))).isEqualTo(newer);
    assertThat(second.resolve("config.json")).isEmptyFile();
    assertThat(pull(hub(), ID + "@" + SECOND)).isEqualTo(second);
    assertThat(pull(hub(), ID + "@refs/pr/1")).isEqualTo(second);
    assertThat(repository().resolve("refs/refs/pr/1")).content().isEqualTo(SECOND);
    assertWhole(first);
    server.ref("main", SECOND); // somebody pushed
    assertThat(hub().cached(HubName.of(ID))).contains(first);
    assertThat(pull(hub(), ID)).isEqualTo(second);
    assertThat(hub().cached(HubName.of(ID))).contains(second);
  }

  @Test
  void offlineTheCacheIsAll() throws IOException {
    assertRefused(hub("HF_HUB_OFFLINE", "1"), ID, "not in the cache", "HF_HUB_OFFLINE");
    assertThat(server.seen()).isEmpty();
    Path snapshot = pull(hub(), ID);
    int before = server.seen().size();
    assertThat(pull(hub("HF_HUB_OFFLINE", "yes"), ID)).isEqualTo(snapshot);
    Files.delete(snapshot.resolve("config.json"));
    assertRefused(hub("HF_HUB_OFFLINE", "1"), ID, "lacks config.json");
    assertThat(server.seen()).hasSize(before);
  }

  @Test
  void aCacheMadeByTheHubsOwnLibraryIsUsedOffline() throws IOException {
    handMade("model.safetensors", "config.json", "tokenizer.json");
    assertThat(hub().cached(HubName.of(ID))).isPresent();
    Path snapshot = pull(hub("HF_HUB_OFFLINE", "1"), ID);
    assertThat(Files.readAllBytes(snapshot.resolve(WEIGHTS))).isEqualTo(weights);
    assertThat(server.seen()).isEmpty();
  }

  @Test
  void aCacheThatLacksSomethingIsCompleted() throws IOException {
    handMade("model.safetensors");
    assertThat(hub().cached(HubName.of(ID))).isEmpty();
    assertWhole(pull(hub(), ID));
    assertThat(server.seen("cdn")).isEmpty();
  }

  /** As huggingface_hub lays it out, without the list of the commit's files. */
  private void handMade(String... files) throws IOException {
    Path snapshot = repository().resolve("snapshots").resolve(FIRST);
    Files.createDirectories(snapshot);
    Files.createDirectories(repository().resolve("blobs"));
    Files.createDirectories(repository().resolve("refs"));
    Files.writeString(repository().resolve("refs/main"), FIRST);
    for (String file : files) {
      byte[] content =
          file.equals(WEIGHTS)
              ? weights
              : "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8);
      String etag = file.equals(WEIGHTS) ? HubServer.sha256(content) : HubServer.blobId(content);
      Files.write(repository().resolve("blobs").resolve(etag), content);
      Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs", etag));
    }
  }

  @Test
  void aBlobThatLostItsEndIsFetchedAgain() throws IOException {
    Path snapshot = pull(hub(), ID);
    Files.write(snapshot.resolve(WEIGHTS), bytes(10, 1)); // through the link
    assertThat(hub().cached(HubName.of(ID))).isEmpty();
    assertWhole(pull(hub(), ID));
  }

  @Test
  void withoutSymbolicLinksFilesLieInTheSnapshot() throws IOException {
    HubCache.Links none =
        (link, target) -> {
          throw new UnsupportedOperationException("no links here");
        };
    Path snapshot = pull(hub(none), ID);
    assertWhole(snapshot);
    assertThat(snapshot.resolve(WEIGHTS)).isRegularFile();
    assertThat(Files.isSymbolicLink(snapshot.resolve(WEIGHTS))).isFalse();
    int before = server.seen().size();
    assertThat(hub(none, "HF_HUB_OFFLINE", "1").cached(HubName.of(ID))).contains(snapshot);
    assertThat(server.seen()).hasSize(before);
  }

  @Test
  void withoutSymbolicLinksAnOldContentIsCopied() throws IOException {
    handMade("model.safetensors");
    Path snapshot = repository().resolve("snapshots").resolve(FIRST);
    Files.delete(snapshot.resolve(WEIGHTS));
    pull(
        hub(
            (link, target) -> {
              throw new IOException("a privilege is missing");
            }),
        ID);
    assertWhole(snapshot);
    assertThat(repository().resolve("blobs").resolve(HubServer.sha256(weights))).exists();
  }

  @Test
  void manyPullsAtOnceFetchEveryFileOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<Path>> pulls =
          IntStream.range(0, 6).<Callable<Path>>mapToObj(i -> () -> pull(hub(), ID)).toList();
      for (Future<Path> done : threads.invokeAll(pulls)) {
        assertWhole(done.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(server.seen("cdn")).hasSize(1);
  }

  @Test
  void anInterruptedPullGoesOnLater() throws Exception {
    server.fault("cdn " + WEIGHTS, server.stall(80_000));
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread puller =
        new Thread(
            () -> {
              try {
                pull(hub(), ID);
              } catch (UncheckedIOException e) {
                failures.add(e);
              }
            });
    puller.start();
    while (!Files.exists(part()) || Files.size(part()) < 80_000) {
      Thread.onSpinWait();
    }
    puller.interrupt();
    puller.join();
    assertThat(failures).singleElement().asString().contains("interrupted");
    assertWhole(pull(hub(), ID));
    assertThat(ranges()).containsExactly(Optional.empty(), Optional.of("bytes=80000-"));
  }

  @Test
  void picklesAloneAreRefused() throws IOException {
    server.file(SECOND, "pytorch_model.bin", bytes(10, 1)).file(SECOND, "config.json", new byte[2]);
    server.ref("main", SECOND);
    assertRefused(hub(), ID, "no safetensors", "pytorch_model.bin", "never fetched");
    assertThat(server.seen()).noneMatch(s -> s.path().contains("/resolve/"));
  }

  @Test
  void aListingCannotLeadOutOfTheCache() {
    for (String path : List.of("../x.json", "/x.json", "a//x.json", "a\\\\x.json", "C:x.json")) {
      HubServer bad = new HubServer().text(path, "{}");
      try (bad) {
        Hub hub = Hub.of(HubSettings.of(bad.environment(home)));
        assertThatThrownBy(() -> pull(hub, ID)).hasMessageContaining("lists an impossible file");
      }
    }
    assertThat(repository().resolve("blobs")).doesNotExist();
  }
}
