package dev.luthier.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.feedback.Said;
import dev.luthier.online.GateReport;
import dev.luthier.online.Made;
import dev.luthier.online.Version;
import dev.luthier.online.Versions;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** A server with the page, a real store and real versions, over a model that repeats the prompt. */
final class PageSite implements AutoCloseable {
  static final String RATER = "somebody";

  final Path home;
  final FeedbackStore store;
  final Versions versions;
  final List<String> faults = new ArrayList<>();
  private final Web web;
  private int made;

  PageSite(Path home, Optional<String> tokenEnv) {
    this.home = home;
    store = FeedbackStores.open(FeedbackStores.defaultUrl(home));
    versions = new Versions(home);
    Limits limits = Limits.USUAL;
    Body body = new Body(limits.bodyBytes(), limits.idleSeconds());
    web =
        Web.start(
            new HttpSpec("127.0.0.1", 0, tokenEnv, List.of(), limits),
            List.of(
                PageRoutes.of(store, home, body),
                new FeedbackRoutes(store, body, faults::add),
                routes -> {
                  routes.get("/v1/models", ctx -> Json.reply(ctx, 200, Map.of("data", List.of(Map.of("id", "luthier")))));
                  routes.post("/v1/chat/completions", ctx -> answer(ctx, body.json(ctx)));
                }),
            faults::add);
  }

  String url(String path) {
    return "http://127.0.0.1:%d/%s".formatted(web.port(), path);
  }

  private void answer(Context ctx, ObjectNode asked) throws IOException {
    if (!asked.path("model").isTextual()) {
      throw ApiError.wrong("model", "model is missing");
    }
    String prompt = asked.path("messages").path(asked.path("messages").size() - 1).path("content").asText();
    String text = "You said: " + prompt;
    String version = versions.deployed().current();
    String id = "chatcmpl-" + UUID.randomUUID();
    ctx.contentType("text/event-stream").header("Luthier-Version", version);
    OutputStream out = ctx.res().getOutputStream();
    for (String word : text.split("(?<= )")) {
      send(out, chunk(id, version, Map.of("content", word), null));
    }
    send(out, chunk(id, version, Map.of(), "stop"));
    send(out, "[DONE]");
    store.add(
        new Answer(
            id,
            Instant.now(),
            version,
            "",
            asked.path("messages").toString(),
            text,
            List.of(),
            List.of(),
            Map.of()));
  }

  private static String chunk(
      String id, String version, Map<String, String> delta, @org.jspecify.annotations.Nullable String end) {
    Map<String, Object> choice = new TreeMap<>(Map.of("index", 0, "delta", delta));
    if (end != null) {
      choice.put("finish_reason", end);
    }
    return Json.text(Map.of("id", id, "system_fingerprint", version, "choices", List.of(choice)));
  }

  private static void send(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
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
            "feedback-" + UUID.randomUUID(), answer.id(), store.pseudonym(rater), Instant.now(), said);
    store.add(feedback);
    return feedback;
  }

  /** Makes a version out of an adapter of no meaning: here nobody loads it. */
  Version version(String parent, GateReport.Checked... checks) {
    try {
      Path adapter = Files.createDirectories(home.resolve("adapter" + made++));
      Files.writeString(adapter.resolve("adapter_config.json"), "{}");
      return versions.add(
          new Made(
              parent,
              adapter,
              Instant.now().minusSeconds(90),
              Optional.of(new GateReport(List.of(checks))),
              "cycle-" + made));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    web.close();
    store.close();
  }
}
