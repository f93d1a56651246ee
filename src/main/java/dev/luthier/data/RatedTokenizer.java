package dev.luthier.data;

import java.util.Locale;
import java.util.Optional;

/** Makes rows for regression: a text or two, as the post-processor puts them together. */
public record RatedTokenizer(Tokenizer tokenizer) implements RowMaker<RatedRow> {

  @Override
  public RatedRow make(Example example) {
    return cut(example, Integer.MAX_VALUE).orElseThrow();
  }

  /** Of two texts the longer is cut first; the tokens of the post-processor stay. */
  @Override
  public Optional<RatedRow> cut(Example example, int maxLength) {
    Example.Rated rated = (Example.Rated) example;
    Encoded text = TextRows.encode(tokenizer, rated.text(), rated.pair()).cut(maxLength);
    return Optional.of(new RatedRow(text.ids(), text.types(), (float) rated.score()));
  }

  @Override
  public String show(Example example, boolean colours) {
    RatedRow row = make(example);
    return tokenizer.decode(row.ids(), false)
        + " -> "
        + Marked.learnt(String.format(Locale.ROOT, "%s", row.score()), colours);
  }

  @Override
  public Unit unit() {
    return Unit.of("scores");
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    return ScoreCheck.inspect(train, eval);
  }
}
