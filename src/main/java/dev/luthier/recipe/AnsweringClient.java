package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.endpoint.ChatClient;
import dev.luthier.endpoint.Time;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The endpoint that answers a run's prompts, held open for the whole run. */
final class AnsweringClient implements AutoCloseable {
  private final ModelFolder folder;
  private final RolloutSpec spec;
  private final AnsweredBy.Remote by;
  private final Consumer<String> out;
  private final ChatClient client;
  private volatile Consumer<String> notes;

  private AnsweringClient(
      ModelFolder folder, RolloutSpec spec, AnsweredBy.Remote by, Consumer<String> out) {
    this.folder = folder;
    this.spec = spec;
    this.by = by;
    this.out = out;
    this.notes = out;
    this.client =
        ChatClient.withoutCache(
            by.server().endpoint(), Time.MACHINE, line -> this.notes.accept(line));
  }

  /** Asks it once, before anything is written; none where the policy answers itself. */
  static Optional<AnsweringClient> open(
      ModelFolder folder, RolloutSpec spec, List<PromptRow> prompts, Consumer<String> out) {
    if (!(spec.by() instanceof AnsweredBy.Remote by)) {
      return Optional.empty();
    }
    AnsweringClient made = new AnsweringClient(folder, spec, by, out);
    try {
      made.author(Path.of(""), Optional.empty()).check(prompts.get(0));
      return Optional.of(made);
    } catch (RuntimeException e) {
      made.client.close();
      throw e;
    }
  }

  private EndpointAuthor author(Path run, Optional<Served> served) {
    EndpointReading reading =
        new EndpointReading(
            folder.tokenizer(),
            folder.config().vocabSize(),
            folder.endTokens(),
            spec.maxNewTokens(),
            by);
    return new EndpointAuthor(
        folder,
        spec,
        by,
        client,
        reading,
        run.resolve("endpoint"),
        () -> served.map(Served::name),
        line -> notes.accept(line));
  }

  /** Who writes rollouts, and where it stands still meanwhile. */
  record Writing(Author author, Still still) {}

  /**
   * Called before the first step.
   *
   * @param run its directory
   */
  Writing begin(Path run, Adapted<CausalLm> policy, Consumer<String> notes) {
    this.notes = notes;
    Optional<Served> served =
        by.sync()
            .map(
                sync ->
                    new Served(
                        client,
                        sync,
                        policy,
                        sync.folder().orElse(run.resolve("served")),
                        ModelPlace.title(folder.path())));
    return new Writing(author(run, served), served.map(s -> (Still) s).orElse(Still.AS_IT_IS));
  }

  @Override
  public void close() {
    by.server().price().ifPresent(price -> out.accept("endpoint   " + client.spend().told(price)));
    client.close();
  }
}
