package dev.luthier.data;

import java.util.Arrays;
import java.util.Optional;

/**
 * Makes rows for token classification: a word's tag stands on its first token, its other tokens
 * have none, as in transformers' run_ner.
 *
 * @param tokenizer loaded for words
 */
public record TaggedTokenizer(Tokenizer tokenizer, LabelSet labels) implements RowMaker<TaggedRow> {

  @Override
  public TaggedRow make(Example example) {
    return row(example, Integer.MAX_VALUE);
  }

  @Override
  public Optional<TaggedRow> cut(Example example, int maxLength) {
    return Optional.of(row(example, maxLength)).filter(row -> row.targets() > 0);
  }

  private TaggedRow row(Example example, int maxLength) {
    Example.Tagged tagged = (Example.Tagged) example;
    Encoded text = TextRows.whole(tokenizer.encode(tagged.words())).cut(maxLength);
    int[] tags = new int[text.length()];
    Arrays.fill(tags, TaggedRow.NONE);
    int last = -1;
    for (int i = 0; i < tags.length; i++) {
      int word = text.words()[i];
      if (word >= 0 && word != last) {
        tags[i] = labels.id(tagged.tags().get(word));
        last = word;
      }
    }
    return new TaggedRow(text.ids(), text.types(), tags);
  }

  @Override
  public String show(Example example, boolean colours) {
    TaggedRow row = make(example);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < row.length(); i++) {
      out.append(i == 0 ? "" : " ").append(tokenizer.decode(new int[] {row.ids()[i]}, false));
      if (row.tags()[i] != TaggedRow.NONE) {
        out.append(Marked.learnt(labels.name(row.tags()[i]), colours));
      }
    }
    return out.toString();
  }

  @Override
  public Unit unit() {
    return Unit.of("tags");
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    labels.check(train);
    labels.check(eval);
    return new LabelCheck(labels, "words").inspect(train, eval);
  }
}
