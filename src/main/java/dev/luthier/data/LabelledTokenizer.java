package dev.luthier.data;

import java.util.Optional;

/**
 * Makes rows for classification: the text, or the two texts, as the model's own post-processor puts
 * them together.
 */
public record LabelledTokenizer(Tokenizer tokenizer, LabelSet labels)
    implements RowMaker<LabelledRow> {

  @Override
  public LabelledRow make(Example example) {
    return cut(example, Integer.MAX_VALUE).orElseThrow();
  }

  /** Of two texts the longer is cut first; the tokens of the post-processor stay. */
  @Override
  public Optional<LabelledRow> cut(Example example, int maxLength) {
    Example.Labelled labelled = (Example.Labelled) example;
    Encoded text = TextRows.encode(tokenizer, labelled.text(), labelled.pair()).cut(maxLength);
    return Optional.of(new LabelledRow(text.ids(), text.types(), labels.id(labelled.label())));
  }

  @Override
  public String show(Example example, boolean colours) {
    LabelledRow row = make(example);
    return tokenizer.decode(row.ids(), false)
        + " -> "
        + Marked.learnt(labels.name(row.label()), colours);
  }

  @Override
  public Unit unit() {
    return Unit.of("labels");
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    labels.check(train);
    labels.check(eval);
    return new LabelCheck(labels, "rows").inspect(train, eval);
  }
}
