package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes rows of answers that are judged. Every answer is tokenized together with its prompt as
 * {@link SftTokenizer} does it for a completion, the end of the turn included.
 *
 * <p>Answers are compared by the probability of their tokens behind the same prompt, so the prompt
 * must be the same tokens in all of them. Where it is not, since the tokenizer joins the end of a
 * plain prompt with the beginning of one answer, the prompt ends before the first token that
 * differs, and what is left of it is learnt with every answer.
 *
 * @param written makes the row of one answer, of which the completion is learnt
 * @param takes which judgements the method learns from
 */
public record AnswersTokenizer(SftTokenizer written, Takes takes) implements RowMaker<AnswersRow> {
  public AnswersTokenizer {
    if (written.lossOn() != LossOn.COMPLETION) {
      throw new IllegalArgumentException("answers are completions, was " + written.lossOn());
    }
  }

  /** For a tokenizer and a chat template. */
  public static AnswersTokenizer of(Tokenizer tokenizer, Optional<Renderer> renderer, Takes takes) {
    return new AnswersTokenizer(new SftTokenizer(tokenizer, renderer, LossOn.COMPLETION), takes);
  }

  /**
   * @throws UserError if the chat template refuses the example or renders the prompt in several
   *     ways
   */
  @Override
  public AnswersRow make(Example example) {
    Example.Answers answers = (Example.Answers) example;
    List<Marked> all = answers.each().stream().map(written::tokenize).toList();
    int[] firsts = all.stream().mapToInt(one -> first(one.row())).toArray();
    int prompt = Math.min(common(all), IntStream.of(firsts).min().orElseThrow());
    List<TokenRow> each = new ArrayList<>();
    for (int i = 0; i < firsts.length; i++) {
      TokenRow row = all.get(i).row();
      requireSame(all.get(0), firsts[0], all.get(i), firsts[i]);
      boolean[] trained = row.trained().clone();
      Arrays.fill(trained, Math.max(1, prompt), Math.max(1, firsts[i]), true);
      each.add(new TokenRow(row.ids(), trained));
    }
    return new AnswersRow(each, answers.judgement(), prompt);
  }

  /** The first learnt token, or behind the last where none is. */
  private static int first(TokenRow row) {
    int i = 0;
    while (i < row.length() && !row.trained()[i]) {
      i++;
    }
    return i;
  }

  private static int common(List<Marked> all) {
    int n = all.get(0).row().length();
    for (Marked one : all) {
      int differs = Arrays.mismatch(all.get(0).row().ids(), one.row().ids());
      n = differs < 0 ? n : Math.min(n, differs);
    }
    return n;
  }

  /** The text before the answers must be the same; its tokens may still be cut otherwise. */
  private static void requireSame(Marked a, int first, Marked b, int second) {
    if (first == a.row().length() || second == b.row().length()) {
      return; // nothing is learnt, which is a fault of its own
    }
    int until = Math.min(a.starts()[first], b.starts()[second]);
    if (!a.text().regionMatches(0, b.text(), 0, until)) {
      throw new UserError(
          "the chat template renders the prompt differently for different answers, so they cannot be compared; give the prompt and the answers as plain text, or use a template that does not look ahead");
    }
  }

  /** Every answer's end is cut off; none may be cut to nothing, nor two to the same. */
  @Override
  public Optional<AnswersRow> cut(Example example, int maxLength) {
    AnswersRow whole = make(example);
    List<TokenRow> cut =
        whole.each().stream()
            .map(
                row ->
                    new TokenRow(
                        Arrays.copyOf(row.ids(), Math.min(maxLength, row.length())),
                        Arrays.copyOf(row.trained(), Math.min(maxLength, row.length()))))
            .toList();
    AnswersRow left = new AnswersRow(cut, whole.judgement(), Math.min(maxLength, whole.prompt()));
    boolean some = cut.stream().allMatch(row -> row.targets() > 0) && left.alike().length == 0;
    return some ? Optional.of(left) : Optional.empty();
  }

  @Override
  public Tokenizer tokenizer() {
    return written.tokenizer();
  }

  @Override
  public String show(Example example, boolean colours) {
    Example.Answers answers = (Example.Answers) example;
    List<String> lines = new ArrayList<>();
    lines.add(written.show(answers.each().get(0), colours));
    if (answers.judgement() instanceof Judgement.Labelled labelled) {
      lines.add(labelled.desirable() ? "which is desirable" : "which is not desirable");
    }
    for (int i = 1; i < answers.each().size(); i++) {
      lines.add(AnswersText.relation(answers.judgement(), i) + answers.each().get(i).said());
    }
    return String.join(System.lineSeparator(), lines);
  }

  @Override
  public Unit unit() {
    return new Unit(
        "judged rows", "judged rows", "judge the same answers otherwise than an earlier row");
  }

  @Override
  public Optional<Fault> fault(AnswersRow row) {
    Optional<Fault> judged = takes.fault(row.judgement());
    if (judged.isPresent()) {
      return judged;
    }
    int[] alike = row.alike();
    if (alike.length > 0) {
      return Optional.of(
          new Fault(
              Fault.Kind.ALIKE,
              "has two answers (%d and %d) that are the same tokens"
                  .formatted(alike[0] + 1, alike[1] + 1),
              "remove such rows"));
    }
    return row.each().stream().map(written::fault).flatMap(Optional::stream).findFirst();
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    return AnswersCheck.inspect(train, eval);
  }

  @Override
  public Findings review(List<AnswersRow> train, List<AnswersRow> eval) {
    return LengthBias.review(train, eval);
  }
}
