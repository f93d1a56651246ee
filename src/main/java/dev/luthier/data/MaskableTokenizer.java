package dev.luthier.data;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes rows for masked language modelling: plain text with what the post-processor adds. */
public final class MaskableTokenizer implements RowMaker<MaskableRow> {
  private final Tokenizer tokenizer;
  private final Masking masking;
  private final Set<Integer> control;

  public MaskableTokenizer(Tokenizer tokenizer, Masking masking) {
    this.tokenizer = tokenizer;
    this.masking = masking;
    // An unknown word is a word: it may be hidden.
    this.control =
        Stream.of("bos_token", "eos_token", "pad_token", "sep_token", "cls_token", "mask_token")
            .map(tokenizer::named)
            .flatMap((OptionalInt id) -> id.stream().boxed())
            .collect(Collectors.toSet());
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public MaskableRow make(Example example) {
    return row(example, Integer.MAX_VALUE);
  }

  @Override
  public Optional<MaskableRow> cut(Example example, int maxLength) {
    return Optional.of(row(example, maxLength)).filter(row -> row.targets() > 0);
  }

  private MaskableRow row(Example example, int maxLength) {
    String text = ((Example.Text) example).text();
    Encoded encoded = TextRows.encode(tokenizer, text, Optional.empty()).cut(maxLength);
    boolean[] maskable = new boolean[encoded.length()];
    for (int i = 0; i < maskable.length; i++) {
      maskable[i] = encoded.parts()[i] >= 0 && !control.contains(encoded.ids()[i]);
    }
    return new MaskableRow(encoded.ids(), encoded.types(), maskable);
  }

  @Override
  public String show(Example example, boolean colours) {
    MaskableRow row = make(example);
    TaggedRow hidden = masking.hide(row, 0, 0, 0);
    int[] targets = IntStream.of(hidden.tags()).filter(t -> t >= 0).toArray();
    return tokenizer.decode(hidden.ids(), false)
        + " -> "
        + Marked.learnt(tokenizer.decode(targets, false), colours);
  }

  @Override
  public Unit unit() {
    return Unit.of("tokens that may be hidden");
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    return TextRows.empty(train, eval);
  }
}
