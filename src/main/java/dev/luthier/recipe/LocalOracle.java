package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import dev.luthier.judge.Oracle;
import dev.luthier.model.CausalLm;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A model of this machine. How probable a label is says the distribution of the answer's first
 * token, set against the other labels (Lee et al. 2023, https://arxiv.org/abs/2309.00267, section
 * 2.1.1): of a label l with the tokens T(l), which are the label with and without a blank before
 * it,
 *
 * <pre>
 * p(l) = sum_{t in T(l)} pi(t | question) / sum_{l'} sum_{t in T(l')} pi(t | question)
 * </pre>
 *
 * Letters: C questions, V vocabulary.
 */
final class LocalOracle implements Oracle {
  private static final int TOKENS_AT_ONCE = 4096;
  private static final long CACHE = 1L << 31;

  private final Writer.Voice voice;
  private final Respondent respondent;
  private final CausalLm model;
  private final Prompting prompting;
  private final Consumer<String> notes;

  private LocalOracle(
      Writer.Voice voice, Respondent respondent, CausalLm model, Consumer<String> notes) {
    this.voice = voice;
    this.respondent = respondent;
    this.model = model;
    this.prompting = Prompting.of(respondent.folder(), model);
    this.notes = notes;
  }

  /**
   * @throws UserError if a file is missing or broken, or the model does not write
   */
  static LocalOracle open(Writer.Voice voice, Consumer<String> notes) {
    Respondent respondent = Respondent.open(voice);
    if (respondent.model() instanceof CausalLm model) {
      respondent.adapter().ifPresent(a -> a.notes().forEach(notes));
      return new LocalOracle(voice, respondent, model, notes);
    }
    respondent.close();
    throw new UserError(
        "%s is no decoder; a judge must be one that writes".formatted(voice.model()));
  }

  @Override
  public List<Optional<double[]>> choose(List<Question> questions) {
    List<Optional<double[]>> out = new ArrayList<>();
    List<int[]> prompts = questions.stream().map(q -> tokens(q.text())).toList();
    for (int from = 0, to; from < prompts.size(); from = to) {
      to = end(prompts, from);
      out.addAll(read(questions.subList(from, to), prompts.subList(from, to)));
    }
    return out;
  }

  /** As many as are read at once, at least one. */
  private static int end(List<int[]> prompts, int from) {
    int to = from;
    int tokens = 0;
    do {
      tokens += prompts.get(to++).length;
    } while (to < prompts.size() && tokens + prompts.get(to).length <= TOKENS_AT_ONCE);
    return to;
  }

  private List<Optional<double[]>> read(List<Question> questions, List<int[]> prompts) {
    List<int[]> fit = prompts.stream().filter(this::fits).toList();
    float[] scores = fit.isEmpty() ? new float[0] : logits(fit);
    int width = fit.isEmpty() ? 0 : scores.length / fit.size();
    List<Optional<double[]>> out = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < questions.size(); i++) {
      if (fits(prompts.get(i))) {
        float[] own = Arrays.copyOfRange(scores, row * width, (row + 1) * width);
        out.add(Optional.of(labels(questions.get(i)).probabilities(own)));
        row++;
      } else {
        notes.accept(
            "%s: the question has %d tokens, but the judge takes %d; it gets no verdict"
                .formatted(questions.get(i).place(), prompts.get(i).length, model.context()));
        out.add(Optional.empty());
      }
    }
    return out;
  }

  private LabelTokens labels(Question question) {
    return LabelTokens.of(question.labels(), respondent.folder());
  }

  private boolean fits(int[] prompt) {
    return prompt.length < model.context();
  }

  /** The scores of every question's next token, (C, V) row by row. */
  private float[] logits(List<int[]> prompts) {
    try (Scope scope = new Scope()) {
      return Ops.without(
          () -> {
            long[] last = new long[prompts.size()];
            long end = 0;
            for (int i = 0; i < last.length; i++) {
              end += prompts.get(i).length;
              last[i] = end - 1;
            }
            Tensor logits = // (C, V)
                model.logits(
                    Sequences.of(prompts, model.compute()), Ops.longs(last, model.compute()));
            return Ops.toFloats(logits);
          });
    }
  }

  private int[] tokens(String question) {
    return respondent.folder().template().isPresent()
        ? prompting.tokens(List.of(Map.of("role", "user", "content", question)))
        : prompting.tokens(question + "\n\nAnswer:");
  }

  @Override
  public List<Optional<String>> write(List<String> questions, int maxTokens) {
    Writer.Manner manner = new Writer.Manner(Sampling.GREEDY, maxTokens, List.of(), 0, CACHE);
    return respondent.answers(questions.stream().map(this::asked).toList(), manner).stream()
        .map(answer -> Optional.of(answer.text()).filter(text -> !text.isBlank()))
        .toList();
  }

  private Example.Answered asked(String question) {
    return respondent.folder().template().isPresent()
        ? new Example.ChatCompletion(
            List.of(Message.of("user", question)),
            List.of(Message.of(Message.ASSISTANT, "")),
            List.of())
        : new Example.PromptCompletion(question + "\n\nAnswer:", "");
  }

  @Override
  public String identity() {
    Optional<Path> adapter = voice.adapter();
    return "%s of %d, adapter %s of %d"
        .formatted(
            voice.model(),
            written(respondent.folder().path()),
            adapter.map(Path::toString).orElse("none"),
            adapter.map(LocalOracle::written).orElse(0L));
  }

  /** When the last file of a folder was written, so that weights trained anew are another judge. */
  private static long written(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().lastModified()).max().orElse(0);
    } catch (IOException e) {
      throw new UserError("cannot look into %s: %s".formatted(folder, UserError.reason(e)), e);
    }
  }

  @Override
  public void close() {
    respondent.close();
  }
}
