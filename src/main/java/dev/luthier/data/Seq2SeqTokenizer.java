package dev.luthier.data;

import dev.luthier.error.Check;
import java.util.Optional;

/**
 * Makes rows for an encoder with a decoder: both texts as the post-processor ends them (T5: with
 * its end token).
 *
 * @param prefix stands before every text to read, as T5's "summarize: "; may be empty
 * @param maxTarget the most tokens of a text to write
 */
public record Seq2SeqTokenizer(Tokenizer tokenizer, String prefix, int maxTarget)
    implements RowMaker<Seq2SeqRow> {

  public Seq2SeqTokenizer {
    Check.atLeast("seq2seq.max_target", 1, maxTarget);
  }

  @Override
  public Seq2SeqRow make(Example example) {
    return row(example, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  @Override
  public Optional<Seq2SeqRow> cut(Example example, int maxLength) {
    return Optional.of(row(example, maxLength, maxTarget));
  }

  @Override
  public boolean fits(Seq2SeqRow row, int maxLength) {
    return row.length() <= maxLength && row.targets() <= maxTarget;
  }

  @Override
  public String excess(Seq2SeqRow row) {
    return "%d tokens to read and %d to write".formatted(row.length(), row.targets());
  }

  @Override
  public String limits(String method, int maxLength) {
    return "%s.max_length %d or %s.max_target %d".formatted(method, maxLength, method, maxTarget);
  }

  private Seq2SeqRow row(Example example, int maxLength, int maxTarget) {
    Example.PromptCompletion both = (Example.PromptCompletion) example;
    return new Seq2SeqRow(
        input(both.prompt()).cut(maxLength).ids(),
        TextRows.encode(tokenizer, both.completion(), Optional.empty()).cut(maxTarget).ids());
  }

  /** What the encoder reads of a text, uncut. */
  public Encoded input(String text) {
    return TextRows.encode(tokenizer, prefix + text, Optional.empty());
  }

  @Override
  public String show(Example example, boolean colours) {
    Seq2SeqRow row = make(example);
    return tokenizer.decode(row.ids(), false)
        + " -> "
        + Marked.learnt(tokenizer.decode(row.target(), false), colours);
  }

  @Override
  public Unit unit() {
    return Unit.of("tokens to write");
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    return TextRows.empty(train, eval);
  }
}
