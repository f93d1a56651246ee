package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.judge.Judge;
import dev.luthier.judge.Opinion;
import dev.luthier.judge.Pair;
import dev.luthier.metric.SampledKl;
import dev.luthier.metric.WinRate;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Sampling;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Two versions of one model, a parent and the one that was tuned from it, measured on the same
 * rows. The model is read once; the versions' adapters are put on it and taken off again.
 */
public final class VersionMeter implements AutoCloseable {
  private final ModelFolder folder;
  private final CausalLm model;
  private final String device;
  private final Optional<Path> parent;
  private final Optional<Path> tuned;
  private final PrintWriter notes;

  private VersionMeter(
      ModelFolder folder,
      CausalLm model,
      String device,
      Optional<Path> parent,
      Path tuned,
      PrintWriter notes) {
    this.folder = folder;
    this.model = model;
    this.device = device;
    this.parent = parent;
    this.tuned = Optional.of(tuned);
    this.notes = notes;
  }

  /**
   * @param parent its adapter; none where it is the model as it came
   * @param notes hears of rows that cannot be used
   * @throws UserError if the model is no decoder, or something is broken
   */
  public static VersionMeter open(
      ModelSpec spec, Optional<Path> parent, Path tuned, PrintWriter notes) {
    ModelFolder folder = ModelFolder.open(spec.path());
    Model read = Models.load(folder.path(), spec.compute());
    if (read instanceof CausalLm model) {
      return new VersionMeter(folder, model, spec.device(), parent, tuned, notes);
    }
    read.close();
    folder.close();
    throw new UserError(spec.path() + " is no decoder; versions are measured of decoders only");
  }

  private <T> T on(Optional<Path> adapter, boolean merged, Function<Respondent, T> work) {
    Optional<AdapterFiles.Loaded<Model>> loaded = adapter.map(dir -> AdapterFiles.load(model, dir));
    try {
      loaded
          .map(AdapterFiles.Loaded::adapted)
          .filter(a -> merged && a.mergesExactly())
          .ifPresent(Adapted::merge);
      return work.apply(new Respondent(folder, model, loaded));
    } finally {
      loaded.ifPresent(l -> l.adapted().close());
    }
  }

  /**
   * What both find of judged answers.
   *
   * @param margins over all pairs, how often the tuned one's log-probability of the better answer
   *     grew by more than that of the worse one
   * @param before the share of pairs whose better answer the parent finds likelier
   * @param after the same of the tuned one
   * @param moved by how much the log-probability of an answer changed at most, in nats
   */
  public record Preferences(WinRate margins, double before, double after, double moved) {}

  /**
   * @param data a file of judged answers
   * @throws UserError if no row can be used
   */
  public Preferences preferences(Path data) {
    PairScores rows = PairScores.read(data, folder, model.context(), notes);
    double[] old = on(parent, false, r -> rows.of(model));
    double[] now = on(tuned, false, r -> rows.of(model));
    return rows.compared(old, now);
  }

  /**
   * How far the tuned one went from the parent, on answers of its own.
   *
   * @param seed of the draws
   */
  public SampledKl distance(Asks prompts, int maxNewTokens, long seed) {
    Questioned questions = new Questioned(prompts.questions(notes, List.of()));
    Writer.Manner manner = manner(1, maxNewTokens, seed);
    List<int[]> read = questions.tokens(folder, model);
    List<Completion> drawn = on(tuned, true, r -> r.completions(questions.prompts(), 1, manner));
    OwnAnswers answers = OwnAnswers.of(folder, read, drawn);
    List<float[]> now = on(tuned, false, r -> answers.logProbabilities(model));
    List<float[]> old = on(parent, false, r -> answers.logProbabilities(model));
    SampledKl out = SampledKl.NONE;
    for (int i = 0; i < now.size(); i++) {
      out = out.and(now.get(i), old.get(i));
    }
    return out;
  }

  /**
   * What the likeliest answers of both are worth.
   *
   * @param count of the prompts
   */
  public record Worth(double before, double after, int count) {}

  public Worth worth(Asks prompts, Scorer scorer, int maxNewTokens) {
    Questioned questions = new Questioned(prompts.questions(notes, List.of(scorer)));
    List<Exam.Answer> old = answers(parent, questions, manner(0, maxNewTokens, 0));
    List<Exam.Answer> now = answers(tuned, questions, manner(0, maxNewTokens, 0));
    try (dev.luthier.reward.Reward reward = scorer.open(device)) {
      return new Worth(questions.mean(reward, old), questions.mean(reward, now), questions.size());
    }
  }

  /**
   * How often a judge finds the tuned one's answer better than the parent's. The same text twice is
   * a tie, and so is what the judge says nothing of.
   *
   * @param temperature that both are drawn at; 0: the likeliest token every time
   */
  public WinRate wins(
      Asks prompts, JudgeSpec judge, double temperature, int maxNewTokens, long seed) {
    Questioned questions = new Questioned(prompts.questions(notes, List.of()));
    List<Exam.Answer> old = answers(parent, questions, manner(temperature, maxNewTokens, seed));
    List<Exam.Answer> now = answers(tuned, questions, manner(temperature, maxNewTokens, seed));
    List<Pair> pairs = questions.pairs(now, old);
    List<Optional<Opinion>> said;
    try (Judge opened = judge.open(device, notes::println)) {
      said = pairs.isEmpty() ? List.of() : opened.of(pairs);
    }
    int[] verdicts = said.stream().mapToInt(o -> o.map(Opinion::verdict).orElse(0)).toArray();
    long wins = IntStream.of(verdicts).filter(v -> v > 0).count();
    long losses = IntStream.of(verdicts).filter(v -> v < 0).count();
    return new WinRate(wins, questions.size() - wins - losses, losses);
  }

  private List<Exam.Answer> answers(
      Optional<Path> adapter, Questioned questions, Writer.Manner manner) {
    return on(adapter, true, r -> r.answers(questions.prompts(), manner));
  }

  private static Writer.Manner manner(double temperature, int maxNewTokens, long seed) {
    return new Writer.Manner(
        new Sampling(temperature, 0, 1, 0, 1), maxNewTokens, List.of(), seed, 2L << 30);
  }

  @Override
  public void close() {
    model.close();
    folder.close();
  }
}
