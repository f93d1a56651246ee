package dev.luthier.serve;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.feedback.Said;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.online.GateReport;
import dev.luthier.online.Made;
import dev.luthier.online.Version;
import dev.luthier.online.Versions;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** A server with the page, and what tests put into its store and its versions. */
final class PageSite implements AutoCloseable {
  static final String RATER = "somebody";
  private static final Path MODEL = Path.of("models/tiny-base").toAbsolutePath();

  final Path home;
  final FeedbackStore store;
  final Versions versions;

  private final AutoCloseable server;
  private final int port;
  private int made;

  private PageSite(Path home, AutoCloseable server, int port) {
    this.home = home;
    this.store = FeedbackStores.open(FeedbackStores.defaultUrl(home));
    this.versions = new Versions(home);
    this.server = server;
    this.port = port;
  }

  /** The whole server, with the model that ships. */
  static PageSite whole(Path home, Consumer<String> err) throws IOException {
    Path recipe = home.resolve("serve.yaml");
    Files.writeString(
        recipe, "model: %s%nhome: %s%nhttp: { port: 0, name: luthier }%n".formatted(MODEL, home));
    Serving serving = Serving.start(ServeRecipe.read(recipe, List.of()), err);
    return new PageSite(home, serving, serving.port());
  }

  /**
   * The page and its routes, without a model.
   *
   * @param tokenEnv the variable with the token
   */
  static PageSite routes(Path home, Optional<String> tokenEnv) {
    Limits limits = Limits.USUAL;
    Body body = new Body(limits.bodyBytes(), limits.idleSeconds());
    FeedbackStore store = FeedbackStores.open(FeedbackStores.defaultUrl(home));
    Web web =
        Web.start(
            new HttpSpec("127.0.0.1", 0, tokenEnv, List.of(), Optional.empty(), Map.of(), limits),
            List.of(PageRoutes.of(store, home, body), new FeedbackRoutes(store, body, e -> {})),
            e -> {});
    return new PageSite(
        home,
        () -> {
          web.close();
          store.close();
        },
        web.port());
  }

  String url(String path) {
    return "http://127.0.0.1:%d/%s".formatted(port, path);
  }

  /** Puts an answer into the store. */
  Answer answered(String prompt, String version, String text) {
    Answer answer =
        new Answer(
            "answer-" + UUID.randomUUID(),
            Instant.now(),
            version,
            "",
            Json.text(List.of(Map.of("role", "user", "content", prompt))),
            text,
            List.of(),
            List.of(),
            Map.of());
    store.add(answer);
    return answer;
  }

  /** Puts feedback on an answer into the store. */
  Feedback heard(Answer answer, String rater, Said said) {
    Feedback feedback =
        new Feedback(
            "feedback-" + UUID.randomUUID(),
            answer.id(),
            store.pseudonym(rater),
            Instant.now(),
            said);
    store.add(feedback);
    return feedback;
  }

  /** A version out of a file that is no adapter: nobody loads it. */
  Version version(String parent, GateReport.Checked... checks) {
    Path adapter = folder("adapter" + made);
    try {
      Files.writeString(adapter.resolve("adapter_config.json"), "{}");
      return version(parent, adapter, checks);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A version that can answer: a new adapter, which changes nothing yet. */
  Version answering(String parent, GateReport.Checked... checks) {
    Path adapter = folder("adapter" + made);
    try (Model model = Models.load(MODEL, Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, Lora.of(2, 4), 1)) {
      AdapterFiles.save(adapted, adapter, MODEL.toString());
    }
    return version(parent, adapter, checks);
  }

  private Path folder(String name) {
    try {
      return Files.createDirectories(home.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Version version(String parent, Path adapter, GateReport.Checked... checks) {
    made++;
    return versions.add(
        new Made(
            parent,
            adapter,
            Instant.now().minusSeconds(90),
            Optional.of(new GateReport(List.of(checks))),
            "cycle-" + made));
  }

  @Override
  public void close() {
    store.close();
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
