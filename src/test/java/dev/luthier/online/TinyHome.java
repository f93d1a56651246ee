package dev.luthier.online;

import dev.luthier.TinyRun;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import dev.luthier.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A home of a tiny random model, and people who choose between two answers to a prompt: one of
 * letters, which is the better one, and one of digits.
 */
record TinyHome(Path dir) {
  static final Instant MONDAY = Instant.parse("2026-03-02T08:00:00Z");
  private static final int PROMPTS = 24;
  private static final int RATERS = 3;

  static TinyHome in(Path dir, TinyRun model, String gate) {
    return in(dir, model, gate, "");
  }

  /**
   * @param gate YAML of one line
   * @param more lines of the section online
   */
  static TinyHome in(Path dir, TinyRun model, String gate, String more) {
    try {
      Files.createDirectories(dir);
      Files.writeString(
          dir.resolve("online.yaml"),
          """
          model: { path: %s, device: cpu }
          home: %s
          online:
            least: 4
            snapshot: { holdout: 0.3 }
            tune:
              method: { dpo: { max_length: 64 } }
              peft: { lora: { rank: 2, alpha: 4 } }
              optim: { lr: 1e-2, batch: 8, max_steps: 8 }
              eval: { every: never, generate: 0 }
              checkpoint: { every: 2 }
            gate: %s
          %s
          """
              .formatted(model.model(), dir.resolve("home"), gate, more.indent(2)));
      Path honest = dir.resolve("honest.jsonl");
      List<String> rows = new ArrayList<>();
      for (int i = 100; i < 112; i++) {
        rows.add(
            "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \"%s\"}"
                .formatted(prompt(i), good(i), bad(i)));
      }
      Files.write(honest, rows);
      return new TinyHome(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path recipe() {
    return dir.resolve("online.yaml");
  }

  Path home() {
    return dir.resolve("home");
  }

  static String prompt(int i) {
    return "say " + i + ": ";
  }

  private static String good(int i) {
    return "abc".repeat(2) + (char) ('a' + i % 20);
  }

  private static String bad(int i) {
    return "789".repeat(2) + i % 10;
  }

  FeedbackStore store() {
    try {
      Files.createDirectories(home());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return FeedbackStores.open(FeedbackStores.defaultUrl(home()));
  }

  /** All raters choose on all prompts, from a number on. */
  void choose(int from, boolean honest) {
    try (FeedbackStore store = store()) {
      List<Answer> answers = new ArrayList<>();
      List<Feedback> said = new ArrayList<>();
      for (int i = from; i < from + PROMPTS; i++) {
        answers.add(answer("g" + i, i, "v0000", good(i), MONDAY));
        answers.add(answer("b" + i, i, "v0000", bad(i), MONDAY));
        for (int r = 0; r < RATERS; r++) {
          said.add(
              new Feedback(
                  "f%d-%d".formatted(i, r),
                  "g" + i,
                  store.pseudonym("rater" + r),
                  MONDAY.plusSeconds(600L * (i - from) + 3600 + 7L * r),
                  new Said.Choice("b" + i, honest ? Said.Preferred.THIS : Said.Preferred.OTHER)));
        }
      }
      store.add(answers, said);
      accept(store, said, Standing.ACCEPTED);
    }
  }

  /** A person decides, whom the filter does not overrule: its own tests are elsewhere. */
  private static void accept(FeedbackStore store, List<Feedback> said, Standing standing) {
    store.decide(
        said.stream()
            .map(f -> new Decision(f.id(), standing, 1, List.of("looked at"), "anna", f.at()))
            .toList());
  }

  /** Nothing that was said is believed. */
  void quarantine() {
    try (FeedbackStore store = store()) {
      accept(
          store,
          store.feedback(Asked.all()).stream().map(Judged::feedback).toList(),
          Standing.QUARANTINED);
    }
  }

  private static Answer answer(String id, int prompt, String version, String text, Instant at) {
    return new Answer(
        id,
        at,
        version,
        "",
        "[{\"role\": \"user\", \"content\": \"%s\"}]".formatted(prompt(prompt)),
        text,
        List.of(),
        List.of(),
        Map.of("task", "completion"));
  }

  /** Thumbs on the answers of a version, the first ones up. */
  void thumbs(String version, int up, int down, Instant from) {
    try (FeedbackStore store = store()) {
      List<Answer> answers = new ArrayList<>();
      List<Feedback> said = new ArrayList<>();
      for (int i = 0; i < up + down; i++) {
        String id = "%s-%d".formatted(version, i);
        answers.add(answer(id, 1000 + i, version, "word %d".formatted(i), from));
        said.add(
            new Feedback(
                "t" + id,
                id,
                store.pseudonym("rater" + i % RATERS),
                from.plusSeconds(600L * i + 60),
                new Said.Thumb(i < up)));
      }
      store.add(answers, said);
      accept(store, said, Standing.ACCEPTED);
    }
  }

  /** What was printed. */
  record Ran(Online online, StringWriter said) {
    @Override
    public String toString() {
      return said.toString();
    }
  }

  Ran online(String... overrides) {
    StringWriter said = new StringWriter();
    return new Ran(
        new Online(
            CycleRecipe.Told.read(recipe(), List.of(overrides)),
            () -> Progress.SILENT,
            new PrintWriter(said, true)),
        said);
  }

  /** One cycle, and what was printed. */
  String once(String... overrides) {
    Ran ran = online(overrides);
    ran.online().once();
    return ran.toString();
  }

  Versions versions() {
    return new Versions(home());
  }

  CycleState last() {
    List<CycleState> all = new Cycles(home()).list();
    return all.get(all.size() - 1);
  }
}
