package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.PromptRow;
import dev.luthier.tensor.Seed;
import dev.luthier.train.Steps;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a run that learns from the model's own answers. Each batch of prompts is answered
 * once, by the policy as it is then, and learnt from in as many steps as the recipe says, or until
 * the policy has moved too far from them.
 */
final class RolloutSteps implements Steps<PolicyBatch> {
  private static final int LOST = 10; // rollouts that teach nothing, before a run is given up

  private final RowSteps<PromptRow, PolicyBatch> rows;
  private final PolicyLesson lesson;
  private final Updates updates;
  private final Turns turns;
  private final long seed;
  private @Nullable RolloutParts current;
  private int flat;
  private int cut;

  RolloutSteps(
      RowSteps<PromptRow, PolicyBatch> rows,
      PolicyLesson lesson,
      Updates updates,
      Turns turns,
      long seed) {
    this.rows = rows;
    this.lesson = lesson;
    this.updates = updates;
    this.turns = turns;
    this.seed = seed;
  }

  @Override
  public long total() {
    long all = rows.total() * updates.steps(); // which optim.max_steps bounds as rollouts
    return Math.min(all, rows.optim().maxSteps().orElse(Long.MAX_VALUE));
  }

  @Override
  public long perEpoch() {
    return rows.perEpoch() * updates.steps();
  }

  @Override
  public List<Micro<PolicyBatch>> at(long step) {
    long index = turns.rollout();
    int update = (int) (step - turns.began());
    turns.begin();
    turns.behind().begin(update == 0);
    if (current == null || current.rollout().index() != index) {
      boolean amid = update > 0; // a run goes on there
      boolean last = turns.earliest() >= total();
      List<PromptRow> next = last ? List.of() : prompts(index + 1);
      current = lesson.parts(index, prompts(index), amid, next);
      flat = current.taught().nothing() ? flat + 1 : 0;
      cut = current.cut() == 1 ? cut + 1 : 0;
    }
    RolloutParts parts = current;
    Stream<Micro<PolicyBatch>> answers =
        micro(
            parts,
            prompts(parts.rollout(), update),
            rows.optim().rowsAtOnce(),
            "the answers to rollout %d".formatted(index + 1));
    return Stream.concat(answers, lesson.mixed(step).stream()).toList();
  }

  /**
   * What a step reads, part by part.
   *
   * @param step the places of its prompts
   * @param atOnce prompts of a part
   */
  static Stream<Micro<PolicyBatch>> micro(
      RolloutParts parts, int[] step, int atOnce, String place) {
    int[] read = parts.read(step);
    return IntStream.range(0, (read.length + atOnce - 1) / atOnce)
        .mapToObj(
            i -> Arrays.copyOfRange(read, i * atOnce, Math.min(read.length, (i + 1) * atOnce)))
        .map(
            part ->
                new Micro<>(
                    () -> parts.batch(part, step, read), part.length, parts.tokens(part), place));
  }

  private List<PromptRow> prompts(long rollout) {
    return rows.parts(rollout).stream().flatMap(List::stream).toList();
  }

  /** The places of the prompts that a step learns from. */
  private int[] prompts(Rollout rollout, int update) {
    int all = rollout.prompts().size();
    int parts = updates.minibatches();
    if (parts == 1 || all < parts) {
      return IntStream.range(0, all).toArray();
    }
    int[] order =
        Batches.Order.shuffled(Seed.of(seed, rollout.index()))
            .of(update / parts, all); // another each time
    int part = update % parts;
    return Arrays.copyOfRange(order, part * all / parts, (part + 1) * all / parts);
  }

  @Override
  public Map<String, Double> terms(long step) {
    Map<String, Double> out = new LinkedHashMap<>();
    if (step == turns.began()) {
      out.putAll(Objects.requireNonNull(current).terms());
    }
    out.putAll(turns.behind().terms());
    if (turns.watches()) {
      out.put("stopped_at_kl", turns.tooFar() ? 1.0 : 0.0);
    }
    return out;
  }

  @Override
  public Optional<String> over() {
    if (cut >= LOST) {
      return Optional.of(
          "every answer of the last %d rollouts was cut at rollout.max_new_tokens, so the run ends; raise it, or begin from a model that knows how to end"
              .formatted(LOST));
    }
    if (flat >= LOST) {
      return Optional.of(
          "in the last %d rollouts all answers to a prompt were worth the same (%.3f in the mean), so there is nothing left to learn and the run ends"
              .formatted(LOST, Objects.requireNonNull(current).reward()));
    }
    return Optional.empty();
  }
}
